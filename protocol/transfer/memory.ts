import type { IngestState } from '../wire/http.ts';
import { growing, TRANSFER_PAUSES } from './pauses.ts';
import type { SeenCheckpoint, SetAside, Transfer } from './plan.ts';

/** What came of a step. `at`: milliseconds of a clock that never runs backwards. */
export type TransferAnswer = { readonly at: number } & (
  | { readonly type: 'archive-answered'; readonly archive: IngestState }
  | {
      readonly type: 'journal-pushed';
      readonly archive: IngestState;
      readonly checkpoint: SeenCheckpoint;
      /** Size at the last entry of the page that names an object; undefined: none does. */
      readonly named: number | undefined;
    }
  | { readonly type: 'object-moved'; readonly object: string; readonly size: number }
  | { readonly type: 'receipt-handed'; readonly size: number }
);

/** What is known after a step was answered. */
export function learnTransfer(transfer: Transfer, event: TransferAnswer): Transfer {
  switch (event.type) {
    case 'archive-answered':
      return answered(transfer, event.archive, event.at);
    case 'journal-pushed': {
      const { archive, checkpoint, named } = event;
      const target = Math.max(transfer.target, named ?? 0);
      const size = Math.max(transfer.size ?? 0, checkpoint.size);
      const held = Math.max(transfer.held, checkpoint.size);
      return answered({ ...transfer, target, size, held, checkpoint }, archive, event.at);
    }
    case 'object-moved': {
      const aside = new Map(transfer.aside);
      aside.delete(event.object);
      return {
        ...transfer,
        aside,
        moved: new Set([...transfer.moved, event.object]),
        movedBytes: transfer.movedBytes + event.size,
        movedObjects: transfer.movedObjects + 1,
      };
    }
    case 'receipt-handed':
      return { ...transfer, handed: Math.max(transfer.handed, event.size), size: undefined };
    default:
      return event satisfies never;
  }
}

/**
 * What the archive says now. An object that was taken and is missing still goes to the end of the queue, so that
 * nothing turns in a circle.
 */
function answered(transfer: Transfer, archive: IngestState, at: number): Transfer {
  const aside = new Map<string, SetAside>();
  for (const { object } of archive.missing) {
    const before = transfer.aside.get(object);
    if (transfer.moved.has(object)) aside.set(object, postponed(before, at));
    else if (before !== undefined) aside.set(object, before);
  }
  const grown = archive.size > transfer.held;
  const target = grown ? archive.size : transfer.target;
  return {
    ...transfer,
    archive,
    held: Math.max(transfer.held, archive.size),
    target,
    aside,
    moved: new Set(),
  };
}

function postponed(before: SetAside | undefined, at: number): SetAside {
  const attempts = (before?.attempts ?? 0) + 1;
  return { attempts, until: at + growing(TRANSFER_PAUSES.asideFirst, TRANSFER_PAUSES.asideMost, attempts) };
}

/** An object that failed lets the others go first, longer with each time. */
export function setObjectAside(transfer: Transfer, object: string, at: number): Transfer {
  const aside = new Map(transfer.aside);
  aside.set(object, postponed(aside.get(object), at));
  return { ...transfer, aside };
}
