import { existsSync } from 'node:fs';
import type { Log } from '@mingjing/runtime';
import {
  burnsIn,
  configuredSources,
  countsByWallClock,
  missingSource,
  planUses,
  type CaptureSettings,
  type Encoder,
  type PictureSettings,
} from '../../core/capture-settings.ts';
import type { CommandLine } from '../../core/command-line.ts';
import { capturePipeline, probeCommand } from '../../core/ffmpeg-arguments.ts';
import { chooseFont } from '../../core/font-choice.ts';
import { listsCamera } from '../../core/rpicam-arguments.ts';
import type { NamedSources } from '../../core/lost-source.ts';
import type {
  Capture,
  CaptureListener,
  CapturePlan,
  CaptureRun,
  Overlay,
  Sources,
} from '../../ports/capture.ts';
import type { Clock } from '../../ports/clock.ts';
import { findEncoder } from './encoder-probe.ts';
import { FfmpegRun, SourceMissing, type RunTiming } from './ffmpeg-run.ts';
import { runBriefly } from './media-child.ts';
import { OverlayFiles } from './overlay-files.ts';

export interface FfmpegOptions extends Partial<RunTiming> {
  /** What to run for `ffmpeg`. */
  readonly ffmpeg?: string;
  /** What to run for `rpicam-vid`. */
  readonly rpicam?: string;
  readonly wall?: () => number;
}

const TIMING: RunTiming = { stallMs: 2_000, firstMs: 10_000, stopMs: 1_000 };
const PROBE_MS = 2_500;
/** What ffmpeg takes until its first picture, about. */
const OPENING_MS = 150;

/**
 * Picture and sound through ffmpeg: a test pattern with a tone, a V4L2 camera or a Raspberry Pi camera (by rpicam-vid),
 * each with an ALSA microphone.
 */
export class FfmpegCamera implements Capture {
  readonly #settings: CaptureSettings;
  readonly #picture: () => PictureSettings;
  readonly #device: string;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #options: FfmpegOptions;
  #run: { readonly plan: CapturePlan; readonly files: OverlayFiles | undefined } | undefined;
  #lines: Overlay = {};
  #encoder: Promise<Encoder> | undefined;
  #probing: Promise<Sources> | undefined;

  /** `picture` is asked for at the start of every run. */
  constructor(
    settings: CaptureSettings,
    picture: () => PictureSettings,
    device: string,
    clock: Clock,
    log: Log,
    options: FfmpegOptions = {},
  ) {
    this.#settings = settings;
    this.#picture = picture;
    this.#device = device;
    this.#clock = clock;
    this.#log = log;
    this.#options = options;
  }

  start(plan: CapturePlan, listener: CaptureListener): CaptureRun {
    if (this.#run !== undefined) throw new Error('invariant: one capture at a time');
    const picture = this.#picture();
    const missing = missingSource(plan, configuredSources(this.#settings));
    const burnt = missing === undefined && planUses(plan, 'picture') && burnsIn(this.#settings);
    const files = burnt ? OverlayFiles.make(this.#device, this.#offsetMs(), this.#lines) : undefined;
    if (burnt && files === undefined) this.#log.warn('no line is burned in: there is no memory to hold it');
    this.#run = { plan, files };
    const setup = {
      plan,
      commands:
        missing === undefined
          ? this.#commands(plan, picture, files)
          : Promise.reject(new SourceMissing(missing)),
      names: this.#names(plan),
      framesPerSecond: picture.framesPerSecond,
      files,
      byWallClock: countsByWallClock(this.#settings),
      timing: { ...TIMING, ...this.#options },
      wall: this.#options.wall ?? Date.now,
    };
    const ended: CaptureListener['ended'] = (...how) => {
      this.#run = undefined;
      // A hardware encoder that gives nothing is tried again before it is believed again.
      if (!run.worked) this.#encoder = undefined;
      listener.ended(...how);
    };
    const run = new FfmpegRun(setup, { ...bound(listener), ended }, this.#clock, this.#log);
    return run;
  }

  probe(): Promise<Sources> {
    this.#probing ??= this.#probe().finally(() => {
      this.#probing = undefined;
    });
    return this.#probing;
  }

  overlay(lines: Overlay): void {
    this.#lines = lines;
    this.#run?.files?.show(lines);
  }

  async #commands(
    plan: CapturePlan,
    picture: PictureSettings,
    files: OverlayFiles | undefined,
  ): Promise<readonly CommandLine[]> {
    this.#encoder ??= findEncoder(this.#settings.encoder ?? 'auto', this.#programs.ffmpeg, picture);
    const encoder = await this.#encoder;
    const font = chooseFont(this.#settings.font, existsSync);
    const burnedIn =
      files === undefined ? undefined : { font, timeFile: files.timeFile, linesFile: files.linesFile };
    return capturePipeline({ settings: this.#settings, plan, picture, encoder, burnedIn }, this.#programs);
  }

  async #probe(): Promise<Sources> {
    const [picture, sound] = await Promise.all([this.#opens('picture'), this.#opens('sound')]);
    return { picture, sound };
  }

  async #opens(source: keyof Sources): Promise<boolean> {
    if (!configuredSources(this.#settings)[source]) return false;
    if (this.#run !== undefined && planUses(this.#run.plan, source)) return true;
    const command = probeCommand(this.#settings, source, this.#programs);
    if (command === undefined) return true;
    const { passed, output } = await runBriefly(command, PROBE_MS);
    const listing = source === 'picture' && this.#settings.kind === 'rpicam';
    return passed && (!listing || listsCamera(output, this.#settings.camera ?? 0));
  }

  get #programs(): { ffmpeg: string; rpicam: string } {
    return { ffmpeg: this.#options.ffmpeg ?? 'ffmpeg', rpicam: this.#options.rpicam ?? 'rpicam-vid' };
  }

  #names(plan: CapturePlan): NamedSources {
    const { kind } = this.#settings;
    if (kind === 'test-pattern') return {};
    const picture = kind === 'v4l2' ? this.#settings.device : 'pipe:0';
    const { audio } = this.#settings;
    return {
      ...(planUses(plan, 'picture') ? { picture } : {}),
      ...(planUses(plan, 'sound') && audio !== undefined ? { sound: audio } : {}),
    };
  }

  /** How far the time of a picture within ffmpeg will lie behind our clock. */
  #offsetMs(): number {
    const now = Date.parse(this.#clock.now().at);
    return countsByWallClock(this.#settings) ? now - (this.#options.wall ?? Date.now)() : now + OPENING_MS;
  }
}

function bound(listener: CaptureListener): CaptureListener {
  return {
    ready: (head) => listener.ready(head),
    fragment: (fragment) => listener.fragment(fragment),
    trouble: (kind, detail) => listener.trouble(kind, detail),
    ended: (...how) => listener.ended(...how),
  };
}
