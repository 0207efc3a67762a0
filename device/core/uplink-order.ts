import type { CameraPolicy, IngestState } from '@mingjing/protocol';

type Missing = IngestState['missing'][number];

/** What the camera itself knows of an object that the archive lacks; undefined: it has it not. */
export interface HeldNote {
  readonly kind: 'key' | 'segment';
  readonly mark: 'key' | 'mark' | undefined;
}

export interface OrderRules {
  readonly send: CameraPolicy['uplink']['send'];
  /** Longer objects wait. */
  readonly mostBytes: number;
  readonly noteOf: (object: string) => HeldNote | undefined;
}

const RANKS = { key: 0, mark: 1, plain: 2 } as const;

/**
 * What is sent, the first to go first: key-marked footage before marked before plain, in the archive's order within
 * each. Keys of recordings go ahead of all footage whatever policy sends of it: they are a few hundred bytes, sealed
 * to the agency, and without them it could not look into what comes.
 */
export function uplinkOrder(missing: readonly Missing[], rules: OrderRules): Missing[] {
  const { send } = rules;
  if (send === 'nothing') return [];
  const ranked = missing.flatMap((one) => {
    const rank = rankOf(rules.noteOf(one.object), send);
    return rank === undefined || one.size > rules.mostBytes ? [] : [{ one, rank }];
  });
  return ranked.toSorted((a, b) => a.rank - b.rank).map(({ one }) => one);
}

/** Undefined: it is not sent. What the camera has not is asked for last: the desk says what became of it. */
function rankOf(note: HeldNote | undefined, send: 'marked' | 'everything'): number | undefined {
  if (note === undefined) return 2 * RANKS.plain + 2;
  const rank = RANKS[note.mark ?? 'plain'];
  if (note.kind === 'key') return rank - RANKS.plain - 1;
  return send === 'marked' && note.mark === undefined ? undefined : rank;
}
