import {
  concat,
  readStamps,
  readTracks,
  sha256,
  toHex,
  type Box,
  type RecordingMode,
} from '@mingjing/protocol';
import type { TrackPoint } from './review-shapes.ts';
import { FragmentCutter, type FragmentRule } from './fragment-cutter.ts';
import { SoundScan, type SoundExtent } from './sound-scan.ts';
import { StretchCutter, type Stretch } from './stretches.ts';

/** What playing needs to know of a segment, and what it says of the way. Small: the footage itself is not kept. */
export interface SegmentScanResult {
  /** `ftyp` and `moov`, and their SHA-256; absent when there is no film in it, or too little survived to be played. */
  readonly init?: { readonly bytes: Uint8Array; readonly hash: string };
  /** Of a film: what can be played in one go each; of anything else none. */
  readonly stretches: readonly Stretch[];
  /** Of a recording of sound: where in the plaintext its samples are. */
  readonly sound?: SoundExtent;
  readonly seconds: number;
  readonly track: readonly TrackPoint[];
}

/** Reads one segment through, piece by piece, and keeps only what {@link SegmentScanResult} holds. */
export interface SegmentScan {
  push(bytes: Uint8Array): void;
  /** `code` 'bad-media'. */
  end(): SegmentScanResult;
}

export function scanOf(mode: RecordingMode, rule: FragmentRule): SegmentScan {
  switch (mode) {
    case 'video':
      return new FilmScan(rule);
    case 'audio':
      return new WavScan();
    case 'photo':
      return { push: () => undefined, end: () => ({ stretches: [], seconds: 0, track: [] }) };
    default:
      return mode satisfies never;
  }
}

class FilmScan implements SegmentScan {
  readonly #cutter: FragmentCutter;
  readonly #init: Box[] = [];
  #stretches: StretchCutter | undefined;
  readonly #track: TrackPoint[] = [];

  constructor(rule: FragmentRule) {
    this.#cutter = new FragmentCutter(rule);
  }

  push(bytes: Uint8Array): void {
    const { init, fragments } = this.#cutter.push(bytes);
    this.#init.push(...init);
    for (const box of fragments) {
      if (box.type === 'moof') this.#film().take(box.bytes);
      if (box.type === 'emsg') this.#addStamp(box.bytes);
    }
  }

  end(): SegmentScanResult {
    const track = this.#track;
    if (!this.#init.some((box) => box.type === 'moov')) return { stretches: [], seconds: 0, track };
    const bytes = concat(this.#init.map((box) => box.bytes));
    const stretches = this.#film().stretches();
    const [first, last] = [stretches[0], stretches.at(-1)];
    const seconds = first === undefined || last === undefined ? 0 : last.from + last.seconds - first.from;
    return { init: { bytes, hash: toHex(sha256(bytes)) }, stretches, seconds, track };
  }

  #film(): StretchCutter {
    this.#stretches ??= new StretchCutter(readTracks(concat(this.#init.map((box) => box.bytes))));
    return this.#stretches;
  }

  #addStamp(emsg: Uint8Array): void {
    for (const { time, stamp } of readStamps(emsg)) {
      if (stamp.position === undefined) continue;
      const { lat, lon, speed } = stamp.position;
      this.#track.push({ time: time / 1000, lat, lon, ...(speed === undefined ? {} : { speed }) });
    }
  }
}

class WavScan implements SegmentScan {
  readonly #sound = new SoundScan();

  push(bytes: Uint8Array): void {
    this.#sound.push(bytes);
  }

  end(): SegmentScanResult {
    const found = this.#sound.end();
    if (found === undefined) return { stretches: [], seconds: 0, track: [] };
    const { extent, seconds, position } = found;
    // Its place on the way is where its segment begins, which only the recording knows.
    const track =
      position === undefined
        ? []
        : [
            {
              time: 0,
              lat: position.lat,
              lon: position.lon,
              ...(position.speed === undefined ? {} : { speed: position.speed }),
            },
          ];
    return { stretches: [], sound: extent, seconds, track };
  }
}
