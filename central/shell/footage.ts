import {
  AgeOpener,
  ProtocolError,
  sha256Stream,
  toHex,
  x25519Identity,
  type Identity,
  type RecordingModel,
  type SegmentModel,
} from '@mingjing/protocol';
import { ReviewRefused } from '../core/errors.ts';
import {
  FragmentCutter,
  SegmentScan,
  type FragmentRule,
  type SegmentScanResult,
} from '../core/segment-scan.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { Lru } from './lru.ts';
import { RecordingKeys } from './recording-keys.ts';

/** Results of reading segments through: about a kilobyte each, no footage among them. */
const KEPT_SCANS = 20_000;

/** Opens sealed footage for those who may see it. Plaintext is in memory only, a piece at a time. */
export class Footage {
  readonly #objects: ObjectStore;
  readonly #keys: RecordingKeys;
  readonly #scans = new Lru<SegmentScanResult>(KEPT_SCANS);
  readonly #scanning = new Map<string, Promise<SegmentScanResult>>();

  constructor(objects: ObjectStore, identities: readonly Identity[]) {
    this.#objects = objects;
    this.#keys = new RecordingKeys(objects, identities);
  }

  get canUnseal(): boolean {
    return this.#keys.canUnseal;
  }

  /** Throws `ReviewRefused` unless the recording's key is at hand. */
  async requireKey(recording: RecordingModel): Promise<void> {
    await this.#keys.open(recording);
  }

  /** Whether every segment that is here was read through before: nothing need be decrypted to describe it. */
  isRead(segments: readonly SegmentModel[]): boolean {
    return segments.every((segment) => this.#scans.get(segment.object) !== undefined);
  }

  async here(segments: readonly SegmentModel[]): Promise<SegmentModel[]> {
    const sizes = await Promise.all(segments.map((segment) => this.#objects.confirm(segment.object)));
    return segments.filter((_, n) => sizes[n] !== undefined);
  }

  /**
   * Reads a segment through once and checks it against what the camera signed. `ReviewRefused`: those of the key,
   * 'footage-not-here', 'footage-unreadable', 'content-altered'.
   */
  async scan(recording: RecordingModel, segment: SegmentModel): Promise<SegmentScanResult> {
    const known = this.#scans.get(segment.object);
    if (known !== undefined) return known;
    const running = this.#scanning.get(segment.object) ?? this.#scan(recording, segment);
    this.#scanning.set(segment.object, running);
    try {
      return await running;
    } finally {
      this.#scanning.delete(segment.object);
    }
  }

  /** The fragments of a segment as a player takes them, without its init segment. */
  async *fragments(recording: RecordingModel, segment: SegmentModel): AsyncGenerator<Uint8Array> {
    await this.scan(recording, segment);
    const cutter = new FragmentCutter(ruleOf(segment));
    for await (const piece of this.plaintext(recording, segment)) {
      for (const box of cutter.push(piece).fragments) yield box.bytes;
    }
  }

  /**
   * A segment's plaintext. Every piece given out was authenticated; that all of it together is what the camera signed
   * is known at the end, which throws 'content-altered' if not.
   */
  async *plaintext(recording: RecordingModel, segment: SegmentModel): AsyncGenerator<Uint8Array> {
    const key = await this.#keys.open(recording);
    const sealed = await this.#objects.read(segment.object);
    if (sealed === undefined)
      throw new ReviewRefused('footage-not-here', `segment ${segment.index} has not arrived`);
    const recovered = segment.content === undefined;
    const opener = new AgeOpener([x25519Identity(key)], recovered ? 'tolerate-cut' : 'whole');
    const hash = sha256Stream();
    try {
      for await (const piece of sealed) {
        const plain = opener.update(piece);
        hash.update(plain);
        if (plain.length > 0) yield plain;
      }
      const { plaintext: last } = opener.final();
      hash.update(last);
      if (!recovered && toHex(hash.digest()) !== segment.content)
        throw new ReviewRefused('content-altered', `segment ${segment.index} is not what the camera signed`);
      if (last.length > 0) yield last;
    } catch (error) {
      throw unreadable(error, segment);
    }
  }

  async #scan(recording: RecordingModel, segment: SegmentModel): Promise<SegmentScanResult> {
    const scan = new SegmentScan(ruleOf(segment));
    try {
      for await (const piece of this.plaintext(recording, segment)) scan.push(piece);
      const result = scan.end();
      this.#scans.set(segment.object, result);
      return result;
    } catch (error) {
      throw unreadable(error, segment);
    }
  }
}

function ruleOf(segment: SegmentModel): FragmentRule {
  return segment.content === undefined ? 'survivors' : 'whole';
}

function unreadable(error: unknown, segment: SegmentModel): unknown {
  if (!(error instanceof ProtocolError)) return error;
  return new ReviewRefused('footage-unreadable', `segment ${segment.index}: ${error.message}`, {
    cause: error,
  });
}
