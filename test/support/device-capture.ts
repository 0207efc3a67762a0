import { createLog } from '@mingjing/runtime';
import type { Track } from '@mingjing/protocol';
import { SystemClock } from '../../device/adapters/system-clock.ts';
import type { CaptureEnd } from '../../device/core/events.ts';
import type { CapturedFragment } from '../../device/core/fragment.ts';
import type { Capture, CaptureRun } from '../../device/ports/capture.ts';
import { until } from './processes.ts';

export const quiet = createLog('test', { level: 'silent' });
export const clock = new SystemClock();

/** Writes down all that a capture calls, in order. */
export class CaptureWitness {
  readonly calls: string[] = [];
  readonly fragments: CapturedFragment[] = [];
  init: Uint8Array = new Uint8Array(0);
  tracks: readonly Track[] = [];
  end: { readonly reason: CaptureEnd; readonly detail: string } | undefined;
  readonly run: CaptureRun;

  constructor(capture: Capture) {
    this.run = capture.start({
      ready: (init, tracks) => {
        this.calls.push('ready');
        this.init = init;
        this.tracks = tracks;
      },
      fragment: (fragment) => {
        this.calls.push('fragment');
        this.fragments.push(fragment);
      },
      ended: (reason, detail) => {
        this.calls.push('ended');
        this.end = { reason, detail };
      },
    });
  }

  async have(fragments: number): Promise<void> {
    await until(`${fragments} fragments`, () => this.fragments.length >= fragments, 15_000, 20);
  }

  async haveEnded(): Promise<void> {
    await until('the capture has ended', () => this.end !== undefined, 15_000, 20);
  }

  /** The film so far. */
  get film(): Uint8Array {
    return Buffer.concat([this.init, ...this.fragments.flatMap(({ moof, mdat }) => [moof, mdat])]);
  }
}
