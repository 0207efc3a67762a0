import { randomBytes } from 'node:crypto';
import type { CapturePlan, Overlay, Source } from '../core/capture-plan.ts';
import type { CommandOf } from '../core/commands.ts';
import type { CaptureEnd } from '../core/events.ts';
import type { CapturedFragment } from '../core/fragment.ts';
import type { CaptureListener, CaptureRun } from '../ports/capture.ts';
import type { Viewfinder } from '../ports/viewfinder.ts';
import type { CameraPorts } from './camera-ports.ts';
import type { Happen } from './happening.ts';

/** Runs the capture for the recorder, and tells it what becomes of each run. */
export class CaptureDesk {
  readonly #ports: CameraPorts;
  readonly #happen: Happen;
  #run: CaptureRun | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopping: Promise<void> = Promise.resolve();
  #overlay: Overlay = {};

  constructor(ports: CameraPorts, happen: Happen) {
    this.#ports = ports;
    this.#happen = happen;
  }

  start(plan: CapturePlan, delayMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#begin(plan), delayMs);
  }

  /** The recorder hears of an end, whether a run was there or not. Nobody waits for it here. */
  stop(): void {
    clearTimeout(this.#timer);
    const run = this.#run;
    if (run === undefined) {
      this.#ended('stopped', 'nothing was running');
      return;
    }
    this.#stopping = run.stop().catch((err: unknown) => {
      this.#ports.log.error({ err }, 'the capture did not stop in order');
    });
  }

  /** Resolves when no run that was told to stop still holds its source. */
  async idle(): Promise<void> {
    await this.#stopping;
  }

  probe(): void {
    const { capture, log } = this.#ports;
    capture.probe().then(
      (sources) => this.#happen({ type: 'sources-probed', ...sources }),
      (err: unknown) => log.error({ err }, 'the sources could not be looked for'),
    );
  }

  develop({ recording, init, fragment, comment }: CommandOf<'develop-photo'>): void {
    const { photoMaker, log } = this.#ports;
    photoMaker.develop(init, fragment, comment).then(
      (jpeg) => this.#happen({ type: 'photo-developed', recording, jpeg }),
      (err: unknown) => {
        log.error({ err, recording }, 'a photo could not be developed');
        this.#happen({ type: 'photo-failed', recording });
      },
    );
  }

  /** Hands on only what has changed. */
  overlay(lines: Overlay): void {
    const { officer, position } = this.#overlay;
    if (officer === lines.officer && position === lines.position) return;
    this.#overlay = lines;
    this.#ports.capture.overlay(lines);
  }

  #begin(plan: CapturePlan): void {
    try {
      this.#run = this.#ports.capture.start(plan, this.#listener());
    } catch (err) {
      this.#ports.log.error({ err }, 'the capture could not be started');
      this.#ended('ended', err instanceof Error ? err.message : 'it could not be started');
    }
  }

  #listener(): CaptureListener {
    return {
      ready: (head) => {
        this.#show((viewfinder) => viewfinder.ready(head));
        this.#happen({ type: 'capture-ready', head, freshRecording: randomBytes(16).toString('hex') });
      },
      fragment: (fragment) => {
        this.#show((viewfinder) => viewfinder.fragment(fragment));
        this.#take(fragment);
      },
      trouble: (kind, detail) => this.#happen({ type: 'capture-trouble', kind, detail }),
      ended: (reason, detail, lost) => {
        this.#show((viewfinder) => viewfinder.ended());
        this.#ended(reason, detail, lost);
      },
    };
  }

  #take(fragment: CapturedFragment): void {
    const { clock, position, log } = this.#ports;
    const fix = position.latest();
    try {
      this.#happen({
        type: 'fragment',
        fragment,
        clock: clock.state(),
        ...(fix === undefined ? {} : { position: fix }),
      });
    } catch (err) {
      // What cannot be put in its place cannot be recorded: the capture is begun anew, the recording goes on.
      log.error({ err }, 'a fragment does not fit');
      void this.#run?.stop();
    }
  }

  #ended(reason: CaptureEnd, detail: string, lost?: Source): void {
    this.#run = undefined;
    this.#happen({ type: 'capture-ended', reason, detail, ...(lost === undefined ? {} : { lost }) });
  }

  /** Whoever looks through the camera does not disturb what it records. */
  #show(tell: (viewfinder: Viewfinder) => void): void {
    const { viewfinder, log } = this.#ports;
    if (viewfinder === undefined) return;
    try {
      tell(viewfinder);
    } catch (err) {
      log.error({ err }, 'the viewfinder failed');
    }
  }
}
