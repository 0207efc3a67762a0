import { parseCameraOrigin, type JournalName } from '../note/names.ts';
import type { ReadEntry } from './entry.ts';
import { isFootageEntry } from './footage-entry.ts';
import type { ClockState, Entry, EntryOf } from './entry-schema.ts';

/** What is wrong, or remarkable, with the order of a journal. Closed: the verdict words each of them. */
export type SequenceFault =
  | 'no-power-on'
  | 'boot-without-power-on'
  | 'other-device'
  | 'mono-backwards'
  | 'recording-reopened'
  | 'recording-unknown'
  | 'entry-after-close'
  | 'segment-out-of-order'
  | 'counts-differ'
  | 'object-named-twice'
  | 'object-unknown';

export interface SegmentModel {
  /** Place in the recording, from 0. */
  readonly index: number;
  /** Index of its entry in the journal. */
  readonly entry: number;
  readonly object: string;
  /** Bytes of the sealed object. */
  readonly size: number;
  /** SHA-256 of the plaintext; absent for a recovered segment. */
  readonly content?: string;
  readonly start: string;
  readonly end?: string;
  readonly clock: ClockState;
}

export interface RecordingModel {
  readonly recording: string;
  readonly opened: { readonly entry: number; readonly body: EntryOf<'recording-opened'> };
  readonly segments: readonly SegmentModel[];
  readonly marks: readonly { readonly entry: number; readonly body: EntryOf<'marked'> }[];
  /** What the camera saw and heard from there on, and what its officer set. */
  readonly changes: readonly { readonly entry: number; readonly body: ChangeEntry }[];
  /** Segments that were begun and are not there, or not whole; twice the same, if the power went in between. */
  readonly losses: readonly { readonly entry: number; readonly body: EntryOf<'segment-lost'> }[];
  readonly closed?: { readonly entry: number; readonly body: EntryOf<'recording-closed'> };
}

export type ChangeEntry = EntryOf<'capture-changed'> | EntryOf<'setting-changed'>;

/** An object the journal names: footage, or the wrapped key of a recording. */
export interface NamedObject {
  readonly object: string;
  readonly size: number;
  readonly recording: string;
  readonly kind: 'key' | 'segment';
  readonly entry: number;
}

interface MutableRecording extends RecordingModel {
  segments: SegmentModel[];
  marks: { entry: number; body: EntryOf<'marked'> }[];
  changes: { entry: number; body: ChangeEntry }[];
  losses: { entry: number; body: EntryOf<'segment-lost'> }[];
  closed?: { entry: number; body: EntryOf<'recording-closed'> };
}

/**
 * Follows a journal entry by entry: what it says there is, and where it contradicts itself. One reading,
 * for the camera at its start, the archive at ingest and the verifier.
 */
export class JournalReplay {
  readonly #name: JournalName;
  readonly #fromStart: boolean;
  readonly #recordings = new Map<string, MutableRecording>();
  readonly #objects = new Map<string, NamedObject>();
  readonly #lost = new Set<string>();
  readonly #released = new Set<string>();
  #previous: { boot: string; mono: number } | undefined;

  /** `fromStart` false: a run cut out of a journal, whose first entry need not be its first. */
  constructor(origin: string | JournalName, options: { fromStart: boolean } = { fromStart: true }) {
    const name = typeof origin === 'string' ? parseCameraOrigin(origin) : origin;
    if (name === undefined) throw new RangeError(`not the origin of a camera's journal`);
    this.#name = name;
    this.#fromStart = options.fromStart;
    this.#previous = options.fromStart ? { boot: '', mono: 0 } : undefined;
  }

  get recordings(): ReadonlyMap<string, RecordingModel> {
    return this.#recordings;
  }

  /** Objects in the order they were named. */
  get objects(): ReadonlyMap<string, NamedObject> {
    return this.#objects;
  }

  get lost(): ReadonlySet<string> {
    return this.#lost;
  }

  get released(): ReadonlySet<string> {
    return this.#released;
  }

  /** Boot id of the latest entry. */
  get boot(): string | undefined {
    return this.#previous?.boot;
  }

  /** Takes the next entry; gives its faults. A faulty entry is still taken in as far as it makes sense. */
  apply(index: number, read: ReadEntry): SequenceFault[] {
    if (!read.known) return [];
    return [...this.#applyOrder(read.entry), ...this.#applyBody(index, read.entry)];
  }

  #applyOrder(entry: Entry): SequenceFault[] {
    const faults: SequenceFault[] = [];
    const previous = this.#previous;
    if (previous !== undefined && entry.boot !== previous.boot && entry.type !== 'power-on') {
      faults.push(previous.boot === '' ? 'no-power-on' : 'boot-without-power-on');
    }
    if (previous?.boot === entry.boot && entry.mono < previous.mono) faults.push('mono-backwards');
    if (
      entry.type === 'power-on' &&
      (entry.device !== this.#name.device || entry.epoch !== this.#name.epoch)
    ) {
      faults.push('other-device');
    }
    this.#previous = { boot: entry.boot, mono: entry.mono };
    return faults;
  }

  #applyBody(index: number, entry: Entry): SequenceFault[] {
    if (!isFootageEntry(entry)) return [];
    switch (entry.type) {
      case 'recording-opened': {
        if (this.#recordings.has(entry.recording)) return ['recording-reopened'];
        this.#recordings.set(entry.recording, {
          recording: entry.recording,
          opened: { entry: index, body: entry },
          segments: [],
          marks: [],
          changes: [],
          losses: [],
        });
        return this.#nameObject(index, entry.recording, 'key', entry.key);
      }
      case 'segment-sealed':
      case 'segment-recovered':
        return this.#inRecording(entry.recording, (recording) => {
          const faults: SequenceFault[] =
            entry.index === nextIndex(recording, entry.index) ? [] : ['segment-out-of-order'];
          recording.segments.push({
            index: entry.index,
            entry: index,
            object: entry.object,
            size: entry.size,
            start: entry.start,
            clock: entry.clock,
            ...(entry.type === 'segment-sealed' ? { content: entry.content, end: entry.end } : {}),
          });
          return [...faults, ...this.#nameObject(index, entry.recording, 'segment', entry)];
        });
      case 'segment-lost':
        return this.#inRecording(entry.recording, (recording) => {
          recording.losses.push({ entry: index, body: entry });
          return [];
        });
      case 'marked':
        return this.#inRecording(entry.recording, (recording) => {
          recording.marks.push({ entry: index, body: entry });
          return [];
        });
      case 'recording-closed':
        return this.#inRecording(entry.recording, (recording) => {
          recording.closed = { entry: index, body: entry };
          const counted =
            entry.segments === recording.segments.length && entry.marks === recording.marks.length;
          return counted ? [] : ['counts-differ'];
        });
      case 'capture-changed':
      case 'setting-changed': {
        // It tells of the camera; of a recording only while that goes on.
        const recording = entry.recording === undefined ? undefined : this.#recordings.get(entry.recording);
        if (recording?.closed === undefined) recording?.changes.push({ entry: index, body: entry });
        return [];
      }
      case 'object-lost':
        this.#lost.add(entry.object);
        return this.#objects.has(entry.object) ? [] : this.#unknownObject();
      case 'object-released': {
        for (const object of entry.objects) this.#released.add(object);
        return entry.objects.every((object) => this.#objects.has(object)) ? [] : this.#unknownObject();
      }
      default:
        return entry satisfies never;
    }
  }

  #inRecording(id: string, apply: (recording: MutableRecording) => SequenceFault[]): SequenceFault[] {
    const recording = this.#recordings.get(id);
    // In a run cut out of a journal it may have been opened before.
    if (recording === undefined) return this.#fromStart ? ['recording-unknown'] : [];
    return recording.closed === undefined ? apply(recording) : ['entry-after-close'];
  }

  #nameObject(
    entry: number,
    recording: string,
    kind: NamedObject['kind'],
    named: { object: string; size: number },
  ): SequenceFault[] {
    if (this.#objects.has(named.object)) return ['object-named-twice'];
    this.#objects.set(named.object, { object: named.object, size: named.size, recording, kind, entry });
    return [];
  }

  /** In a run cut out of a journal the object may have been named before. */
  #unknownObject(): SequenceFault[] {
    return this.#fromStart ? ['object-unknown'] : [];
  }
}

/** The place of the next segment: behind those that are there, and those below `limit` that were lost whole. */
function nextIndex({ segments, losses }: RecordingModel, limit: number): number {
  const lost = new Set(losses.map(({ body }) => body.index).filter((index) => index < limit));
  for (const { index } of segments) lost.delete(index);
  return segments.length + lost.size;
}
