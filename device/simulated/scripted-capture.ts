import { readRuns, readTracks, type Track } from '@mingjing/protocol';
import type { CaptureEnd } from '../core/events.ts';
import type { MovieFragment } from '../core/fragment.ts';
import type { Capture, CaptureListener, CapturePlan, CaptureRun, Sources } from '../ports/capture.ts';

/** A camera that does what it is told, when it is told. */
export class ScriptedCapture implements Capture {
  readonly #init: Uint8Array;
  readonly #tracks: readonly Track[];
  #listener: CaptureListener | undefined;
  #starts = 0;

  constructor(init: Uint8Array) {
    this.#init = init;
    this.#tracks = readTracks(init);
  }

  /** How often it was started. */
  get starts(): number {
    return this.#starts;
  }

  get running(): boolean {
    return this.#listener !== undefined;
  }

  start(_plan: CapturePlan, listener: CaptureListener): CaptureRun {
    if (this.#listener !== undefined) throw new Error('invariant: one capture at a time');
    this.#listener = listener;
    this.#starts += 1;
    return {
      stop: () => {
        if (this.#listener === listener) this.end('stopped', 'asked to');
        return Promise.resolve();
      },
    };
  }

  probe(): Promise<Sources> {
    return Promise.resolve({ picture: true, sound: true });
  }

  overlay(): void {
    // a fragment is what it was made
  }

  ready(): void {
    this.#listener?.ready({ format: 'mp4', init: this.#init, tracks: this.#tracks });
  }

  emit(fragment: Omit<MovieFragment, 'runs' | 'format'>): void {
    this.#listener?.fragment({ format: 'mp4', ...fragment, runs: readRuns(fragment.moof) });
  }

  end(reason: CaptureEnd, detail: string): void {
    const listener = this.#listener;
    this.#listener = undefined;
    listener?.ended(reason, detail);
  }
}
