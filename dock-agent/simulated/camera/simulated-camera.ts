import {
  archiveKeyName,
  cameraOrigin,
  encodeEntry,
  equalBytes,
  MerkleTree,
  leafHash,
  noteSigner,
  noteVerifier,
  openChain,
  openAssignment,
  openCheckpoint,
  openCustodyCheckpoint,
  openPolicy,
  randomBytes,
  receiptOrigin,
  sha256,
  signCheckpoint,
  toBase64,
  toHex,
  type ArchiveNote,
  type CameraCondition,
  type CareOutcome,
  type CertificateName,
  type DeviceIdentity,
  type DockNote,
  type Entry,
  type EntryBody,
  type EvidenceTrust,
  type JournalName,
  type JournalPage,
  type ReceiptDelivery,
  type ReceiptOutcome,
  type Signer,
  type TimeClaim,
  type TimeOutcome,
} from '@mingjing/protocol';
import { PeerRefusal } from '@mingjing/runtime';

export interface SimulatedKeys {
  readonly name: JournalName;
  readonly agency: string;
  readonly signer: Signer;
  /** The evidence chain, PEM, leaf first, and the agency's roots. */
  readonly chain: readonly string[];
  readonly roots: readonly string[];
}

export interface StoredObject {
  readonly size: number;
  open(): AsyncIterable<Uint8Array>;
}

/** What a script makes a camera do wrong. Each gets the truth and gives what is said instead. */
export interface Lies {
  line?: (name: CertificateName) => CertificateName;
  identity?: (claims: DeviceIdentity) => DeviceIdentity;
  page?: (page: JournalPage) => JournalPage;
  object?: (object: string, bytes: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>;
  /** Throws, or lets the receipt through. */
  receipt?: (delivery: ReceiptDelivery) => void;
  /** Throws, or says what it thinks of the time. */
  time?: (claim: TimeClaim) => TimeOutcome;
  condition?: (condition: CameraCondition) => CameraCondition;
  /** Throws, or says what came of a policy or an assignment; undefined: the truth. */
  care?: () => CareOutcome | undefined;
}

/** It shows no TLS certificate: there is no line. */
const RECIPIENT = `age1${'q'.repeat(58)}`;
const PIECE = 64 * 1024;
const MAX_RELEASED = 500;

/**
 * A camera as a dock meets it: a real signed journal, objects under their real names, receipts checked as a camera
 * checks them. Scriptable: `lies` and `gone`.
 */
export class SimulatedCamera {
  readonly keys: SimulatedKeys;
  readonly objects = new Map<string, StoredObject>();
  readonly entries: Uint8Array[] = [];
  lies: Lies = {};
  /** What docks said the time was. */
  readonly times: TimeClaim[] = [];
  /** What it says of itself, beside the officer and the policy it was handed. */
  body: Pick<CameraCondition, 'battery' | 'freeBytes' | 'warnings' | 'diagnosis'> & { at?: string } = {
    battery: { percent: 100, charging: true },
    freeBytes: 64_000_000_000,
    warnings: [],
  };
  /** The officer who has it. */
  officer: CameraCondition['officer'];
  policy: CameraCondition['policy'] = { version: 0 };
  /** By origin: size and root of an archive's log. */
  readonly anchors = new Map<string, { readonly size: number; readonly root: string }>();
  /** Pulled out: every call fails, and what is under way breaks off. */
  gone = false;
  #tree = new MerkleTree();
  readonly #names: { object: string; entry: number }[] = [];
  readonly #boot = toHex(randomBytes(16));
  #mono = 0;

  constructor(keys: SimulatedKeys) {
    this.keys = keys;
    const { device, epoch } = keys.name;
    this.append({ type: 'power-on', device, epoch, software: 'simulated', cause: 'start' });
  }

  get size(): number {
    return this.entries.length;
  }

  append(body: EntryBody): void {
    this.#mono += 1;
    const head = { at: '2026-01-01T00:00:00.000Z', boot: this.#boot, mono: this.#mono };
    const { type, ...rest } = body;
    const entry = encodeEntry({ type, ...head, ...rest } as Entry);
    this.entries.push(entry);
    this.#tree.appendLeafHash(leafHash(entry));
  }

  /** One recording of segments of `sizes` random bytes; gives their names, the key object's first. */
  record(...sizes: readonly number[]): string[] {
    return this.recordObjects(sizes.map((size) => inMemory(randomBytes(size))));
  }

  /** One recording of segments that exist already. */
  recordObjects(segments: readonly { object: string; stored: StoredObject }[]): string[] {
    const recording = toHex(randomBytes(16));
    const at = '2026-01-01T00:00:00.000Z';
    const key = inMemory(randomBytes(400));
    this.#store(key.object, key.stored);
    this.append({
      type: 'recording-opened',
      recording,
      mode: 'video',
      cause: 'button',
      start: at,
      key: { recipient: RECIPIENT, object: key.object, size: key.stored.size },
    });
    for (const [index, { object, stored }] of segments.entries()) {
      this.#store(object, stored);
      this.append({
        type: 'segment-sealed',
        recording,
        index,
        object,
        size: stored.size,
        content: toHex(sha256(randomBytes(32))),
        start: at,
        end: at,
        clock: { source: 'free-running' },
      });
    }
    const segmentCount = segments.length;
    this.append({
      type: 'recording-closed',
      recording,
      reason: 'stopped',
      segments: segmentCount,
      marks: 0,
      end: at,
    });
    return [key.object, ...segments.map(({ object }) => object)];
  }

  identity(): DeviceIdentity {
    const { name, chain } = this.keys;
    const claims = {
      device: name.device,
      epoch: name.epoch,
      software: 'simulated',
      evidence: [...chain],
      size: this.size,
    };
    return this.lies.identity?.(claims) ?? claims;
  }

  page(from: number, limit: number): JournalPage {
    const { name, chain } = this.keys;
    const to = Math.min(this.size, from + limit);
    const entries = this.entries.slice(from, to).map(toBase64);
    const page = {
      epoch: name.epoch,
      from,
      entries,
      checkpoint: this.checkpoint(to),
      evidence: [...chain],
    };
    return this.lies.page?.(page) ?? page;
  }

  checkpoint(size = this.size): string {
    const origin = cameraOrigin(this.keys.name);
    return signCheckpoint(
      { origin, size, root: this.#tree.root(size) },
      noteSigner(origin, this.keys.signer),
    );
  }

  /** undefined: it has no such object. */
  openObject(object: string): AsyncIterable<Uint8Array> | undefined {
    const bytes = this.objects.get(object)?.open();
    return bytes === undefined ? undefined : (this.lies.object?.(object, bytes) ?? bytes);
  }

  /** Erases what a valid receipt covers, and says so in the journal. PeerRefusal 'bad-receipt'. */
  takeReceipt(delivery: ReceiptDelivery): ReceiptOutcome {
    this.lies.receipt?.(delivery);
    const { archive, size } = this.#openReceipt(delivery);
    const root = this.#tree.root(size);
    const covered = this.#names.filter(({ object, entry }) => entry < size && this.objects.has(object));
    for (const { object } of covered) this.objects.delete(object);
    const receipt = { archive, size, root: toBase64(root) };
    for (let at = 0; at < covered.length; at += MAX_RELEASED) {
      const objects = covered.slice(at, at + MAX_RELEASED).map(({ object }) => object);
      this.append({ type: 'object-released', objects, receipt });
    }
    return { released: covered.length };
  }

  takeTime(claim: TimeClaim): TimeOutcome {
    this.times.push(claim);
    return this.lies.time?.(claim) ?? { believed: true };
  }

  condition(): CameraCondition {
    const { at = new Date().toISOString(), ...body } = this.body;
    const condition: CameraCondition = {
      at,
      clock: { source: 'dock', uncertainty: 1_000 },
      mode: 'docked',
      ...body,
      storedBytes: 0,
      unreceipted: this.objects.size,
      ...(this.officer && { officer: this.officer }),
      policy: this.policy,
    };
    return this.lies.condition?.(condition) ?? condition;
  }

  /** PeerRefusal 'bad-policy'. */
  takePolicy(delivery: ArchiveNote): CareOutcome {
    const lie = this.lies.care?.();
    if (lie !== undefined) return lie;
    const { policy, hash } = opened('bad-policy', () => openPolicy(delivery, this.#trust()));
    if (policy.version < this.policy.version) return outcome(false, 'policy-refused');
    if (hash !== this.policy.sha256)
      this.append({ type: 'policy-applied', policy: hash, version: policy.version });
    this.policy = { version: policy.version, sha256: hash };
    return outcome(true, 'policy-applied');
  }

  /** PeerRefusal 'bad-anchor', 'archive-forked'. */
  takeAnchor(delivery: ArchiveNote): CareOutcome {
    const lie = this.lies.care?.();
    if (lie !== undefined) return lie;
    const { checkpoint } = opened('bad-anchor', () => openCustodyCheckpoint(delivery, this.#trust()));
    const { origin, size } = checkpoint;
    const root = toBase64(checkpoint.root);
    const held = this.anchors.get(origin);
    if (held !== undefined && size < held.size) return outcome(false, 'anchor-older');
    if (held?.size === size && held.root !== root) throw new PeerRefusal('archive-forked', 'another root');
    if (held?.size !== size) this.append({ type: 'anchored', origin, size, root });
    this.anchors.set(origin, { size, root });
    return outcome(true, 'anchored');
  }

  /** PeerRefusal 'bad-assignment'. */
  takeAssignment(delivery: DockNote): CareOutcome {
    const lie = this.lies.care?.();
    if (lie !== undefined) return lie;
    const { dock, assignment, hash } = opened('bad-assignment', () =>
      openAssignment(delivery, this.#trust()),
    );
    const { device } = this.keys.name;
    if (assignment.camera !== device) throw new PeerRefusal('bad-assignment', 'for another camera');
    const { officer } = assignment;
    const by = { dock, assignment: hash };
    const before = this.officer;
    if (officer === null) {
      if (before !== undefined) this.append({ type: 'officer-returned', officer: before.number, ...by });
      this.officer = undefined;
      return outcome(true, 'officer-returned');
    }
    if (before?.assignment !== hash) {
      const { number, ...rest } = officer;
      this.append({ type: 'officer-assigned', officer: number, ...rest, ...by });
    }
    this.officer = { ...officer, assignment: hash };
    return outcome(true, 'officer-assigned');
  }

  /** A camera that was copied before now: the same past, another future from here. */
  fork(): SimulatedCamera {
    const other = new SimulatedCamera(this.keys);
    other.entries.length = 0;
    other.#tree = new MerkleTree();
    for (const entry of this.entries) {
      other.entries.push(entry);
      other.#tree.appendLeafHash(leafHash(entry));
    }
    for (const [object, stored] of this.objects) other.objects.set(object, stored);
    other.#names.push(...this.#names);
    return other;
  }

  #store(object: string, stored: StoredObject): void {
    this.objects.set(object, stored);
    this.#names.push({ object, entry: this.size });
  }

  #trust(): EvidenceTrust {
    const { agency, roots } = this.keys;
    return { agency, roots, at: new Date().toISOString() };
  }

  #openReceipt({ receipt, evidence }: ReceiptDelivery): { archive: string; size: number } {
    const { name, roots, agency } = this.keys;
    try {
      const certificate = openChain(evidence, roots);
      const { id, use, role } = certificate.name;
      if (use !== 'evidence' || role !== 'archive' || certificate.name.agency !== agency)
        throw new RangeError('not an archive');
      const keys = [noteVerifier(archiveKeyName(id), certificate.publicKey)];
      const { size, root } = openCheckpoint(receipt, receiptOrigin(id, name), keys);
      if (size > this.size || !equalBytes(this.#tree.root(size), root)) throw new RangeError('another tree');
      return { archive: id, size };
    } catch (error) {
      const why = error instanceof Error ? error.message : 'unreadable';
      throw new PeerRefusal('bad-receipt', `receipt refused: ${why}`);
    }
  }
}

function opened<T>(code: 'bad-policy' | 'bad-assignment' | 'bad-anchor', open: () => T): T {
  try {
    return open();
  } catch (error) {
    throw new PeerRefusal(code, error instanceof Error ? error.message : 'unreadable');
  }
}

function outcome(ok: boolean, code: string): CareOutcome {
  return { ok, code, message: { zh: code, en: code } };
}

/** An object of these bytes, under its name. */
export function inMemory(bytes: Uint8Array): { object: string; stored: StoredObject } {
  async function* open(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += PIECE) {
      yield await Promise.resolve(bytes.subarray(at, at + PIECE));
    }
  }
  return { object: toHex(sha256(bytes)), stored: { size: bytes.length, open } };
}
