import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { Log } from '@mingjing/runtime';
import { ffmpegArguments, type CaptureSettings } from '../core/capture-settings.ts';
import type { CaptureEnd } from '../core/events.ts';
import { FragmentClock } from '../core/fragment-clock.ts';
import { FragmentReader, type MediaPiece } from '../core/fragment-reader.ts';
import type { Capture, CaptureListener, CapturePlan, CaptureRun, Sources } from '../ports/capture.ts';
import type { Clock } from '../ports/clock.ts';

export interface FfmpegOptions {
  /** Without a fragment for so long the source is dead, though the process lives. */
  readonly stallMs?: number;
  /** So long a process may take to leave when asked. */
  readonly stopMs?: number;
  readonly executable?: string;
}

const STALL_MS = 3_000;
/** Opening a camera and the encoder takes longer than a fragment. */
const FIRST_FRAGMENT_MS = 10_000;
const STOP_MS = 1_000;
const MAX_LOGGED_CHARACTERS = 16 * 1024;

/** Picture and sound through ffmpeg: a test pattern with a tone, or a V4L2 camera with an ALSA microphone. */
export class FfmpegCamera implements Capture {
  readonly #settings: CaptureSettings;
  readonly #device: string;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #options: FfmpegOptions;
  #running = false;

  constructor(
    settings: CaptureSettings,
    device: string,
    clock: Clock,
    log: Log,
    options: FfmpegOptions = {},
  ) {
    this.#settings = settings;
    this.#device = device;
    this.#clock = clock;
    this.#log = log;
    this.#options = options;
  }

  start(_plan: CapturePlan, listener: CaptureListener): CaptureRun {
    if (this.#running) throw new Error('invariant: one capture at a time');
    this.#running = true;
    const child = spawn(this.#options.executable ?? 'ffmpeg', ffmpegArguments(this.#settings, this.#device), {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const run = new FfmpegRun(child, listener, this.#clock, this.#log, this.#options);
    void run.done.then(() => {
      this.#running = false;
    });
    return run;
  }

  probe(): Promise<Sources> {
    return Promise.resolve({ picture: true, sound: true });
  }

  overlay(): void {
    // not yet
  }
}

class FfmpegRun implements CaptureRun {
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #listener: CaptureListener;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #options: FfmpegOptions;
  readonly #reader = new FragmentReader();
  readonly #moments = new FragmentClock();
  readonly done: Promise<void>;
  #watchdog: NodeJS.Timeout;
  #reason: CaptureEnd | undefined;
  #detail = '';
  #logged = 0;
  #lastLine = '';

  constructor(
    child: ChildProcessByStdio<null, Readable, Readable>,
    listener: CaptureListener,
    clock: Clock,
    log: Log,
    options: FfmpegOptions,
  ) {
    this.#child = child;
    this.#listener = listener;
    this.#clock = clock;
    this.#log = log;
    this.#options = options;
    this.#watchdog = this.#watch(FIRST_FRAGMENT_MS);
    child.stdout.on('data', (bytes: Buffer) => this.#take(bytes));
    child.stderr.setEncoding('utf8').on('data', (text: string) => this.#note(text));
    this.done = new Promise((resolve) => {
      // 'close' comes behind the last byte of the pipes; a child that never began gives 'error' first.
      child.once('error', (error) => this.#fail('ended', error.message));
      child.once('close', (code, signal) => {
        this.#finish(code, signal);
        resolve();
      });
    });
  }

  async stop(): Promise<void> {
    this.#reason ??= 'stopped';
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), this.#options.stopMs ?? STOP_MS);
    await this.done;
    clearTimeout(timer);
  }

  #take(bytes: Buffer): void {
    if (this.#reason !== undefined) return;
    let pieces: MediaPiece[];
    try {
      pieces = this.#reader.push(bytes);
    } catch (error) {
      this.#fail('bad-media', error instanceof Error ? error.message : 'unreadable');
      return;
    }
    for (const piece of pieces) this.#hand(piece);
  }

  #hand(piece: MediaPiece): void {
    if (piece.kind === 'init') {
      this.#listener.ready({ format: 'mp4', init: piece.init, tracks: piece.tracks });
      return;
    }
    clearTimeout(this.#watchdog);
    this.#watchdog = this.#watch(this.#options.stallMs ?? STALL_MS);
    const { startMs, endMs, moof, mdat, runs, durationMs } = piece.fragment;
    const moment = this.#moments.momentOf(startMs, endMs, this.#clock.now());
    this.#listener.fragment({ format: 'mp4', ...moment, moof, mdat, runs, durationMs });
  }

  #watch(millis: number): NodeJS.Timeout {
    return setTimeout(() => this.#fail('stalled', `no fragment for ${millis} ms`), millis);
  }

  /** The first reason stands. */
  #fail(reason: CaptureEnd, detail: string): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#detail = detail;
    this.#child.kill('SIGKILL');
  }

  #finish(code: number | null, signal: NodeJS.Signals | null): void {
    clearTimeout(this.#watchdog);
    // A V4L2 camera that is unplugged makes ffmpeg leave with status 0: no status means all is well.
    const left = `ffmpeg left (${signal ?? `status ${code ?? 'unknown'}`})`;
    const detail = [this.#detail === '' ? left : this.#detail, this.#lastLine].filter(Boolean).join('; ');
    this.#listener.ended(this.#reason ?? 'ended', detail);
  }

  #note(text: string): void {
    this.#lastLine = text.trimEnd().split('\n').at(-1)?.slice(0, 300) ?? '';
    if (this.#logged >= MAX_LOGGED_CHARACTERS) return;
    this.#logged += text.length;
    this.#log.warn({ ffmpeg: text.slice(0, 2_000).trimEnd() }, 'ffmpeg says');
  }
}
