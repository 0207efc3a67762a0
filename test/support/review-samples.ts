import { concludeVerdict, type Finding, type Verdict } from '@mingjing/protocol';
import type {
  RecordingDetail,
  RecordingSummary,
  ReviewRefusalCode,
  SegmentDetail,
  TrackPoint,
} from '../../central/core/review-shapes.ts';
import { partsOf, playlistText } from '../../central/core/playlist.ts';
import { makeMedia, type ReviewMedia } from './review-media.ts';

/** One recording as the archive would serve it. */
export interface Sample {
  readonly detail: RecordingDetail;
  readonly verdict: Verdict;
  readonly playlists: readonly string[];
  readonly inits: readonly Uint8Array[];
  readonly segments: ReadonlyMap<number, Uint8Array>;
  /** The archive refuses to play it. */
  readonly refused?: ReviewRefusalCode;
  readonly refusedSegments?: ReadonlyMap<number, ReviewRefusalCode>;
}

export type SampleName = 'good' | 'bad' | 'gap' | 'sealed' | 'sound' | 'open' | 'altered';

const BEGIN = Date.UTC(2026, 10, 20, 1, 30, 0);
const FINGERPRINT = '3f9a0c51e2b7d4688a6f10c2d59be73410fa2b8c6d7e9f0a1b2c3d4e5f607182';
const OBJECT = 'c0ffee'.padEnd(64, '0123456789abcdef');

interface Laid {
  readonly media: ReviewMedia;
  /** Seconds into the recording at which this capture began. */
  readonly at: number;
  /** Segments of it that are not here. */
  readonly missing?: readonly number[];
  readonly recovered?: boolean;
}

/** One recording of each kind that a reviewer meets. */
export async function makeSamples(): Promise<Readonly<Record<SampleName, Sample>>> {
  const [first, second, sound] = await Promise.all([
    makeMedia({ seconds: 24, segmentSeconds: 10 }),
    makeMedia({ seconds: 8, segmentSeconds: 4, size: '480x270' }),
    makeMedia({ seconds: 8, segmentSeconds: 4, picture: false }),
  ]);
  return {
    good: sample(1, [{ media: first, at: 0 }], {
      officer: '021734',
      marks: [
        { time: 6.2, kind: 'mark', at: at(6.2) },
        { time: 14.5, kind: 'key', at: at(14.5) },
      ],
      track: trackOf(24),
      findings: [
        { axis: 'time', code: 'clock-free-running', severity: 'remark', place: { entry: 9, segment: 1 } },
        {
          axis: 'coverage',
          code: 'sound-muted',
          severity: 'remark',
          place: { entry: 7, recording: id(1), times: [at(3), at(8)] },
          detail: 'chosen by 021734',
        },
      ],
    }),
    bad: sample(
      2,
      [
        { media: first, at: 0 },
        { media: second, at: 30, recovered: true },
      ],
      {
        officer: '021734',
        closedReason: 'power-loss',
        marks: [{ time: 32, kind: 'mark', at: at(32) }],
        findings: [
          {
            axis: 'integrity',
            code: 'object-altered',
            severity: 'fault',
            place: { entry: 17, recording: id(2), segment: 1, object: OBJECT, bytes: [65_536, 131_072] },
            detail: 'sha256 of the object differs from its name',
          },
          { axis: 'closure', code: 'ended-by-power-loss', severity: 'remark', place: { entry: 22 } },
          {
            axis: 'closure',
            code: 'segment-recovered',
            severity: 'remark',
            place: { entry: 20, segment: 3 },
          },
          {
            axis: 'closure',
            code: 'segment-recovered',
            severity: 'remark',
            place: { entry: 21, segment: 4 },
          },
        ],
      },
    ),
    gap: sample(3, [{ media: first, at: 0, missing: [1] }], {
      state: 'arriving',
      findings: [
        { axis: 'integrity', code: 'footage-missing', severity: 'remark', place: { entry: 5, segment: 1 } },
        { axis: 'closure', code: 'no-receipt', severity: 'remark', place: { entry: 8 } },
      ],
    }),
    sealed: { ...sample(4, [{ media: second, at: 0 }], {}), refused: 'cannot-unseal' },
    sound: sample(5, [{ media: sound, at: 0 }], {}),
    open: sample(6, [], { state: 'recording', officer: '018220' }),
    altered: {
      ...sample(7, [{ media: first, at: 0 }], {}),
      refusedSegments: new Map([[1, 'content-altered']]),
    },
  };
}

/** What a summary in the list is, of a recording in full. */
export function summaryOf(detail: RecordingDetail): RecordingSummary {
  const { marks, segments, track: _track, certificate: _certificate, parts: _parts, ...more } = detail;
  const { changes: _changes, belonging: _belonging, sound: _sound, ...rest } = more;
  return { ...rest, marks: marks.length, segments: segments.length };
}

/** Summaries of recordings long past, to fill more than one page of the list. */
export function makeHistory(count: number): RecordingSummary[] {
  return Array.from({ length: count }, (_, n): RecordingSummary => {
    const start = BEGIN - (n + 1) * 3_600_000;
    return {
      device: `cam-${String(1000 + (n % 7))}`,
      epoch: 1,
      recording: id(1000 + n),
      mode: n % 10 === 7 ? 'audio' : n % 10 === 9 ? 'photo' : 'video',
      ...(n % 3 === 0 ? {} : { officer: `0${20_000 + n}` }),
      start: new Date(start).toISOString(),
      end: new Date(start + 754_000).toISOString(),
      seconds: 754,
      state: 'complete',
      closedReason: n % 9 === 4 ? 'storage-full' : 'stopped',
      segments: 76,
      segmentsHere: 76,
      marks: n % 4,
      keyMarked: n % 4 === 3,
      bytes: 377_000_000 + n * 1_000_000,
    };
  });
}

function sample(
  number: number,
  laid: readonly Laid[],
  more: Partial<Pick<RecordingDetail, 'officer' | 'closedReason' | 'marks' | 'track' | 'state'>> & {
    findings?: readonly Finding[];
  },
): Sample {
  const { findings = [], ...given } = more;
  const segments: SegmentDetail[] = [];
  const bytes = new Map<number, Uint8Array>();
  const playable: { index: number; start: string; seconds: number; init: string }[] = [];
  for (const [capture, { media, at: begin, missing = [], recovered = false }] of laid.entries()) {
    let time = begin;
    for (const [own, { seconds, bytes: content }] of media.segments.entries()) {
      const index = segments.length;
      const here = !missing.includes(own);
      const [start, end] = [at(time, number), at(time + seconds, number)];
      segments.push({
        ...{ index, start, end, seconds, recovered, here },
        clock: index === 1 ? { source: 'free-running' } : { source: 'gnss', uncertainty: 20 },
      });
      if (here) {
        bytes.set(index, content);
        playable.push({ index, start, seconds, init: String(capture) });
      }
      time += seconds;
    }
  }
  const parts = partsOf(playable);
  const end = segments.at(-1)?.end;
  const open = given.state === 'recording';
  const total = [...bytes.values()].reduce((sum, one) => sum + one.length, 0);
  const detail: RecordingDetail = {
    device: 'cam-0001',
    epoch: 1,
    recording: id(number),
    mode: 'video',
    start: at(0, number),
    ...(open || end === undefined ? {} : { end, closedReason: 'stopped' as const }),
    seconds: end === undefined ? 0 : (Date.parse(end) - Date.parse(at(0, number))) / 1000,
    state: 'complete',
    segments,
    segmentsHere: bytes.size,
    marks: [],
    changes: [],
    belonging: [],
    keyMarked: given.marks?.some((mark) => mark.kind === 'key') ?? false,
    bytes: total,
    track: [],
    certificate: {
      id: 'cam-0001',
      epoch: 1,
      notBefore: '2026-01-01T00:00:00.000Z',
      notAfter: '2028-01-01T00:00:00.000Z',
      fingerprint: FINGERPRINT,
    },
    parts: parts.length,
    ...given,
  };
  return {
    detail,
    verdict: concludeVerdict(findings, { entries: 24, recordings: 1, segments: bytes.size, bytes: total }),
    playlists: parts.map(playlistText),
    inits: parts.map((part) => laid[Number(part.init)]?.media.init ?? new Uint8Array()),
    segments: bytes,
  };
}

/** A walk around two corners, with a stop in the satellite signal. */
function trackOf(seconds: number): TrackPoint[] {
  return Array.from({ length: seconds + 1 }, (_, time): TrackPoint => {
    const [east, north] =
      time < 10 ? [time * 1.5, time * 0.4] : [15 + (time - 10) * 0.3, 4 + (time - 10) * 1.6];
    return { time, lat: 30.274 + north / 111_195, lon: 120.155 + east / 96_000, speed: time === 0 ? 0 : 1.5 };
  });
}

function at(seconds: number, number = 1): string {
  return new Date(BEGIN - number * 900_000 + seconds * 1000).toISOString();
}

function id(number: number): string {
  return number
    .toString(16)
    .padStart(32, '7a0b1c2d3e4f5061728394a5b6c7d8e9'.slice(0, 32 - number.toString(16).length));
}
