import type { ReadEntry } from '../journal/entry.ts';
import type { RecordingModel, SegmentModel } from '../journal/replay.ts';
import type { Finding, FindingCode, Place } from './verdict.ts';

/** between two segments of footage that goes on there is no more than this. */
const GAP_MS = 40;

/** What is presented beside the recording in question. */
export interface Presented {
  readonly recordings: ReadonlyMap<string, RecordingModel>;
  readonly read: ReadonlyMap<number, ReadEntry>;
}

/**
 * What the camera itself says is not in the footage, and where the rest of it is. None of it is a fault: the footage is as
 * the camera took it; but whoever sees it must know what it cannot show.
 */
export function checkCoverage(recording: RecordingModel, presented: Presented): Finding[] {
  const { mode } = recording.opened.body;
  return [
    ...checkBeginning(recording, presented),
    ...(mode === 'photo' ? [] : checkChanges(recording)),
    ...(mode === 'photo' ? [] : checkGaps(recording, presented)),
    ...checkLosses(recording),
  ];
}

/** The recording that goes on from this one, if it is presented. */
export function successorOf(
  { recording }: RecordingModel,
  { recordings }: Pick<Presented, 'recordings'>,
): RecordingModel | undefined {
  for (const other of recordings.values()) if (other.opened.body.continues === recording) return other;
  return undefined;
}

function checkBeginning({ recording, opened }: RecordingModel, { recordings }: Presented): Finding[] {
  const other = opened.body.continues;
  if (other === undefined) return [];
  const code = recordings.has(other) ? 'continues-another' : 'beginning-not-presented';
  return [remark(code, { entry: opened.entry, recording, other })];
}

type Absence = 'sound-muted' | 'picture-missing' | 'sound-missing';

/** One remark for each stretch of the recording without sound or picture, by the entries that say so. */
function checkChanges(recording: RecordingModel): Finding[] {
  const { opened, changes } = recording;
  const findings: Finding[] = [];
  const since = new Map<Absence, { entry: number; at: string; detail: string }>();
  const note = (code: Absence, absent: boolean, entry: number, at: string, detail: string): void => {
    const begun = since.get(code);
    if (absent && begun === undefined) since.set(code, { entry, at, detail });
    if (absent || begun === undefined) return;
    since.delete(code);
    findings.push(absence(recording, code, begun, at));
  };
  for (const { entry, body } of changes) {
    if (body.type === 'setting-changed') {
      const officer = opened.body.officer ?? 'whoever held the camera';
      if (body.setting === 'mute') note('sound-muted', body.on, entry, body.at, `chosen by ${officer}`);
    } else {
      const ofSound = opened.body.mode === 'audio';
      if (!ofSound) note('picture-missing', !body.picture, entry, body.at, body.reason);
      note('sound-missing', !body.sound, entry, body.at, body.reason);
    }
  }
  for (const [code, begun] of since) {
    // A recording of sound is not told when its sound is back: the next segment of it is made of sound.
    const back = code === 'sound-missing' && opened.body.mode === 'audio' ? segmentAfter(recording, begun.at) : undefined; // prettier-ignore
    findings.push(absence(recording, code, begun, back?.start ?? recording.closed?.body.end));
  }
  return findings.sort((one, other) => (one.place.entry ?? 0) - (other.place.entry ?? 0));
}

function absence(
  { recording }: RecordingModel,
  code: Absence,
  begun: { readonly entry: number; readonly at: string; readonly detail: string },
  to: string | undefined,
): Finding {
  // What ended before it began was noted while the last footage was still on its way.
  const until = to === undefined || to < begun.at ? begun.at : to;
  return remark(code, { entry: begun.entry, recording, times: [begun.at, until] }, begun.detail);
}

function segmentAfter({ segments }: RecordingModel, at: string): SegmentModel | undefined {
  return segments.find(({ start }) => start >= at);
}

/** Where a segment does not begin when the one before it ended. A step of the clock in between is no gap. */
function checkGaps(recording: RecordingModel, { read }: Presented): Finding[] {
  const findings: Finding[] = [];
  const steps = clockSteps(recording, read);
  let passed = 0;
  for (const [n, segment] of recording.segments.entries()) {
    const before = recording.segments[n - 1];
    // A segment is logged at its end: a step ahead of the entry before the last one is of older footage.
    const oldest = recording.segments[n - 2]?.entry ?? 0;
    while ((steps[passed]?.entry ?? oldest) < oldest) passed += 1;
    if (before?.end === undefined || segment.index !== before.index + 1) continue;
    const from = Date.parse(before.end);
    const to = Date.parse(segment.start);
    let stepped = 0;
    for (let k = passed; (steps[k]?.entry ?? Infinity) < segment.entry; k += 1) {
      const step = steps[k];
      if (step !== undefined && step.before >= from - GAP_MS && step.after <= to + GAP_MS)
        stepped += step.after - step.before;
    }
    const gap = to - from - stepped;
    if (!(gap > GAP_MS)) continue;
    const place = { entry: segment.entry, recording: recording.recording, segment: segment.index };
    const times = [before.end, segment.start] as const;
    findings.push(remark('footage-gap', { ...place, times }, `${(gap / 1000).toFixed(2)} s`));
  }
  return findings;
}

interface ClockStep {
  readonly entry: number;
  readonly before: number;
  readonly after: number;
}

function clockSteps({ opened, closed }: RecordingModel, read: ReadonlyMap<number, ReadEntry>): ClockStep[] {
  const steps: ClockStep[] = [];
  for (const [entry, item] of read) {
    if (!item.known || item.entry.type !== 'clock-set') continue;
    if (entry < opened.entry || (closed !== undefined && entry > closed.entry)) continue;
    steps.push({ entry, before: Date.parse(item.entry.before), after: Date.parse(item.entry.after) });
  }
  return steps.sort((one, other) => one.entry - other.entry);
}

/** Said once of each segment, however often the camera had to say it. */
function checkLosses({ recording, losses }: RecordingModel): Finding[] {
  const said = new Set<number>();
  return losses.flatMap(({ entry, body }) => {
    if (said.has(body.index)) return [];
    said.add(body.index);
    const detail = `${body.reason}, ${body.size} bytes found`;
    return [remark('segment-lost', { entry, recording, segment: body.index }, detail)];
  });
}

function remark(code: FindingCode, place: Place, detail?: string): Finding {
  return {
    axis: 'coverage',
    code,
    severity: 'remark',
    place,
    ...(detail === undefined ? {} : { detail }),
  };
}
