import {
  decodeEntry,
  isFootageEntry,
  ProtocolError,
  type Entry,
  type JournalReplay,
  type NamedObject,
  type ReadEntry,
  type RecordingMode,
  type SequenceFault,
} from '@mingjing/protocol';

/** What is remarkable about a journal that is held. It is evidence, and never a reason not to keep an entry. */
export type JournalFault = SequenceFault | 'entry-malformed' | 'not-understood';

/** Grows with every change to what is derived: a catalogue derived by a lower one is derived again. */
export const DERIVATION = 3;

/** What one entry adds to the catalogue. All of it can be derived again from the entries. */
export type Fact =
  | {
      readonly fact: 'opened';
      readonly entry: number;
      readonly recording: string;
      readonly mode: RecordingMode;
      readonly start: string;
      readonly officer?: string;
      readonly during?: string;
      readonly continues?: string;
    }
  | {
      readonly fact: 'segment';
      readonly entry: number;
      readonly recording: string;
      readonly size: number;
      readonly end?: string;
    }
  /** What is recorded, or how, changed there. */
  | { readonly fact: 'change'; readonly entry: number; readonly recording: string }
  | { readonly fact: 'mark'; readonly entry: number; readonly recording: string; readonly key: boolean }
  | {
      readonly fact: 'closed';
      readonly entry: number;
      readonly recording: string;
      readonly end: string;
      readonly reason: string;
    }
  | { readonly fact: 'named'; readonly named: NamedObject }
  | { readonly fact: 'lost'; readonly entry: number; readonly object: string }
  | { readonly fact: 'fault'; readonly entry: number; readonly code: JournalFault };

/**
 * Takes one entry, exactly as the camera signed it, into the replay, and says what follows. Bytes that are no entry
 * are kept like any other: the camera signed them, so they are a fault of the camera, not of the line.
 */
export function deriveFacts(replay: JournalReplay, index: number, bytes: Uint8Array): Fact[] {
  const read = readEntry(bytes);
  if (read === undefined) return [faultAt(index, 'entry-malformed')];
  if (!read.known) return [faultAt(index, 'not-understood')];
  const faults = replay.apply(index, read).map((fault) => faultAt(index, fault));
  const unknown = read.unknownFields.length > 0 ? [faultAt(index, 'not-understood')] : [];
  return [...factsOf(replay, index, read.entry), ...faults, ...unknown];
}

function readEntry(bytes: Uint8Array): ReadEntry | undefined {
  try {
    return decodeEntry(bytes);
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}

/** Only what the replay took in counts: a segment behind the close of its recording belongs to none. */
function factsOf(replay: JournalReplay, entry: number, body: Entry): Fact[] {
  if (!isFootageEntry(body)) return [];
  switch (body.type) {
    case 'recording-opened': {
      const { recording, mode, start, officer, during, continues } = body;
      if (replay.recordings.get(recording)?.opened.entry !== entry) return [];
      const opened: Fact = {
        fact: 'opened',
        entry,
        recording,
        mode,
        start,
        ...(officer === undefined ? {} : { officer }),
        ...(during === undefined ? {} : { during }),
        ...(continues === undefined ? {} : { continues }),
      };
      return [opened, ...namedAt(replay, entry, body.key.object)];
    }
    case 'segment-sealed':
    case 'segment-recovered': {
      const { recording, size } = body;
      if (replay.recordings.get(recording)?.segments.at(-1)?.entry !== entry) return [];
      const end = body.type === 'segment-sealed' ? { end: body.end } : {};
      return [{ fact: 'segment', entry, recording, size, ...end }, ...namedAt(replay, entry, body.object)];
    }
    case 'segment-lost': {
      const { recording } = body;
      const losses = replay.recordings.get(recording)?.losses;
      return losses?.at(-1)?.entry === entry ? [{ fact: 'change', entry, recording }] : [];
    }
    case 'marked': {
      const { recording } = body;
      if (replay.recordings.get(recording)?.marks.at(-1)?.entry !== entry) return [];
      return [{ fact: 'mark', entry, recording, key: body.kind === 'key' }];
    }
    case 'recording-closed': {
      const { recording, end, reason } = body;
      if (replay.recordings.get(recording)?.closed?.entry !== entry) return [];
      return [{ fact: 'closed', entry, recording, end, reason }];
    }
    case 'capture-changed':
    case 'setting-changed': {
      const { recording } = body;
      if (recording === undefined) return [];
      const changes = replay.recordings.get(recording)?.changes;
      return changes?.at(-1)?.entry === entry ? [{ fact: 'change', entry, recording }] : [];
    }
    case 'object-lost':
      return replay.objects.has(body.object) ? [{ fact: 'lost', entry, object: body.object }] : [];
    case 'object-released':
      return [];
    default:
      return body satisfies never;
  }
}

function namedAt(replay: JournalReplay, entry: number, object: string): Fact[] {
  const named = replay.objects.get(object);
  return named?.entry === entry ? [{ fact: 'named', named }] : [];
}

function faultAt(entry: number, code: JournalFault): Fact {
  return { fact: 'fault', entry, code };
}
