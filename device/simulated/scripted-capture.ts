import { keepTracks, readRuns, readTracks, WAV_BYTES_PER_SECOND, type Track } from '@mingjing/protocol';
import { missingSource, planUses, plannedTracks } from '../core/capture-settings.ts';
import type { CaptureEnd } from '../core/events.ts';
import type { MovieFragment } from '../core/fragment.ts';
import { keepInit } from '../core/keep-init.ts';
import type { Moment } from '../core/time.ts';
import type {
  Capture,
  CaptureListener,
  CapturePlan,
  CaptureRun,
  Overlay,
  Sources,
} from '../ports/capture.ts';

interface Running {
  readonly plan: CapturePlan;
  readonly listener: CaptureListener;
}

/** A camera that does what it is told, when it is told. */
export class ScriptedCapture implements Capture {
  readonly #init: Uint8Array;
  readonly #tracks: readonly Track[];
  readonly #plans: CapturePlan[] = [];
  #running: Running | undefined;
  #there: Sources;
  #shown: Overlay = {};

  constructor(init: Uint8Array) {
    this.#init = init;
    this.#tracks = readTracks(init);
    const has = (kind: Track['kind']): boolean => this.#tracks.some((track) => track.kind === kind);
    this.#there = { picture: has('video'), sound: has('audio') };
  }

  /** How often it was started. */
  get starts(): number {
    return this.#plans.length;
  }

  /** What it was started with, in order. */
  get plans(): readonly CapturePlan[] {
    return this.#plans;
  }

  get running(): boolean {
    return this.#running !== undefined;
  }

  /** What was last to be burned in. */
  get shown(): Overlay {
    return this.#shown;
  }

  start(plan: CapturePlan, listener: CaptureListener): CaptureRun {
    if (this.#running !== undefined) throw new Error('invariant: one capture at a time');
    const running = { plan, listener };
    this.#running = running;
    this.#plans.push(plan);
    const missing = missingSource(plan, this.#there);
    if (missing !== undefined)
      setImmediate(() => {
        if (this.#running === running) this.end('ended', `no source of ${missing}`, missing);
      });
    return {
      stop: () => {
        if (this.#running === running) this.end('stopped', 'asked to');
        return Promise.resolve();
      },
    };
  }

  probe(): Promise<Sources> {
    return Promise.resolve(this.#there);
  }

  overlay(lines: Overlay): void {
    this.#shown = lines;
  }

  /** The head of what was asked for. */
  ready(): void {
    if (this.#running === undefined) return;
    const { plan, listener } = this.#running;
    if (plan.format === 'wav') {
      listener.ready({ format: 'wav' });
      return;
    }
    const ids = plannedTracks(plan, this.#tracks);
    const whole = ids.size === this.#tracks.length;
    const init = whole ? this.#init : keepInit(this.#init, new Set(ids.keys()));
    listener.ready({ format: 'mp4', init, tracks: this.#tracks.filter(({ id }) => ids.has(id)) });
  }

  /** What the plan asks for of this fragment. Nothing, if it asks for PCM. */
  emit({ at, mono, moof, mdat, durationMs }: Omit<MovieFragment, 'runs' | 'format'>): void {
    const { plan, listener } = this.#running ?? {};
    if (plan?.format !== 'mp4') return;
    const ids = plannedTracks(plan, this.#tracks);
    const whole = ids.size === this.#tracks.length;
    const kept = whole ? { moof, mdat, runs: readRuns(moof) } : keepTracks(moof, mdat, ids);
    listener?.fragment({ format: 'mp4', at, mono, durationMs, ...kept });
  }

  /** PCM, if the plan asks for it. */
  emitSound({ at, mono }: Moment, pcm: Uint8Array): void {
    const { plan, listener } = this.#running ?? {};
    if (plan?.format !== 'wav') return;
    const durationMs = Math.round((pcm.length * 1000) / WAV_BYTES_PER_SECOND);
    listener?.fragment({ format: 'wav', at, mono, pcm, durationMs });
  }

  trouble(kind: 'frame-rate-low' | 'sound-drifts', detail: string): void {
    this.#running?.listener.trouble(kind, detail);
  }

  /** Pulled out: a run that uses it ends, and none that needs it begins. */
  lose(source: keyof Sources): void {
    this.#there = { ...this.#there, [source]: false };
    const { plan } = this.#running ?? {};
    if (plan !== undefined && planUses(plan, source)) this.end('ended', `the ${source} is gone`, source);
  }

  /** Plugged in again. */
  restore(source: keyof Sources): void {
    this.#there = { ...this.#there, [source]: true };
  }

  end(reason: CaptureEnd, detail: string, lost?: keyof Sources): void {
    const listener = this.#running?.listener;
    this.#running = undefined;
    listener?.ended(reason, detail, lost);
  }
}
