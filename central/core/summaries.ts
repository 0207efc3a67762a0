import type { Certificate, RecordingMode, RecordingModel } from '@mingjing/protocol';
import type { Part } from './playlist.ts';
import type {
  CertificateDetail,
  ChangeDetail,
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
  readonly mode: RecordingMode;
  readonly during?: string;
  readonly continues?: string;
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

/** `now`: whether the camera says that it is recording this very one at this moment. */
export function summarise(key: RecordingKey, counts: RecordingCounts, now: boolean): RecordingSummary {
  const { start, end, officer, closed, segments, segmentsHere, marks, keyMarked, bytes } = counts;
  const { mode, during, continues } = counts;
  return {
    ...key,
    mode,
    ...(during === undefined ? {} : { during }),
    ...(continues === undefined ? {} : { continues }),
    ...(officer === undefined ? {} : { officer }),
    start,
    ...(end === undefined ? {} : { end }),
    seconds: end === undefined ? 0 : secondsBetween(start, end),
    state: stateOf(counts, now),
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
  readonly picture?: boolean;
  readonly sound?: boolean;
}

export function describeRecording(
  summary: RecordingSummary,
  model: RecordingModel,
  findings: ReadonlyMap<number, SegmentFinding>,
  certificate: Certificate,
  parts: readonly Part[],
  belonging: readonly RecordingSummary[],
): RecordingDetail {
  const ofSound = model.opened.body.mode === 'audio';
  return {
    ...summary,
    marks: marksOf(model),
    changes: changesOf(model),
    belonging,
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
        ...(found?.picture === undefined ? {} : { picture: found.picture }),
        ...(found?.sound === undefined ? {} : { sound: found.sound }),
        clock,
      };
    }),
    track: model.segments.flatMap((segment) => {
      const track = findings.get(segment.entry)?.track ?? [];
      // A segment of sound has one stamp, and no clock of the whole recording in it.
      const into = ofSound ? secondsBetween(model.opened.body.start, segment.start) : 0;
      return track.map((point) => ({ ...point, time: point.time + into }));
    }),
    certificate: describeCertificate(certificate),
    parts: parts.length,
    ...(ofSound
      ? {
          sound: parts.map(({ segments }) =>
            segments.map(({ index, seconds }) => ({ segment: index, seconds })),
          ),
        }
      : {}),
  };
}

function marksOf(model: RecordingModel): MarkDetail[] {
  return model.marks.map(({ body }) => ({ time: secondsInto(model, body), kind: body.kind, at: body.at }));
}

function changesOf(model: RecordingModel): ChangeDetail[] {
  return model.changes.map(({ body }) => {
    const place = { time: secondsInto(model, body), at: body.at };
    if (body.type === 'setting-changed') return { ...place, setting: { setting: body.setting, on: body.on } };
    const { picture, sound, reason } = body;
    return { ...place, capture: { picture, sound, reason } };
  });
}

/** Where an entry stands: by the monotonic clock where that is possible, since the other may have been set between. */
function secondsInto(
  { opened }: RecordingModel,
  entry: { readonly boot: string; readonly mono: number; readonly at: string },
): number {
  const before = secondsBetween(opened.body.start, opened.body.at);
  const time =
    entry.boot === opened.body.boot
      ? before + (entry.mono - opened.body.mono) / 1000
      : secondsBetween(opened.body.start, entry.at);
  return Math.max(0, time);
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

/** What was never closed, by a camera that was broken or lost, is not going on for ever. */
function stateOf({ closed, segments, segmentsHere }: RecordingCounts, now: boolean): RecordingState {
  if (closed === undefined) return now ? 'recording' : 'arriving';
  return segmentsHere < segments ? 'arriving' : 'complete';
}

export function secondsBetween(start: string, end: string): number {
  return Math.max(0, (Date.parse(end) - Date.parse(start)) / 1000);
}
