import {
  AgeSealer,
  ageSeal,
  archiveKeyName,
  cameraOrigin,
  concat,
  encodeEntry,
  freeBox,
  generateAgeIdentity,
  leafHash,
  makeBox,
  MerkleTree,
  noteSigner,
  randomBytes,
  receiptOrigin,
  sha256,
  signCheckpoint,
  toHex,
  x25519Recipient,
  type Entry,
  type EntryBody,
  type EntryOf,
  type Evidence,
  type PresentedBytes,
  type RecordingMode,
} from '@mingjing/protocol';
import { loadEvidenceIdentity, loadRoots, type EvidenceIdentity } from '@mingjing/runtime';

/** A segment as it was, for the test to present or bend. */
export interface ScriptedSegment {
  readonly object: string;
  readonly sealed: Uint8Array;
  /** What the survivors hold, for a recovered one. */
  readonly content: Uint8Array;
}

export interface ScriptedRecording {
  readonly id: string;
  readonly key: string;
  readonly keyObject: { readonly object: string; readonly sealed: Uint8Array };
  readonly segments: ScriptedSegment[];
}

/** A camera's life in a few lines: real keys, real sealing, a real signed journal; no camera. */
export class CameraScript {
  readonly name: { device: string; epoch: number };
  readonly entries: Uint8Array[] = [];
  readonly recordings: ScriptedRecording[] = [];
  readonly roots: readonly string[];
  readonly #camera: EvidenceIdentity;
  readonly #archive: EvidenceIdentity;
  readonly #recipients: readonly string[];
  /** Certificates are made now: whatever is told lies within their time. */
  #time = Math.ceil(Date.now() / 1_000) * 1_000;
  #boot = toHex(randomBytes(16));
  #mono = 0;

  constructor(cameraDirectory: string, archiveDirectory: string, recipients: readonly string[]) {
    this.#camera = loadEvidenceIdentity(cameraDirectory, 'camera');
    this.#archive = loadEvidenceIdentity(archiveDirectory, 'archive');
    this.#recipients = recipients;
    this.roots = loadRoots(cameraDirectory);
    this.name = { device: this.#camera.certificate.name.id, epoch: this.#camera.certificate.name.epoch ?? 0 };
  }

  powerOn(cause: 'start' | 'after-power-loss' = 'start'): void {
    this.#boot = toHex(randomBytes(16));
    this.#mono = 0;
    this.append({ type: 'power-on', ...this.name, software: '0.1.0', cause });
  }

  append(body: EntryBody): number {
    this.#time += 1_000;
    this.#mono += 1_000;
    const entry = { ...body, at: this.#now(), boot: this.#boot, mono: this.#mono } as Entry;
    return this.entries.push(encodeEntry(entry)) - 1;
  }

  /** A recording of `segments`, the last of them cut by a power loss if asked; closed unless told. */
  record(options: {
    segments: number;
    marks?: number;
    powerLoss?: boolean;
    open?: boolean;
    reason?: EntryOf<'recording-closed'>['reason'];
    mode?: RecordingMode;
    during?: string;
    /** Plaintext of each segment, made when its recording is known. */
    contents?: (recording: string) => readonly Uint8Array[];
    clock?: EntryOf<'segment-sealed'>['clock'];
  }): ScriptedRecording {
    const id = toHex(randomBytes(16));
    const { identity, recipient } = generateAgeIdentity();
    const wrapped = ageSeal(new TextEncoder().encode(identity), this.#recipients.map(x25519Recipient));
    const keyObject = { object: toHex(sha256(wrapped)), sealed: wrapped };
    const recording: ScriptedRecording = { id, key: identity, keyObject, segments: [] };
    this.recordings.push(recording);
    const key = { recipient, object: keyObject.object, size: wrapped.length };
    this.append({
      type: 'recording-opened',
      recording: id,
      mode: options.mode ?? 'video',
      ...(options.during === undefined ? {} : { during: options.during }),
      cause: 'button',
      start: this.#now(),
      key,
    });
    let from = this.#now();
    for (let index = 0; index < options.segments; index += 1) {
      const recovered = options.powerLoss === true && index === options.segments - 1;
      const given = options.contents?.(id)[index];
      const segment = recovered ? recoveredSegment(recipient, given) : sealedSegment(recipient, given);
      recording.segments.push(segment);
      const clock = options.clock ?? { source: 'gnss' as const, uncertainty: 10 };
      const named = {
        recording: id,
        index,
        object: segment.object,
        size: segment.sealed.length,
        start: from,
        clock,
      };
      if (recovered) {
        this.powerOn('after-power-loss');
        this.append({ type: 'segment-recovered', ...named });
      } else {
        const content = toHex(sha256(segment.content));
        const end = this.#now();
        this.append({ type: 'segment-sealed', ...named, content, end });
        from = end;
      }
      for (let n = 0; index === 0 && n < (options.marks ?? 0); n += 1)
        this.append({ type: 'marked', recording: id, kind: 'mark' });
    }
    if (options.open !== true) {
      const reason = options.reason ?? (options.powerLoss === true ? 'power-loss' : 'stopped');
      this.append({
        type: 'recording-closed',
        recording: id,
        reason,
        segments: options.segments,
        marks: options.marks ?? 0,
        end: this.#now(),
      });
    }
    return recording;
  }

  tree(): MerkleTree {
    const tree = new MerkleTree();
    for (const entry of this.entries) tree.appendLeafHash(leafHash(entry));
    return tree;
  }

  checkpoint(size = this.entries.length): string {
    const origin = cameraOrigin(this.name);
    return signCheckpoint(
      { origin, size, root: this.tree().root(size) },
      noteSigner(origin, this.#camera.signer),
    );
  }

  receipt(size = this.entries.length): { note: string; chain: readonly string[] } {
    const archive = this.#archive.certificate.name.id;
    const head = { origin: receiptOrigin(archive, this.name), size, root: this.tree().root(size) };
    return {
      note: signCheckpoint(head, noteSigner(archiveKeyName(archive), this.#archive.signer)),
      chain: this.#archive.chain,
    };
  }

  /** The whole journal, with every object at hand. */
  whole(): Evidence {
    return {
      journal: this.name,
      entries: this.entries.map((bytes, index) => ({ index, bytes })),
      checkpoint: this.checkpoint(),
      cameraChain: this.#camera.chain,
      receipt: this.receipt(),
      roots: this.roots,
      footage: this.#footage(),
    };
  }

  /** One recording as an export presents it: its run of entries, each with its proof, and the plaintext. */
  clip(recording: ScriptedRecording): Evidence {
    const tree = this.tree();
    const run = this.entries.flatMap((_, index) => (this.#belongs(index, recording) ? [index] : []));
    const [first = 0, last = 0] = [run[0], run.at(-1)];
    const entries = this.entries
      .slice(first, last + 1)
      .map((bytes, n) => ({ index: first + n, bytes, proof: tree.inclusionProof(first + n) }));
    return { ...this.whole(), entries, recordings: [recording.id], footage: this.#footage() };
  }

  #belongs(index: number, recording: ScriptedRecording): boolean {
    return new TextDecoder().decode(this.entries[index]).includes(recording.id);
  }

  #footage(): Evidence['footage'] {
    const sealed = new Map<string, Uint8Array>();
    for (const recording of this.recordings) {
      for (const { object, sealed: bytes } of [recording.keyObject, ...recording.segments])
        sealed.set(object, bytes);
    }
    return {
      sealed: (object) => present(sealed.get(object)),
      content: (id, segment) =>
        present(
          this.recordings.find((one) => one.id === id)?.segments.find((one) => one.object === segment.object)
            ?.content,
        ),
      key: (id) => this.recordings.find((one) => one.id === id)?.key,
    };
  }

  #now(): string {
    return new Date(this.#time).toISOString();
  }
}

export function present(bytes: Uint8Array | undefined): PresentedBytes | undefined {
  return bytes === undefined ? undefined : { bytes: [bytes], place: { file: 'test' } };
}

function sealedSegment(recipient: string, given?: Uint8Array): ScriptedSegment {
  const content = given ?? concat([freeBox(40), freeBox(8 + ((randomBytes(1)[0] ?? 0) % 32))]);
  const sealed = ageSeal(content, [x25519Recipient(recipient)]);
  return { object: toHex(sha256(sealed)), sealed, content };
}

/** As the power cut leaves it: two whole chunks, no last one. */
function recoveredSegment(recipient: string, given?: Uint8Array): ScriptedSegment {
  const sealer = new AgeSealer([x25519Recipient(recipient)]);
  const content = given ?? concat([freeBox(8), makeBox('mdat', new Uint8Array(64 * 1024 - 16))]);
  const sealed = concat([sealer.head, sealer.update(content), sealer.flushFull()]);
  return { object: toHex(sha256(sealed)), sealed, content };
}
