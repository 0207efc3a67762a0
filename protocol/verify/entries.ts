import { equalBytes } from '../encoding/bytes.ts';
import { decodeEntry, type ReadEntry } from '../journal/entry.ts';
import { JournalReplay, type RecordingModel } from '../journal/replay.ts';
import { Frontier } from '../merkle/frontier.ts';
import { verifyInclusion } from '../merkle/proofs.ts';
import { leafHash } from '../merkle/tree-hash.ts';
import type { Checkpoint } from '../note/checkpoint.ts';
import type { Evidence, PresentedEntry } from './evidence.ts';
import type { Finding, FindingCode, Place } from './verdict.ts';

/** What the entries say, once it is known how far they may be believed. */
export interface Entries {
  readonly findings: readonly Finding[];
  readonly replay: JournalReplay;
  /** Every entry that could be read, by its index, in order. */
  readonly read: ReadonlyMap<number, ReadEntry>;
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
  const findings = whole
    ? checkWhole(evidence.entries, checkpoint, known)
    : [...checkProofs(evidence.entries, checkpoint), ...compareHeads(checkpoint, known)];
  const replay = new JournalReplay(evidence.journal, { fromStart: whole });
  const read = new Map<number, ReadEntry>();
  for (const { index, bytes } of evidence.entries) {
    const entry = readEntry(bytes, index, findings);
    if (entry === undefined || read.has(index)) continue;
    read.set(index, entry);
    for (const code of replay.apply(index, entry))
      findings.push({ axis: 'sequence', code, severity: 'fault', place: placeOf(index, entry) });
  }
  findings.push(...checkClock(read));
  return { findings, replay, read };
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
  for (let entry = recording.opened.entry; entry <= last; entry += 1) {
    if (entries.read.has(entry)) continue;
    findings.push(fault('sequence', 'entry-missing', { entry, recording: recording.recording }));
  }
  return findings;
}

function readEntry(bytes: Uint8Array, index: number, findings: Finding[]): ReadEntry | undefined {
  try {
    const entry = decodeEntry(bytes);
    const strange = entry.known
      ? entry.unknownFields.map((field) => `field ${field}`)
      : [`type ${entry.type}`];
    for (const detail of strange)
      findings.push({
        axis: 'sequence',
        code: 'not-understood',
        severity: 'remark',
        place: { entry: index },
        detail,
      });
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

/** Every entry against its own audit path: a fault is named exactly. */
function checkProofs(entries: readonly PresentedEntry[], checkpoint: Checkpoint | undefined): Finding[] {
  const findings: Finding[] = [];
  let previous = -1;
  for (const { index, bytes, proof } of entries) {
    if (index <= previous) findings.push(fault('sequence', 'entry-out-of-order', { entry: index }));
    previous = index;
    const claim = checkpoint && {
      leaf: leafHash(bytes),
      index,
      size: checkpoint.size,
      proof: proof ?? [],
      root: checkpoint.root,
    };
    if (claim === undefined || !verifyInclusion(claim))
      findings.push(fault('integrity', 'entry-altered', { entry: index }));
  }
  return findings;
}

/** The whole journal against its root, and against every earlier state that is known. */
function checkWhole(
  entries: readonly PresentedEntry[],
  checkpoint: Checkpoint | undefined,
  known: readonly Checkpoint[],
): Finding[] {
  const findings: Finding[] = [];
  const tree = new Frontier();
  const roots = new Map<number, Uint8Array>([[0, tree.root()]]);
  const wanted = new Set(known.map((head) => head.size));
  for (const [n, { index, bytes }] of entries.entries()) {
    if (index !== n) findings.push(fault('sequence', 'entry-out-of-order', { entry: index }));
    tree.append(bytes);
    if (wanted.has(tree.size)) roots.set(tree.size, tree.root());
  }
  if (checkpoint === undefined) return findings;
  const matching = known.filter((head) => matches(roots, head)).map((head) => head.size);
  const sound = Math.max(0, ...matching);
  if (tree.size < checkpoint.size) findings.push(fault('sequence', 'entry-missing', { entry: tree.size }));
  else if (tree.size > checkpoint.size)
    findings.push(
      fault('sequence', 'entry-out-of-order', { entry: checkpoint.size }, 'beyond the checkpoint'),
    );
  else if (!equalBytes(tree.root(), checkpoint.root)) {
    const detail = `one of the entries ${sound} to ${tree.size - 1} is not what the camera signed`;
    findings.push(fault('integrity', 'entry-altered', { entry: firstUnreadable(entries, sound) }, detail));
  }
  for (const head of known) {
    if (head.size > checkpoint.size)
      findings.push(
        fault(
          'sequence',
          'rolled-back',
          { entry: checkpoint.size },
          `${head.origin} knows ${head.size} entries`,
        ),
      );
    else if (!matches(roots, head))
      findings.push(fault('sequence', 'forked', { entry: Math.max(0, head.size - 1) }, head.origin));
  }
  if (known.length === 0) findings.push(notCompared());
  return findings;
}

/** A run with proofs can be compared with a known state of the same size only. */
function compareHeads(checkpoint: Checkpoint | undefined, known: readonly Checkpoint[]): Finding[] {
  const same = known.filter((head) => head.size === checkpoint?.size);
  if (checkpoint === undefined || same.length === 0) return [notCompared()];
  return same
    .filter((head) => !equalBytes(head.root, checkpoint.root))
    .map((head) => fault('sequence', 'forked', { entry: head.size - 1 }, head.origin));
}

function checkClock(read: ReadonlyMap<number, ReadEntry>): Finding[] {
  const findings: Finding[] = [];
  let previous: string | undefined;
  for (const [index, item] of read) {
    if (!item.known) continue;
    const { entry } = item;
    if (entry.type === 'clock-set') {
      const step = Math.abs(Date.parse(entry.after) - Date.parse(entry.before));
      if (step > CLOCK_STEP_MS)
        findings.push(remark('clock-stepped', { entry: index }, `${entry.before} → ${entry.after}`));
    } else if (previous !== undefined && entry.at < previous) {
      findings.push(remark('clock-backwards', { entry: index }, `${previous} → ${entry.at}`));
    }
    previous = entry.at;
  }
  return findings;
}

function firstUnreadable(entries: readonly PresentedEntry[], from: number): number {
  const found = entries.slice(from).find(({ bytes, index }) => readEntry(bytes, index, []) === undefined);
  return found?.index ?? from;
}

function matches(roots: ReadonlyMap<number, Uint8Array>, head: Checkpoint): boolean {
  const root = roots.get(head.size);
  return root !== undefined && equalBytes(root, head.root);
}

function placeOf(entry: number, read: ReadEntry): Place {
  if (!read.known || !('recording' in read.entry)) return { entry };
  const segment = 'index' in read.entry ? { segment: read.entry.index } : {};
  return { entry, recording: read.entry.recording, ...segment };
}

function notCompared(): Finding {
  return { axis: 'sequence', code: 'not-compared', severity: 'remark', place: {} };
}

function remark(code: FindingCode, place: Place, detail: string): Finding {
  return { axis: 'time', code, severity: 'remark', place, detail };
}

function fault(axis: Finding['axis'], code: FindingCode, place: Place, detail?: string): Finding {
  return { axis, code, severity: 'fault', place, ...(detail === undefined ? {} : { detail }) };
}
