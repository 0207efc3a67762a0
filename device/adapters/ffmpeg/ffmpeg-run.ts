import type { Log } from '@mingjing/runtime';
import type { CommandLine } from '../../core/command-line.ts';
import type { CaptureEnd } from '../../core/events.ts';
import { FragmentClock } from '../../core/fragment-clock.ts';
import { FragmentReader, type MediaPiece } from '../../core/fragment-reader.ts';
import { lostSource, type NamedSources } from '../../core/lost-source.ts';
import { PcmReader, type PcmPiece } from '../../core/pcm-reader.ts';
import { RunWatch } from '../../core/run-watch.ts';
import type { CaptureListener, CapturePlan, CaptureRun, Sources } from '../../ports/capture.ts';
import type { Clock } from '../../ports/clock.ts';
import { MediaChild } from './media-child.ts';
import type { OverlayFiles } from './overlay-files.ts';

const TICK_MS = 200;
/** Our own loop stood still: whatever came meanwhile waits in the pipe. */
const LATE_TICK_MS = 1_000;
/** Corrections of the system's clock are slow; a step is somebody setting it. */
const WALL_STEP_MS = 250;
/** A driver may hold a killed program for ever, and what it has begun may hold its pipes. */
const KILLED_MS = 3_000;
const MAX_LOGGED_LINES = 200;
const KEPT_LINES = 20;

export interface RunTiming {
  /** Without a fragment for so long the source is dead, though the process lives. */
  readonly stallMs: number;
  /** Opening a camera and the encoder takes longer than a fragment. */
  readonly firstMs: number;
  /** So long a process may take to leave when asked. */
  readonly stopMs: number;
}

export interface RunSetup {
  readonly plan: CapturePlan;
  /** Rejects if there is nothing to run: then `lost` tells why. */
  readonly commands: Promise<readonly CommandLine[]>;
  readonly names: NamedSources;
  readonly framesPerSecond: number;
  readonly files: OverlayFiles | undefined;
  /** Timestamps are the system's wall clock, so that a step of it tears picture and sound apart. */
  readonly byWallClock: boolean;
  readonly timing: RunTiming;
  /** Milliseconds of the system's wall clock. */
  readonly wall: () => number;
}

/** One run of the programs: cuts what they give into fragments, and watches that they give it. */
export class FfmpegRun implements CaptureRun {
  readonly #setup: RunSetup;
  readonly #listener: CaptureListener;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #movie = new FragmentReader();
  readonly #sound = new PcmReader();
  readonly #moments = new FragmentClock();
  readonly #lines: string[] = [];
  readonly done: Promise<void>;
  #resolve: () => void = () => undefined;
  #child: MediaChild | undefined;
  #watch: RunWatch | undefined;
  #ticker: NodeJS.Timeout | undefined;
  #killer: NodeJS.Timeout | undefined;
  #finished = false;
  #reason: CaptureEnd | undefined;
  #detail = '';
  #lost: keyof Sources | undefined;
  #heard = false;
  #fragments = 0;
  #lastMono: number;
  #lastTick: number;
  #wallOffset: number | undefined;
  #logged = 0;

  constructor(setup: RunSetup, listener: CaptureListener, clock: Clock, log: Log) {
    this.#setup = setup;
    this.#listener = listener;
    this.#clock = clock;
    this.#log = log;
    this.#lastMono = this.#lastTick = clock.now().mono;
    this.done = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    void this.#begin();
  }

  /** Whether it gave anything yet. */
  get worked(): boolean {
    return this.#fragments > 0;
  }

  async stop(): Promise<void> {
    this.#end('stopped', 'asked to');
    await this.done;
  }

  async #begin(): Promise<void> {
    try {
      const commands = await this.#setup.commands;
      if (this.#reason !== undefined) {
        this.#finish('never began');
        return;
      }
      this.#child = new MediaChild(commands, {
        bytes: (bytes) => this.#take(bytes),
        line: (line) => this.#note(line),
        closed: (how) => this.#finish(how),
      });
      this.#lastMono = this.#lastTick = this.#clock.now().mono;
      this.#ticker = setInterval(() => this.#tick(), TICK_MS);
    } catch (error) {
      this.#lost = error instanceof SourceMissing ? error.source : undefined;
      this.#finish(error instanceof Error ? error.message : 'it could not be begun');
    }
  }

  /** The first reason stands. Asked to leave, the programs still give what they have. */
  #end(reason: CaptureEnd, detail: string): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#detail = detail;
    const patient = reason === 'stopped' || reason === 'ended';
    if (!patient) {
      this.#kill();
      return;
    }
    this.#child?.kill('SIGTERM');
    this.#killer = setTimeout(() => this.#kill(), this.#setup.timing.stopMs);
  }

  /** It is over some seconds later in any case. */
  #kill(): void {
    const child = this.#child;
    if (child === undefined) return;
    child.kill('SIGKILL');
    this.#killer = setTimeout(() => {
      this.#log.error('a capture that was killed does not end: nobody waits for it any more');
      child.abandon();
      this.#finish('killed, and still there');
    }, KILLED_MS);
  }

  #take(bytes: Uint8Array): void {
    if (this.#finished) return;
    if (this.#reason === 'bad-media' || this.#reason === 'stalled') return;
    if (this.#setup.plan.format === 'wav') {
      if (!this.#heard) this.#listener.ready({ format: 'wav' });
      this.#heard = true;
      for (const piece of this.#sound.push(bytes)) this.#handSound(piece);
      return;
    }
    let pieces: MediaPiece[];
    try {
      pieces = this.#movie.push(bytes);
    } catch (error) {
      this.#end('bad-media', error instanceof Error ? error.message : 'unreadable');
      return;
    }
    for (const piece of pieces) this.#hand(piece);
  }

  #hand(piece: MediaPiece): void {
    if (piece.kind === 'init') {
      this.#watch = new RunWatch(piece.tracks, this.#setup.framesPerSecond);
      this.#listener.ready({ format: 'mp4', init: piece.init, tracks: piece.tracks });
      return;
    }
    const { startMs, endMs, moof, mdat, runs, durationMs } = piece.fragment;
    const now = this.#clock.now();
    const moment = this.#moments.momentOf(startMs, endMs, now);
    this.#seen(now.mono);
    if (!this.#setup.byWallClock) this.#setup.files?.correct(Date.parse(moment.at) - startMs);
    this.#listener.fragment({ format: 'mp4', ...moment, moof, mdat, runs, durationMs });
    for (const { kind, detail } of this.#watch?.take({ moof, runs }, now.mono) ?? []) {
      if (kind === 'begin-anew') this.#end('ended', `picture and sound drifted apart: ${detail}`);
      else this.#listener.trouble(kind, detail);
    }
  }

  #handSound({ pcm, startMs, endMs }: PcmPiece): void {
    const now = this.#clock.now();
    const moment = this.#moments.momentOf(startMs, endMs, now);
    this.#seen(now.mono);
    this.#listener.fragment({ format: 'wav', ...moment, pcm, durationMs: endMs - startMs });
  }

  #seen(mono: number): void {
    this.#fragments += 1;
    this.#lastMono = mono;
  }

  #tick(): void {
    const { timing, byWallClock, files, wall } = this.#setup;
    const now = this.#clock.now();
    if (now.mono - this.#lastTick > LATE_TICK_MS) this.#lastMono = now.mono;
    this.#lastTick = now.mono;
    const limit = this.worked ? timing.stallMs : timing.firstMs;
    if (now.mono - this.#lastMono > limit) this.#end('stalled', `no fragment for ${limit} ms`);
    if (!byWallClock) return;
    files?.correct(Date.parse(now.at) - wall());
    const offset = wall() - now.mono;
    if (Math.abs(offset - (this.#wallOffset ?? offset)) > WALL_STEP_MS)
      this.#end('ended', 'the system clock was set');
    this.#wallOffset = offset;
  }

  #note(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length > KEPT_LINES) this.#lines.shift();
    if (this.#logged < MAX_LOGGED_LINES) this.#log.warn({ said: line }, 'the capture says');
    this.#logged += 1;
    if (this.#reason !== undefined) return;
    const lost = lostSource(this.#lines, this.#setup.names);
    if (lost === undefined) return;
    this.#lost = lost;
    this.#end('ended', `the ${lost} is gone`);
  }

  #finish(how: string): void {
    if (this.#finished) return;
    this.#finished = true;
    clearInterval(this.#ticker);
    clearTimeout(this.#killer);
    for (const piece of this.#sound.flush()) this.#handSound(piece);
    this.#setup.files?.remove();
    // A V4L2 camera that is unplugged makes ffmpeg leave with status 0: no status means all is well.
    const left = this.#detail === '' ? `the capture left (${how})` : this.#detail;
    const last = this.#lines.at(-1)?.slice(0, 300) ?? '';
    this.#listener.ended(this.#reason ?? 'ended', [left, last].filter(Boolean).join('; '), this.#lost);
    this.#resolve();
  }
}

/** The plan asks for a source that is not there. */
export class SourceMissing extends Error {
  readonly source: keyof Sources;

  constructor(source: keyof Sources) {
    super(`no source of ${source} is configured`);
    this.source = source;
  }
}
