import { missingSource, planUses } from '../core/capture-settings.ts';
import type { CapturePlan, Sources } from '../core/capture-plan.ts';
import type { Capture, CaptureListener, CaptureRun, Overlay } from '../ports/capture.ts';

interface PluggedRun {
  readonly plan: CapturePlan;
  readonly run: CaptureRun;
  /** Which plug was pulled while it ran. */
  pulled: keyof Sources | undefined;
}

/** Any capture behind two plugs that can be pulled: a run that uses what is pulled ends as if it had been unplugged. */
export class PluggedCapture implements Capture {
  readonly #capture: Capture;
  #plugged: Sources = { picture: true, sound: true };
  #running: PluggedRun | undefined;
  #refusing = false;

  constructor(capture: Capture) {
    this.#capture = capture;
  }

  lose(source: keyof Sources): void {
    this.#plugged = { ...this.#plugged, [source]: false };
    const running = this.#running;
    if (running === undefined || !planUses(running.plan, source)) return;
    running.pulled ??= source;
    void running.run.stop();
  }

  restore(source: keyof Sources): void {
    this.#plugged = { ...this.#plugged, [source]: true };
  }

  start(plan: CapturePlan, listener: CaptureListener): CaptureRun {
    if (this.#running !== undefined || this.#refusing) throw new Error('invariant: one capture at a time');
    const missing = missingSource(plan, this.#plugged);
    return missing === undefined ? this.#start(plan, listener) : this.#refuse(missing, listener);
  }

  async probe(): Promise<Sources> {
    const { picture, sound } = await this.#capture.probe();
    return { picture: picture && this.#plugged.picture, sound: sound && this.#plugged.sound };
  }

  overlay(lines: Overlay): void {
    this.#capture.overlay(lines);
  }

  #start(plan: CapturePlan, listener: CaptureListener): CaptureRun {
    const run = this.#capture.start(plan, {
      ready: (head) => listener.ready(head),
      fragment: (fragment) => listener.fragment(fragment),
      trouble: (kind, detail) => listener.trouble(kind, detail),
      ended: (reason, detail, lost) => {
        const pulled = this.#running?.pulled;
        this.#running = undefined;
        if (pulled === undefined) listener.ended(reason, detail, lost);
        else listener.ended('ended', `the ${pulled} plug was pulled`, pulled);
      },
    });
    this.#running = { plan, run, pulled: undefined };
    return run;
  }

  /** Ends of itself, as a device that is not there does. */
  #refuse(missing: keyof Sources, listener: CaptureListener): CaptureRun {
    this.#refusing = true;
    const ended = new Promise<void>((resolve) =>
      setImmediate(() => {
        this.#refusing = false;
        listener.ended('ended', `nothing is in the ${missing} plug`, missing);
        resolve();
      }),
    );
    return { stop: () => ended };
  }
}
