import {
  decodeEntry,
  equalBytes,
  fromBase64,
  isFootageEntry,
  peekCheckpoint,
  ProtocolError,
  type Frontier,
  type IngestState,
  type JournalPage,
  type ReadEntry,
} from '@mingjing/protocol';

/** Why the outbox did not take, or does not have, what it was asked for. Closed. */
export type OutboxErrorCode =
  | 'full' // its own limit, or the reserve of the disk
  | 'not-named' // no page held here names this object
  | 'page-gap'
  | 'page-bad' // the entries are not those of the tree the camera signed
  | 'page-forked' // it contradicts a page held here
  | 'altered' // the bytes are not what their name says
  | 'storage-failed';

export class OutboxError extends Error {
  readonly code: OutboxErrorCode;

  constructor(code: OutboxErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'OutboxError';
    this.code = code;
  }
}

/** What the entries of a page say of objects. Claims of the camera: they decide what is asked for, nothing more. */
export interface PageFacts {
  readonly named: readonly {
    readonly object: string;
    readonly size: number;
    readonly recording: string;
    readonly entry: number;
    readonly key: boolean;
  }[];
  /** Recordings with a mark. */
  readonly marked: readonly string[];
  /** Lost or released: the camera has them no more. */
  readonly gone: readonly string[];
}

export function factsOf(from: number, entries: readonly Uint8Array[]): PageFacts {
  const named: PageFacts['named'][number][] = [];
  const marked: string[] = [];
  const gone: string[] = [];
  for (const [offset, bytes] of entries.entries()) {
    const read = readEntry(bytes);
    if (!read.known) continue;
    const { entry } = read;
    if (!isFootageEntry(entry)) continue;
    switch (entry.type) {
      case 'recording-opened':
        named.push({ ...entry.key, recording: entry.recording, entry: from + offset, key: true });
        break;
      case 'segment-sealed':
      case 'segment-recovered': {
        const { object, size, recording } = entry;
        named.push({ object, size, recording, entry: from + offset, key: false });
        break;
      }
      case 'marked':
        marked.push(entry.recording);
        break;
      case 'object-lost':
        gone.push(entry.object);
        break;
      case 'object-released':
        gone.push(...entry.objects);
        break;
      case 'recording-closed':
      case 'segment-lost':
      case 'capture-changed':
      case 'setting-changed':
        break;
      default:
        return entry satisfies never;
    }
  }
  return { named, marked, gone };
}

/** `code` 'page-bad'. */
export function entriesOf(page: JournalPage): Uint8Array[] {
  try {
    return page.entries.map(fromBase64);
  } catch (cause) {
    throw new OutboxError('page-bad', 'an entry is not base64', { cause });
  }
}

/**
 * The tree behind the page's fresh entries, held against the checkpoint the camera signed. The signature was checked
 * when the page came; here it is asked whether these are the entries of that tree. `code` 'page-bad'.
 */
export function grownTree(tree: Frontier, fresh: readonly Uint8Array[], checkpoint: string): Frontier {
  const grown = tree.clone();
  for (const entry of fresh) grown.append(entry);
  const { size, root } = peek(checkpoint);
  if (size !== grown.size || !equalBytes(root, grown.root()))
    throw new OutboxError('page-bad', `the entries are not those of the signed tree of ${size}`);
  return grown;
}

/**
 * Of what is held for one journal, what the archive asks for, in its order: key objects and marked recordings first.
 * Its list is short, and is asked for again.
 */
export function toSend({ missing }: IngestState, holds: (object: string) => boolean): IngestState['missing'] {
  return missing.filter(({ object }) => holds(object));
}

export interface Room {
  readonly used: number;
  /** Bytes of objects that are being written. */
  readonly underWay: number;
  /** Free on the disk. */
  readonly free: number;
  readonly maxBytes: number;
  readonly reserveBytes: number;
}

export function fits(size: number, room: Room): boolean {
  const { used, underWay, free, maxBytes, reserveBytes } = room;
  return used + underWay + size <= maxBytes && free - underWay - size >= reserveBytes;
}

/** An entry that cannot be read names nothing here; it is the archive's to refuse. */
function readEntry(bytes: Uint8Array): ReadEntry {
  try {
    return decodeEntry(bytes);
  } catch (error) {
    if (error instanceof ProtocolError) return { known: false, type: 'unreadable', at: undefined };
    throw error;
  }
}

function peek(checkpoint: string): { size: number; root: Uint8Array } {
  try {
    return peekCheckpoint(checkpoint);
  } catch (cause) {
    throw new OutboxError('page-bad', 'the checkpoint cannot be read', { cause });
  }
}
