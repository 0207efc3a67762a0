import { createLog } from '@mingjing/runtime';
import type { Track } from '@mingjing/protocol';
import { SystemClock } from '../../device/adapters/system-clock.ts';
import type { CaptureEnd } from '../../device/core/events.ts';
import type { MovieFragment, SoundFragment } from '../../device/core/fragment.ts';
import type { Capture, CapturePlan, CaptureRun, Sources } from '../../device/ports/capture.ts';
import { until } from './processes.ts';

export const quiet = createLog('test', { level: 'silent' });
export const clock = new SystemClock();

/** Writes down all that a capture calls, in order. */
export class CaptureWitness {
  readonly calls: string[] = [];
  readonly fragments: MovieFragment[] = [];
  readonly sounds: SoundFragment[] = [];
  readonly troubles: string[] = [];
  init: Uint8Array = new Uint8Array(0);
  tracks: readonly Track[] = [];
  end: { readonly reason: CaptureEnd; readonly detail: string; readonly lost?: keyof Sources } | undefined;
  readonly run: CaptureRun;

  constructor(capture: Capture, plan: CapturePlan = { format: 'mp4', picture: true, sound: true }) {
    this.run = capture.start(plan, {
      ready: (head) => {
        this.calls.push('ready');
        if (head.format === 'wav') return;
        this.init = head.init;
        this.tracks = head.tracks;
      },
      trouble: (kind, detail) => {
        this.calls.push(kind);
        this.troubles.push(detail);
      },
      fragment: (fragment) => {
        this.calls.push('fragment');
        if (fragment.format === 'wav') this.sounds.push(fragment);
        else this.fragments.push(fragment);
      },
      ended: (reason, detail, lost) => {
        this.calls.push('ended');
        this.end = { reason, detail, ...(lost === undefined ? {} : { lost }) };
      },
    });
  }

  async have(fragments: number, ms = 15_000): Promise<void> {
    await until(`${fragments} fragments`, () => this.#has(this.fragments.length >= fragments), ms, 20);
  }

  async haveSounds(pieces: number): Promise<void> {
    await until(`${pieces} pieces of sound`, () => this.#has(this.sounds.length >= pieces), 15_000, 20);
  }

  /** What has ended gives nothing more. */
  #has(enough: boolean): boolean {
    if (!enough && this.end !== undefined)
      throw new Error(`it has ended: ${this.end.reason}, ${this.end.detail}`);
    return enough;
  }

  async haveEnded(): Promise<void> {
    await until('the capture has ended', () => this.end !== undefined, 40_000, 20);
  }

  /** The film so far. */
  get film(): Uint8Array {
    return Buffer.concat([this.init, ...this.fragments.flatMap(({ moof, mdat }) => [moof, mdat])]);
  }
}
