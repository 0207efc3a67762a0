import type { Certificate, RecordingModel } from '@mingjing/protocol';
import type {
  CertificateDetail,
  CloseReason,
  MarkDetail,
  RecordingDetail,
  RecordingKey,
  RecordingState,
  RecordingSummary,
  SegmentDetail,
  TrackPoint,
} from './review-shapes.ts';

/** What a summary is made of, wherever it was counted. */
export interface RecordingCounts {
  readonly start: string;
  readonly end?: string;
  readonly officer?: string;
  readonly closed?: string;
  readonly segments: number;
  readonly segmentsHere: number;
  readonly marks: number;
  readonly keyMarked: boolean;
  readonly bytes: number;
}

export function summarise(key: RecordingKey, counts: RecordingCounts): RecordingSummary {
  const { start, end, officer, closed, segments, segmentsHere, marks, keyMarked, bytes } = counts;
  return {
    ...key,
    ...(officer === undefined ? {} : { officer }),
    start,
    ...(end === undefined ? {} : { end }),
    seconds: end === undefined ? 0 : secondsBetween(start, end),
    state: stateOf(counts),
    ...(closed === undefined ? {} : { closedReason: closed as CloseReason }),
    segments,
    segmentsHere,
    marks,
    keyMarked,
    bytes,
  };
}

/** What the archive found when it opened a segment. */
export interface SegmentFinding {
  readonly here: boolean;
  readonly seconds?: number;
  readonly track: readonly TrackPoint[];
}

export function describeRecording(
  summary: RecordingSummary,
  model: RecordingModel,
  findings: ReadonlyMap<number, SegmentFinding>,
  certificate: Certificate,
  parts: number,
): RecordingDetail {
  return {
    ...summary,
    marks: marksOf(model),
    segments: model.segments.map((segment): SegmentDetail => {
      const found = findings.get(segment.entry);
      const { index, start, end, clock } = segment;
      const seconds = found?.seconds ?? (end === undefined ? 0 : secondsBetween(start, end));
      const recovered = segment.content === undefined;
      return {
        index,
        start,
        ...(end === undefined ? {} : { end }),
        seconds,
        recovered,
        here: found?.here ?? false,
        clock,
      };
    }),
    track: model.segments.flatMap((segment) => findings.get(segment.entry)?.track ?? []),
    certificate: describeCertificate(certificate),
    parts,
  };
}

/** Where a mark stands: by the monotonic clock where that is possible, since the other may have been set between. */
function marksOf({ opened, marks }: RecordingModel): MarkDetail[] {
  const before = secondsBetween(opened.body.start, opened.body.at);
  return marks.map(({ body }) => {
    const sameBoot = body.boot === opened.body.boot;
    const time = sameBoot
      ? before + (body.mono - opened.body.mono) / 1000
      : secondsBetween(opened.body.start, body.at);
    return { time: Math.max(0, time), kind: body.kind, at: body.at };
  });
}

function describeCertificate({ name, notBefore, notAfter, fingerprint }: Certificate): CertificateDetail {
  return {
    id: name.id,
    epoch: name.epoch ?? 0,
    notBefore: notBefore.toISOString(),
    notAfter: notAfter.toISOString(),
    fingerprint,
  };
}

function stateOf({ closed, segments, segmentsHere }: RecordingCounts): RecordingState {
  if (closed === undefined) return 'recording';
  return segmentsHere < segments ? 'arriving' : 'complete';
}

export function secondsBetween(start: string, end: string): number {
  return Math.max(0, (Date.parse(end) - Date.parse(start)) / 1000);
}
