import { decodeEntry, type ReadEntry } from '../journal/entry.ts';
import { JournalReplay, type RecordingModel } from '../journal/replay.ts';
import type { Checkpoint } from '../note/checkpoint.ts';
import type { Evidence } from './evidence.ts';
import { checkRunHeads, checkWholeHeads } from './heads.ts';
import { append, fault, type Finding, type FindingCode, type Place } from './verdict.ts';

/** What the entries say, once it is known how far they may be believed. */
export interface Entries {
  readonly findings: readonly Finding[];
  readonly replay: JournalReplay;
  /** Every entry that could be read, by its index, in order. */
  readonly read: ReadonlyMap<number, ReadEntry>;
  /** The receipt, if it was found to speak of this very journal. */
  readonly receipt: Checkpoint | undefined;
}

/** A step of the clock below this is what a clock does (R-5: at most 3 s a day). */
const CLOCK_STEP_MS = 3_000;

export function checkEntries(
  evidence: Evidence,
  checkpoint: Checkpoint | undefined,
  receipt: Checkpoint | undefined,
): Entries {
  const whole = evidence.entries.every((entry) => entry.proof === undefined);
  const known = [...(evidence.known ?? []), ...(receipt === undefined ? [] : [receipt])];
  const { findings, fitting } = (whole ? checkWholeHeads : checkRunHeads)(
    evidence.entries,
    checkpoint,
    known,
  );
  const replay = new JournalReplay(evidence.journal, { fromStart: whole });
  const read = new Map<number, ReadEntry>();
  for (const { index, bytes } of evidence.entries) {
    const entry = readEntry(bytes, index, findings);
    if (entry === undefined || read.has(index)) continue;
    read.set(index, entry);
    for (const code of replay.apply(index, entry))
      findings.push(fault('sequence', code, placeOf(index, entry)));
  }
  append(findings, checkClock(read));
  return {
    findings,
    replay,
    read,
    receipt: receipt !== undefined && fitting.has(receipt) ? receipt : undefined,
  };
}

/**
 * A recording's entries stand in one run, up to its close or else to the end of what the camera signed: a hole in it
 * could hide something.
 */
export function checkRun(
  recording: RecordingModel,
  entries: Entries,
  checkpoint: Checkpoint | undefined,
): Finding[] {
  const last = recording.closed?.entry ?? (checkpoint?.size ?? 0) - 1;
  const findings: Finding[] = [];
  let next = recording.opened.entry;
  const hole = (to: number): void => {
    if (to <= next) return;
    const place = { entry: next, recording: recording.recording };
    findings.push(fault('sequence', 'entry-missing', place, `entries ${next} to ${to - 1}`));
  };
  for (const index of [...entries.read.keys()].sort((a, b) => a - b)) {
    if (index < next || index > last) continue;
    hole(index);
    next = index + 1;
  }
  hole(last + 1);
  return findings;
}

function readEntry(bytes: Uint8Array, index: number, findings: Finding[]): ReadEntry | undefined {
  try {
    const entry = decodeEntry(bytes);
    const strange = entry.known
      ? entry.unknownFields.map((field) => `field ${field}`)
      : [`type ${entry.type}`];
    for (const detail of strange) {
      findings.push({
        axis: 'sequence',
        code: 'not-understood',
        severity: 'remark',
        place: { entry: index },
        detail,
      });
    }
    return entry;
  } catch (error) {
    findings.push(
      fault(
        'integrity',
        'entry-malformed',
        { entry: index },
        error instanceof Error ? error.message : undefined,
      ),
    );
    return undefined;
  }
}

function checkClock(read: ReadonlyMap<number, ReadEntry>): Finding[] {
  const findings: Finding[] = [];
  let previous: string | undefined;
  for (const [index, item] of read) {
    if (!item.known) continue;
    const { entry } = item;
    if (entry.type === 'clock-set') {
      const step = Math.abs(Date.parse(entry.after) - Date.parse(entry.before));
      // Written so that a time that is none counts as a step.
      if (!(step <= CLOCK_STEP_MS))
        findings.push(remark('clock-stepped', { entry: index }, `${entry.before} → ${entry.after}`));
    } else if (previous !== undefined && entry.at < previous) {
      findings.push(remark('clock-backwards', { entry: index }, `${previous} → ${entry.at}`));
    }
    previous = entry.at;
  }
  return findings;
}

function placeOf(entry: number, read: ReadEntry): Place {
  if (!read.known || !('recording' in read.entry)) return { entry };
  const segment = 'index' in read.entry ? { segment: read.entry.index } : {};
  return { entry, recording: read.entry.recording, ...segment };
}

function remark(code: FindingCode, place: Place, detail: string): Finding {
  return { axis: 'time', code, severity: 'remark', place, detail };
}
