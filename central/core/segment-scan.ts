import {
  BoxSplitter,
  concat,
  readRuns,
  readStamps,
  readTracks,
  sha256,
  toHex,
  type Box,
  type Track,
} from '@mingjing/protocol';
import type { TrackPoint } from './review-shapes.ts';

/** What playing needs to know of a segment, and what it says of the way. Small: the footage itself is not kept. */
export interface SegmentScanResult {
  /** `ftyp` and `moov`, and their SHA-256; absent when too little of the segment survived to be played. */
  readonly init?: { readonly bytes: Uint8Array; readonly hash: string };
  readonly seconds: number;
  readonly track: readonly TrackPoint[];
}

/** `whole`: every box counts. `survivors`: a fragment counts once its picture and sound are whole. */
export type FragmentRule = 'whole' | 'survivors';

/**
 * Cuts a segment's plaintext into what a player wants: the init segment apart, then whole fragments. Memory is bounded
 * by one fragment.
 */
export class FragmentCutter {
  readonly #splitter = new BoxSplitter();
  readonly #rule: FragmentRule;
  #held: Box[] = [];
  #inInit = true;

  constructor(rule: FragmentRule) {
    this.#rule = rule;
  }

  /** `code` 'bad-box', 'box-too-large'. */
  push(bytes: Uint8Array): { init: Box[]; fragments: Box[] } {
    const init: Box[] = [];
    const fragments: Box[] = [];
    for (const box of this.#splitter.push(bytes)) {
      this.#inInit &&= box.type === 'ftyp' || box.type === 'moov';
      if (this.#inInit) init.push(box);
      else if (this.#rule === 'whole') fragments.push(box);
      else {
        this.#held.push(box);
        if (box.type === 'mdat') fragments.push(...this.#held.splice(0));
      }
    }
    return { init, fragments };
  }

  /** Boxes behind the last whole fragment, once all was pushed; undefined if one of them is cut. */
  rest(): readonly Box[] | undefined {
    return this.#splitter.pending === 0 ? this.#held : undefined;
  }
}

/** Reads one segment through and keeps only what {@link SegmentScanResult} holds. */
export class SegmentScan {
  readonly #cutter: FragmentCutter;
  readonly #init: Box[] = [];
  readonly #durations = new Map<number, bigint>();
  readonly #track: TrackPoint[] = [];

  constructor(rule: FragmentRule) {
    this.#cutter = new FragmentCutter(rule);
  }

  push(bytes: Uint8Array): void {
    const { init, fragments } = this.#cutter.push(bytes);
    this.#init.push(...init);
    for (const box of fragments) {
      if (box.type === 'moof') this.#addRuns(box.bytes);
      if (box.type === 'emsg') this.#addStamp(box.bytes);
    }
  }

  /** `code` 'bad-media'. */
  end(): SegmentScanResult {
    const init = concat(this.#init.map((box) => box.bytes));
    if (!this.#init.some((box) => box.type === 'moov')) return { seconds: 0, track: this.#track };
    const seconds = longest(readTracks(init), this.#durations);
    return { init: { bytes: init, hash: toHex(sha256(init)) }, seconds, track: this.#track };
  }

  #addRuns(moof: Uint8Array): void {
    for (const run of readRuns(moof))
      this.#durations.set(run.track, (this.#durations.get(run.track) ?? 0n) + run.duration);
  }

  #addStamp(emsg: Uint8Array): void {
    for (const { time, stamp } of readStamps(emsg)) {
      if (stamp.position === undefined) continue;
      const { lat, lon, speed } = stamp.position;
      this.#track.push({ time: time / 1000, lat, lon, ...(speed === undefined ? {} : { speed }) });
    }
  }
}

/** Picture sets the pace; without picture the longest track does. */
function longest(tracks: readonly Track[], durations: ReadonlyMap<number, bigint>): number {
  const seconds = (track: Track): number =>
    track.timescale === 0 ? 0 : Number(durations.get(track.id) ?? 0n) / track.timescale;
  const video = tracks.filter((track) => track.kind === 'video');
  return Math.max(0, ...(video.length > 0 ? video : tracks).map(seconds));
}
