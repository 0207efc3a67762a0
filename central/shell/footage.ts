import {
  AgeOpener,
  ProtocolError,
  readTracks,
  sha256Stream,
  toHex,
  x25519Identity,
  type Identity,
  type RecordingModel,
  type SegmentModel,
} from '@mingjing/protocol';
import { ReviewRefused } from '../core/errors.ts';
import { FragmentCutter, type FragmentRule } from '../core/fragment-cutter.ts';
import { scanOf, type SegmentScanResult } from '../core/segment-scan.ts';
import { StretchCutter } from '../core/stretches.ts';
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

  /** The fragments of a stretch of a segment as a player takes them, without its init segment. */
  async *fragments(
    recording: RecordingModel,
    segment: SegmentModel,
    stretch: number,
  ): AsyncGenerator<Uint8Array> {
    const { init } = await this.scan(recording, segment);
    if (init === undefined) return;
    const cutter = new FragmentCutter(ruleOf(segment));
    const stretches = new StretchCutter(readTracks(init.bytes));
    let ahead: Uint8Array[] = []; // what stands before the `moof` it belongs to
    let current = 0;
    for await (const piece of this.plaintext(recording, segment)) {
      for (const { type, bytes } of cutter.push(piece).fragments) {
        if (type === 'moof') current = stretches.take(bytes);
        else if (type !== 'mdat') {
          ahead.push(bytes);
          continue;
        }
        if (current > stretch) return;
        if (current === stretch) yield* [...ahead, bytes];
        ahead = [];
      }
    }
  }

  /** Samples `[from, to)` of a segment of sound, counted in bytes from its first. */
  async *samples(
    recording: RecordingModel,
    segment: SegmentModel,
    from: number,
    to: number,
  ): AsyncGenerator<Uint8Array> {
    const { sound } = await this.scan(recording, segment);
    if (sound === undefined) return;
    const end = Math.min(sound.to, sound.from + to);
    let at = 0;
    for await (const piece of this.plaintext(recording, segment)) {
      const wanted = piece.subarray(Math.max(0, sound.from + from - at), Math.max(0, end - at));
      if (wanted.length > 0) yield wanted;
      at += piece.length;
      if (at >= end) return;
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
    const scan = scanOf(recording.opened.body.mode, ruleOf(segment));
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
