import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import {
  ageSeal,
  cameraOrigin,
  concat,
  encodeEntry,
  generateAgeIdentity,
  joinFragment,
  makeStampBox,
  MerkleTree,
  noteSigner,
  sha256,
  signCheckpoint,
  toBase64,
  toHex,
  toUtf8,
  x25519Recipient,
  leafHash,
  wavHead,
  type Entry,
  type EntryBody,
  type EntryOf,
  type JournalName,
  type JournalPage,
  type NoteSigner,
  type RecordingMode,
  type Stamp,
} from '@mingjing/protocol';
import { loadEvidenceIdentity } from '@mingjing/runtime';
import { makeSound, type Film } from './films.ts';

export { makeFilm, makePhoto, makeSound, type Film } from './films.ts';

/** What a recording is opened as. */
export interface OpenedAs {
  readonly mode?: RecordingMode;
  readonly during?: string;
  readonly continues?: string;
}

export interface RecordingOptions extends OpenedAs {
  readonly officer?: string;
  /** Fragments (seconds) in one segment. */
  readonly perSegment?: number;
  readonly marks?: readonly ('mark' | 'key')[];
  /** 'power-loss': the last segment is cut in its middle and recovered. 'open': it goes on. */
  readonly end?: 'stopped' | 'power-loss' | 'open';
}

export interface BuiltRecording {
  readonly recording: string;
  /** The recording's own age identity. */
  readonly key: string;
  /** Plaintext of each segment. */
  readonly contents: readonly Uint8Array[];
  /** Names of the sealed objects: the key's, then the segments'. */
  readonly objects: readonly string[];
}

/**
 * A camera's journal as a camera would write it: real entries, really signed, over really sealed objects. Time runs
 * by itself, so that the same calls give the same times.
 */
export class JournalBuilder {
  readonly name: JournalName;
  readonly evidence: readonly string[];
  readonly entries: Uint8Array[] = [];
  /** Sealed objects by name. */
  readonly objects = new Map<string, Uint8Array>();
  readonly #signer: NoteSigner;
  readonly #recipients: readonly string[];
  readonly #tree = new MerkleTree();
  #boot = '';
  #now: number;
  #mono = 0;

  /** `identity`: the directory of an enrolled camera. */
  constructor(identity: string, recipients: readonly string[], start = Date.now()) {
    const evidence = loadEvidenceIdentity(identity, 'camera');
    const { id: device, epoch } = evidence.certificate.name;
    this.name = { device, epoch: epoch ?? 1 };
    this.evidence = evidence.chain;
    this.#signer = noteSigner(cameraOrigin(this.name), evidence.signer);
    this.#recipients = recipients;
    this.#now = start;
  }

  get size(): number {
    return this.entries.length;
  }

  /** A second builder with the same past, to lead it somewhere else. */
  static fork(
    identity: string,
    recipients: readonly string[],
    from: JournalBuilder,
    size: number,
  ): JournalBuilder {
    const other = new JournalBuilder(identity, recipients, from.#now);
    for (const bytes of from.entries.slice(0, size)) other.addBytes(bytes);
    other.#boot = from.#boot;
    other.#mono = from.#mono;
    for (const [name, object] of from.objects) other.objects.set(name, object);
    return other;
  }

  addBytes(bytes: Uint8Array): void {
    this.entries.push(bytes);
    this.#tree.appendLeafHash(leafHash(bytes));
  }

  add(body: EntryBody): Entry {
    const at = new Date(this.#now).toISOString();
    const { type, ...rest } = body;
    const entry = { type, at, boot: this.#boot, mono: this.#mono, ...rest } as Entry;
    this.addBytes(encodeEntry(entry));
    return entry;
  }

  /** Lets time pass, in milliseconds. */
  pass(millis: number): void {
    this.#now += millis;
    this.#mono += millis;
  }

  powerOn(cause: EntryOf<'power-on'>['cause'] = 'start'): void {
    this.#boot = randomBytes(16).toString('hex');
    this.#mono = 0;
    this.add({ type: 'power-on', device: this.name.device, epoch: this.name.epoch, software: 'test', cause });
  }

  /** Records a film: opens, seals each segment as it is filled, marks after the first, closes. */
  record(film: Film, options: RecordingOptions = {}): BuiltRecording {
    const { perSegment = 2, marks = [], officer, end = 'stopped' } = options;
    const opened = this.open(officer, options);
    const contents: Uint8Array[] = [];
    for (let from = 0; from < film.fragments.length; from += perSegment) {
      const content = this.#content(film, opened.recording, from, perSegment);
      contents.push(content);
      const last = from + perSegment >= film.fragments.length;
      if (last && end === 'power-loss') {
        this.powerOn('after-power-loss');
        opened.recover(content);
      } else {
        this.pass(perSegment * 1000);
        opened.seal(content, perSegment * 1000);
      }
      if (from === 0)
        for (const kind of marks) this.add({ type: 'marked', recording: opened.recording, kind });
    }
    if (end !== 'open') opened.close(end, marks.length);
    return { recording: opened.recording, key: opened.key, contents, objects: opened.objects };
  }

  /** Sound alone, in segments of WAV. */
  recordSound(seconds: number, options: RecordingOptions = {}): BuiltRecording {
    const { perSegment = 2, marks = [], officer, end = 'stopped' } = options;
    const opened = this.open(officer, { ...options, mode: 'audio' });
    const contents: Uint8Array[] = [];
    for (let from = 0; from < seconds; from += perSegment) {
      const length = Math.min(perSegment, seconds - from);
      const content = concat([wavHead(this.#stamp(opened.recording, from)), makeSound(length, from)]);
      contents.push(content);
      if (from + perSegment >= seconds && end === 'power-loss') {
        this.powerOn('after-power-loss');
        opened.recover(content);
      } else {
        this.pass(length * 1000);
        opened.seal(content, length * 1000);
      }
      if (from === 0)
        for (const kind of marks) this.add({ type: 'marked', recording: opened.recording, kind });
    }
    if (end !== 'open') opened.close(end, marks.length);
    return { recording: opened.recording, key: opened.key, contents, objects: opened.objects };
  }

  /** A recording of one segment that is a JPEG. */
  takePhoto(jpeg: Uint8Array, options: RecordingOptions = {}): BuiltRecording {
    const { officer, end = 'stopped' } = options;
    const opened = this.open(officer, { ...options, mode: 'photo' });
    if (end === 'power-loss') {
      this.powerOn('after-power-loss');
      opened.recover(jpeg);
    } else opened.seal(jpeg, 0);
    if (end !== 'open') opened.close(end, 0);
    return { recording: opened.recording, key: opened.key, contents: [jpeg], objects: opened.objects };
  }

  /** A recording with any bytes as footage, for tests that play nothing. */
  recordBytes(contents: readonly Uint8Array[], options: RecordingOptions = {}): BuiltRecording {
    const opened = this.open(options.officer, options);
    for (const content of contents) {
      this.pass(1000);
      opened.seal(content, 1000);
    }
    for (const kind of options.marks ?? []) this.add({ type: 'marked', recording: opened.recording, kind });
    if (options.end !== 'open') opened.close('stopped', options.marks?.length ?? 0);
    return { recording: opened.recording, key: opened.key, contents, objects: opened.objects };
  }

  open(officer?: string, { mode = 'video', during, continues }: OpenedAs = {}): OpenRecording {
    const recording = randomBytes(16).toString('hex');
    const { identity, recipient } = generateAgeIdentity();
    const wrapped = ageSeal(toUtf8(`${identity}\n`), this.#recipients.map(x25519Recipient));
    const key = { recipient, object: this.#keep(wrapped), size: wrapped.length };
    const start = new Date(this.#now).toISOString();
    const by = {
      ...(officer === undefined ? {} : { officer }),
      ...(during === undefined ? {} : { during }),
      ...(continues === undefined ? {} : { continues }),
    };
    this.add({ type: 'recording-opened', recording, mode, cause: 'button', start, key, ...by });
    return this.#opened(recording, identity, recipient, key.object);
  }

  /** The camera's signed checkpoint at a size. */
  checkpoint(size = this.size): string {
    return signCheckpoint(
      { origin: cameraOrigin(this.name), size, root: this.#tree.root(size) },
      this.#signer,
    );
  }

  /** The audit path of an entry below the whole journal's checkpoint. */
  proof(index: number): Uint8Array[] {
    return this.#tree.inclusionProof(index);
  }

  page(from: number, to = this.size): JournalPage {
    return {
      epoch: this.name.epoch,
      from,
      entries: this.entries.slice(from, to).map(toBase64),
      checkpoint: this.checkpoint(to),
      evidence: [...this.evidence],
    };
  }

  #opened(recording: string, key: string, recipient: string, keyObject: string): OpenRecording {
    const objects = [keyObject];
    const clock = { source: 'gnss', uncertainty: 20 } as const;
    const footage = (sealed: Uint8Array) => {
      const object = this.#keep(sealed);
      const index = objects.length - 1;
      objects.push(object);
      return { recording, index, object, size: sealed.length, clock };
    };
    const at = (): string => new Date(this.#now).toISOString();
    return {
      recording,
      key,
      objects,
      seal: (content, millis) => {
        const named = footage(ageSeal(content, [x25519Recipient(recipient)]));
        const start = new Date(this.#now - millis).toISOString();
        this.add({ type: 'segment-sealed', ...named, content: toHex(sha256(content)), start, end: at() });
      },
      recover: (content) => {
        const sealed = ageSeal(content, [x25519Recipient(recipient)]);
        const named = footage(sealed.slice(0, Math.ceil(sealed.length * 0.7)));
        this.add({ type: 'segment-recovered', ...named, start: at() });
      },
      close: (reason, marks) => {
        const segments = objects.length - 1;
        this.add({ type: 'recording-closed', recording, reason, segments, marks, end: at() });
      },
    };
  }

  #content(film: Film, recording: string, from: number, count: number): Uint8Array {
    const fragments = film.fragments.slice(from, from + count).map(({ moof, mdat }, n) => {
      const time = (from + n) * 1000;
      const stamp = makeStampBox(this.#stamp(recording, from + n, n), time, from + n);
      return joinFragment(stamp, moof, mdat);
    });
    return concat([film.init, ...fragments]);
  }

  #stamp(recording: string, second: number, ahead = 0): Stamp {
    return {
      at: new Date(this.#now + ahead * 1000).toISOString(),
      mono: this.#mono + ahead * 1000,
      device: this.name.device,
      recording,
      clock: { source: 'gnss', uncertainty: 20 },
      position: { lat: 31.2304 + second / 10_000, lon: 121.4737, speed: 1.4, age: 100 },
    };
  }

  #keep(sealed: Uint8Array): string {
    const object = toHex(sha256(sealed));
    this.objects.set(object, sealed);
    return object;
  }
}

/** A recording that is going on. */
export interface OpenRecording {
  readonly recording: string;
  readonly key: string;
  readonly objects: string[];
  seal(content: Uint8Array, millis: number): void;
  /** What a power cut left of a segment: the first 70 % of its sealed bytes. */
  recover(content: Uint8Array): void;
  close(reason: EntryOf<'recording-closed'>['reason'], marks: number): void;
}

/** The object's file name, for tests that look into a directory store. */
export function objectPath(directory: string, object: string): string {
  return join(directory, object.slice(0, 2), object.slice(2, 4), object);
}
