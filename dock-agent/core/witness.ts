import {
  emptyRoot,
  equalBytes,
  openNote,
  parseAddCheckpoint,
  parseCheckpointText,
  parseNote,
  verifyConsistency,
  type AddCheckpoint,
  type Checkpoint,
  type NoteVerifier,
} from '@mingjing/protocol';

/** What this witness last cosigned of a log. */
export interface HeldCheckpoint {
  readonly size: number;
  readonly root: Uint8Array;
  /** As the log signed it, verbatim. */
  readonly note: string;
}

/** A log this witness answers for. */
export interface KnownLog {
  readonly keys: readonly NoteVerifier[];
  /** undefined: never cosigned. What is signed first is believed: there is nothing to hold it against. */
  readonly held: HeldCheckpoint | undefined;
}

/** Each is answered with the status of c2sp.org/tlog-witness. */
export type WitnessVerdict =
  /** May be cosigned, once `next` is durable in the place of the `old` entries it was held against. */
  | {
      readonly status: 200;
      readonly origin: string;
      readonly text: string;
      readonly old: number;
      readonly next: HeldCheckpoint;
    }
  | { readonly status: 400 | 403 | 404; readonly why: string }
  /** `contradicts`: the log has signed two roots of one size, which is proof by itself. */
  | {
      readonly status: 409;
      readonly why: string;
      readonly origin: string;
      readonly size: number;
      readonly contradicts: boolean;
    }
  /** No proof by itself: whoever asks may have brought a wrong one. */
  | { readonly status: 422; readonly why: string; readonly origin: string };

/** The answer to `add-checkpoint`, whose body is hostile. */
export function judgeCheckpoint(
  body: Uint8Array | string,
  logs: (origin: string) => KnownLog | undefined,
): WitnessVerdict {
  let request: AddCheckpoint;
  let checkpoint: Checkpoint;
  try {
    request = parseAddCheckpoint(body);
    checkpoint = parseCheckpointText(parseNote(request.checkpoint).text);
  } catch (error) {
    return { status: 400, why: reasonOf(error) };
  }
  const log = logs(checkpoint.origin);
  if (log === undefined) return { status: 404, why: `nothing is known of the log ${checkpoint.origin}` };
  try {
    const { text } = openNote(request.checkpoint, log.keys);
    return judgeGrowth(request, checkpoint, text, log.held);
  } catch (error) {
    return { status: 403, why: reasonOf(error) };
  }
}

function judgeGrowth(
  { old, proof, checkpoint: note }: AddCheckpoint,
  { origin, size, root }: Checkpoint,
  text: string,
  held: HeldCheckpoint | undefined,
): WitnessVerdict {
  const { size: oldSize, root: oldRoot } = held ?? { size: 0, root: emptyRoot() };
  const conflict = (why: string, contradicts: boolean): WitnessVerdict => ({
    ...{ status: 409, why, origin, size: oldSize, contradicts },
  });
  if (old > size) return { status: 400, why: `a log of ${old} entries does not grow to ${size}` };
  if (size === oldSize && !equalBytes(root, oldRoot))
    return conflict(
      `it is another log of ${size} entries than the one that was cosigned`,
      held !== undefined,
    );
  if (old !== oldSize) return conflict(`cosigned are ${oldSize} entries, not ${old}`, false);
  if (!verifyConsistency({ oldSize, oldRoot, size, root, proof }))
    return { status: 422, why: `the proof from ${oldSize} to ${size} entries does not hold`, origin };
  return { status: 200, origin, text, old, next: { size, root, note } };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unreadable';
}
