import { readFileSync } from 'node:fs';
import { keepTracks, type Track } from '@mingjing/protocol';
import { missingSource, planUses, plannedTracks } from '../core/capture-settings.ts';
import { DeviceError } from '../core/errors.ts';
import type { CaptureEnd } from '../core/events.ts';
import { FragmentClock } from '../core/fragment-clock.ts';
import { FragmentReader, type ReadFragment } from '../core/fragment-reader.ts';
import type { CapturedFragment } from '../core/fragment.ts';
import { keepInit } from '../core/keep-init.ts';
import { loopFragments } from '../core/loop-fragments.ts';
import type { Moment } from '../core/time.ts';
import { tonePiece, toneStartMs } from '../core/tone.ts';
import type {
  Capture,
  CaptureHead,
  CaptureListener,
  CapturePlan,
  CaptureRun,
  Sources,
} from '../ports/capture.ts';
import type { Clock } from '../ports/clock.ts';

export interface ReplaySettings {
  /** A fragmented MP4, played over and over. */
  readonly path: string;
  /** 1: as fast as it was taken. */
  readonly speed: number;
}

/** Something to be handed over, as soon as its last sample would have been taken. */
interface Piece {
  readonly startMs: number;
  readonly endMs: number;
  readonly durationMs: number;
  readonly at: (moment: Moment) => CapturedFragment;
}

/**
 * A camera that shows the same fragmented MP4 for ever: real media, little work for the processor. Sound alone as PCM is
 * a tone. Its sources can be pulled out and plugged in again.
 */
export class ReplayCapture implements Capture {
  readonly #speed: number;
  readonly #clock: Clock;
  readonly #init: Uint8Array;
  readonly #tracks: readonly Track[];
  readonly #fragments: readonly ReadFragment[];
  #there: Sources;
  #run: { readonly plan: CapturePlan; readonly replay: ReplayRun } | undefined;

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
    const has = (kind: Track['kind']): boolean => this.#tracks.some((track) => track.kind === kind);
    this.#there = { picture: has('video'), sound: has('audio') };
  }

  start(plan: CapturePlan, listener: CaptureListener): CaptureRun {
    if (this.#run !== undefined) throw new Error('invariant: one capture at a time');
    const missing = missingSource(plan, this.#there);
    const ended: CaptureListener['ended'] = (...how) => {
      this.#run = undefined;
      listener.ended(...how);
    };
    const replay = new ReplayRun(
      this.#headOf(plan),
      plan.format === 'wav' ? tone() : this.#movie(plan),
      { ready: (head) => listener.ready(head), fragment: (fragment) => listener.fragment(fragment), ended },
      this.#speed,
      this.#clock,
      missing,
    );
    this.#run = { plan, replay };
    return replay;
  }

  probe(): Promise<Sources> {
    return Promise.resolve(this.#there);
  }

  overlay(): void {
    // what was taken long ago has its lines already
  }

  /** Pulled out: a run that uses it ends, and none that needs it begins. */
  lose(source: keyof Sources): void {
    this.#there = { ...this.#there, [source]: false };
    if (this.#run !== undefined && planUses(this.#run.plan, source)) this.#run.replay.lose(source);
  }

  /** Plugged in again. */
  restore(source: keyof Sources): void {
    this.#there = { ...this.#there, [source]: true };
  }

  #headOf(plan: CapturePlan): CaptureHead {
    if (plan.format === 'wav') return plan;
    const ids = plannedTracks(plan, this.#tracks);
    if (ids.size === this.#tracks.length) return { format: 'mp4', init: this.#init, tracks: this.#tracks };
    const init = keepInit(this.#init, new Set(ids.keys()));
    return { format: 'mp4', init, tracks: this.#tracks.filter(({ id }) => ids.has(id)) };
  }

  *#movie(plan: CapturePlan): Generator<Piece, never> {
    const ids = plannedTracks(plan, this.#tracks);
    const whole = ids.size === this.#tracks.length;
    for (const { moof, mdat, runs, startMs, endMs, durationMs } of loopFragments(
      this.#fragments,
      this.#tracks,
    )) {
      const kept = whole ? { moof, mdat, runs } : keepTracks(moof, mdat, ids);
      yield {
        ...{ startMs, endMs, durationMs },
        at: (moment) => ({ format: 'mp4', ...moment, ...kept, durationMs }),
      };
    }
    throw new Error('invariant: a loop has no end');
  }
}

function* tone(): Generator<Piece, never> {
  for (let n = 0; ; n += 1) {
    const startMs = toneStartMs(n);
    const endMs = toneStartMs(n + 1);
    const durationMs = endMs - startMs;
    yield {
      ...{ startMs, endMs, durationMs },
      at: (moment) => ({ format: 'wav', ...moment, pcm: tonePiece(n), durationMs }),
    };
  }
}

class ReplayRun implements CaptureRun {
  readonly #head: CaptureHead;
  readonly #pieces: Iterator<Piece, never>;
  readonly #listener: Omit<CaptureListener, 'trouble'>;
  readonly #speed: number;
  readonly #clock: Clock;
  readonly #moments = new FragmentClock();
  readonly #beganMono: number;
  #timer: NodeJS.Timeout;
  #mediaMs = 0;
  #ended = false;

  constructor(
    head: CaptureHead,
    pieces: Iterator<Piece, never>,
    listener: Omit<CaptureListener, 'trouble'>,
    speed: number,
    clock: Clock,
    missing: keyof Sources | undefined,
  ) {
    this.#head = head;
    this.#pieces = pieces;
    this.#listener = listener;
    this.#speed = speed;
    this.#clock = clock;
    this.#beganMono = clock.now().mono;
    this.#timer = setTimeout(() => {
      if (missing === undefined) this.#listener.ready(this.#head);
      else this.lose(missing);
      if (!this.#ended) this.#schedule();
    }, 0);
  }

  stop(): Promise<void> {
    this.#end('stopped', 'asked to');
    return Promise.resolve();
  }

  lose(source: keyof Sources): void {
    this.#end('ended', `the ${source} is gone`, source);
  }

  #schedule(): void {
    const piece = this.#pieces.next().value;
    this.#mediaMs += piece.durationMs;
    const due = this.#beganMono + this.#mediaMs / this.#speed;
    this.#timer = setTimeout(() => this.#hand(piece), Math.max(0, due - this.#clock.now().mono));
  }

  #hand({ startMs, endMs, at }: Piece): void {
    const now = this.#clock.now();
    const moment = this.#moments.momentOf(startMs / this.#speed, endMs / this.#speed, now);
    this.#schedule();
    this.#listener.fragment(at(moment));
  }

  #end(reason: CaptureEnd, detail: string, lost?: keyof Sources): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#listener.ended(reason, detail, lost);
  }
}
