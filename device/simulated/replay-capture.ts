import { readFileSync } from 'node:fs';
import type { CaptureEnd } from '../core/events.ts';
import { FragmentClock } from '../core/fragment-clock.ts';
import { FragmentReader, type ReadFragment } from '../core/fragment-reader.ts';
import { loopFragments } from '../core/loop-fragments.ts';
import type { Capture, CaptureListener, CapturePlan, CaptureRun, Sources } from '../ports/capture.ts';
import type { Clock } from '../ports/clock.ts';
import type { Track } from '@mingjing/protocol';
import { DeviceError } from '../core/errors.ts';

export interface ReplaySettings {
  /** A fragmented MP4, played over and over. */
  readonly path: string;
  /** 1: as fast as it was taken. */
  readonly speed: number;
}

/** A camera that shows the same fragmented MP4 for ever: real media, little work for the processor. */
export class ReplayCapture implements Capture {
  readonly #speed: number;
  readonly #clock: Clock;
  readonly #init: Uint8Array;
  readonly #tracks: readonly Track[];
  readonly #fragments: readonly ReadFragment[];
  #running = false;

  constructor({ path, speed }: ReplaySettings, clock: Clock) {
    this.#speed = speed;
    this.#clock = clock;
    const pieces = new FragmentReader().push(readFileSync(path));
    const [head] = pieces;
    this.#fragments = pieces.flatMap((piece) => (piece.kind === 'fragment' ? [piece.fragment] : []));
    if (head?.kind !== 'init' || this.#fragments.length === 0)
      throw new DeviceError('bad-capture-source', `${path} is not a fragmented MP4 with fragments`);
    this.#init = head.init;
    this.#tracks = head.tracks;
  }

  start(_plan: CapturePlan, listener: CaptureListener): CaptureRun {
    if (this.#running) throw new Error('invariant: one capture at a time');
    this.#running = true;
    return new ReplayRun(
      listener,
      loopFragments(this.#fragments, this.#tracks),
      this.#speed,
      this.#clock,
      () => {
        this.#running = false;
      },
      () => listener.ready({ format: 'mp4', init: this.#init, tracks: this.#tracks }),
    );
  }

  probe(): Promise<Sources> {
    const has = (kind: Track['kind']): boolean => this.#tracks.some((track) => track.kind === kind);
    return Promise.resolve({ picture: has('video'), sound: has('audio') });
  }

  overlay(): void {
    // what was taken long ago has its lines already
  }
}

class ReplayRun implements CaptureRun {
  readonly #listener: CaptureListener;
  readonly #fragments: Iterator<ReadFragment, never>;
  readonly #speed: number;
  readonly #clock: Clock;
  readonly #moments = new FragmentClock();
  readonly #onEnd: () => void;
  readonly #begin: () => void;
  readonly #beganMono: number;
  #timer: NodeJS.Timeout;
  #mediaMs = 0;
  #ended = false;

  constructor(
    listener: CaptureListener,
    fragments: Iterator<ReadFragment, never>,
    speed: number,
    clock: Clock,
    onEnd: () => void,
    begin: () => void,
  ) {
    this.#listener = listener;
    this.#fragments = fragments;
    this.#speed = speed;
    this.#clock = clock;
    this.#onEnd = onEnd;
    this.#begin = begin;
    this.#beganMono = clock.now().mono;
    this.#timer = setTimeout(() => {
      this.#begin();
      this.#schedule();
    }, 0);
  }

  stop(): Promise<void> {
    this.#end('stopped', 'asked to');
    return Promise.resolve();
  }

  #schedule(): void {
    const fragment = this.#fragments.next().value;
    this.#mediaMs += fragment.durationMs;
    const due = this.#beganMono + this.#mediaMs / this.#speed;
    this.#timer = setTimeout(() => this.#hand(fragment), Math.max(0, due - this.#clock.now().mono));
  }

  #hand({ moof, mdat, runs, durationMs, startMs, endMs }: ReadFragment): void {
    const now = this.#clock.now();
    const moment = this.#moments.momentOf(startMs / this.#speed, endMs / this.#speed, now);
    this.#schedule();
    this.#listener.fragment({ format: 'mp4', ...moment, moof, mdat, runs, durationMs });
  }

  #end(reason: CaptureEnd, detail: string): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#onEnd();
    this.#listener.ended(reason, detail);
  }
}
