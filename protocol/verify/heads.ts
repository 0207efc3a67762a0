import { equalBytes } from '../encoding/bytes.ts';
import { decodeEntry } from '../journal/entry.ts';
import { Frontier } from '../merkle/frontier.ts';
import { verifyInclusion } from '../merkle/proofs.ts';
import { leafHash } from '../merkle/tree-hash.ts';
import type { Checkpoint } from '../note/checkpoint.ts';
import type { PresentedEntry } from './evidence.ts';
import { append, fault, type Finding } from './verdict.ts';

/** What holding entries against tree heads gives: findings, and the known heads that fit. */
export interface Heads {
  readonly findings: Finding[];
  readonly fitting: ReadonlySet<Checkpoint>;
}

const NOT_COMPARED: Finding = { axis: 'sequence', code: 'not-compared', severity: 'remark', place: {} };

/** A run of entries: each against its own audit path, so that a fault is named exactly. */
export function checkRunHeads(
  entries: readonly PresentedEntry[],
  checkpoint: Checkpoint | undefined,
  known: readonly Checkpoint[],
): Heads {
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
  // Without the other entries, only a known state of the same size can be compared.
  const same = known.filter((head) => head.size === checkpoint?.size);
  const fitting = new Set(
    same.filter((head) => checkpoint !== undefined && equalBytes(head.root, checkpoint.root)),
  );
  if (same.length === 0) findings.push(NOT_COMPARED);
  for (const head of same)
    if (!fitting.has(head)) findings.push(fault('sequence', 'forked', { entry: head.size - 1 }, head.origin));
  return { findings, fitting };
}

/** The whole journal against its root, and against every other state that is known. */
export function checkWholeHeads(
  entries: readonly PresentedEntry[],
  checkpoint: Checkpoint | undefined,
  known: readonly Checkpoint[],
): Heads {
  const findings: Finding[] = [];
  const tree = new Frontier();
  const wanted = new Set(known.map((head) => head.size));
  const roots = new Map<number, Uint8Array>([[0, tree.root()]]);
  for (const [n, { index, bytes }] of entries.entries()) {
    if (index !== n) findings.push(fault('sequence', 'entry-out-of-order', { entry: index }));
    tree.append(bytes);
    if (wanted.has(tree.size)) roots.set(tree.size, tree.root());
  }
  if (checkpoint === undefined) return { findings, fitting: new Set() };
  const fitting = new Set(
    known.filter(({ size, root }) => equalBytes(roots.get(size) ?? new Uint8Array(0), root)),
  );
  const sound = [...fitting].reduce((most, { size }) => Math.max(most, size), 0);
  append(findings, checkRoot(entries, tree, checkpoint, sound));
  for (const head of known) {
    if (head.size > checkpoint.size) {
      findings.push(
        fault(
          'sequence',
          'rolled-back',
          { entry: checkpoint.size },
          `${head.origin} knows ${head.size} entries`,
        ),
      );
    } else if (!fitting.has(head)) {
      findings.push(fault('sequence', 'forked', { entry: Math.max(0, head.size - 1) }, head.origin));
    }
  }
  if (known.length === 0) findings.push(NOT_COMPARED);
  return { findings, fitting };
}

function checkRoot(
  entries: readonly PresentedEntry[],
  tree: Frontier,
  checkpoint: Checkpoint,
  sound: number,
): Finding[] {
  if (tree.size < checkpoint.size) return [fault('sequence', 'entry-missing', { entry: tree.size })];
  if (tree.size > checkpoint.size) {
    return [fault('sequence', 'entry-out-of-order', { entry: checkpoint.size }, 'beyond the checkpoint')];
  }
  if (equalBytes(tree.root(), checkpoint.root)) return [];
  const detail = `one of the entries ${sound} to ${tree.size - 1} is not what the camera signed`;
  return [fault('integrity', 'entry-altered', { entry: firstUnreadable(entries, sound) }, detail)];
}

function firstUnreadable(entries: readonly PresentedEntry[], from: number): number {
  const found = entries.slice(from).find(({ bytes }) => {
    try {
      decodeEntry(bytes);
      return false;
    } catch {
      return true;
    }
  });
  return found?.index ?? from;
}
