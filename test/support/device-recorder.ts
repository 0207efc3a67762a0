import { randomBytes } from 'node:crypto';
import { readCameraPolicy, readTracks, WAV_CHUNK_BYTES, type CameraPolicy } from '@mingjing/protocol';
import type { Command, CommandOf } from '../../device/core/commands.ts';
import type { Button, RecorderEvent } from '../../device/core/events.ts';
import { modeOf, warningsOf } from '../../device/core/mode.ts';
import { step } from '../../device/core/recorder.ts';
import {
  initialState,
  type Mode,
  type RecorderSettings,
  type RecorderState,
} from '../../device/core/state.ts';
import { addMillis, type Moment } from '../../device/core/time.ts';
import {
  EPOCH,
  plainFragment,
  plainInit,
  SOUND_BYTE,
  type PlainFragmentOptions,
  type PlainSources,
} from './device-media.ts';

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
type Bare = DistributiveOmit<RecorderEvent, 'at' | 'mono' | 'freshRecording'>;
type Stamps = Moment & { readonly freshRecording: string };

export const RESERVE = 1_000_000;
/** A piece of sound alone: one age chunk. */
export const PIECE_MS = 683;
export const SETTINGS: RecorderSettings = {
  device: 'cam-1',
  officer: { number: '110-77' },
  policy: policyOf({}),
  sources: { picture: true, sound: true },
  reserveBytes: RESERVE,
};

export function policyOf(more: object): CameraPolicy {
  return readCameraPolicy({
    preRecordSeconds: 4,
    segmentSeconds: 4,
    stopBy: 'press',
    storage: { warnAtBytes: [] },
    ...more,
  });
}

/** The recorder with a clock one turns by hand. */
export class RecorderBench {
  #state: RecorderState;
  #requests = 0;
  #fresh = 0;
  mono = 0;
  /** The latest moment at which anything happened. */
  latestMono = 0;
  /** When each piece of sound alone began. */
  readonly pieceMono = new Map<Uint8Array, number>();
  /** How far the wall clock was set. */
  wallMs = 0;
  mediaMs = 0;
  /** Every command so far. */
  readonly commands: Command[] = [];
  /** The moment of each. */
  readonly when: number[] = [];
  readonly settings: RecorderSettings;
  /** Commands of the latest event. */
  latest: readonly Command[] = [];

  constructor(settings: Partial<RecorderSettings> = {}) {
    this.settings = { ...SETTINGS, ...settings };
    this.#state = initialState(this.settings);
  }

  static withPolicy(more: object): RecorderBench {
    return new RecorderBench({ policy: policyOf(more) });
  }

  get state(): RecorderState {
    return this.#state;
  }

  /** Requests so far. */
  get asked(): number {
    return this.#requests;
  }

  get mode(): Mode {
    return modeOf(this.#state);
  }

  get warnings(): readonly string[] {
    return warningsOf(this.#state);
  }

  get ringMs(): number {
    return this.#state.ring.durationMs;
  }

  /** What opens without a press is named `f…`. */
  happen(event: Bare, name = `f${String((this.#fresh += 1)).padStart(31, '0')}`): this {
    const stamps: Stamps = {
      at: addMillis(EPOCH, this.mono + this.wallMs),
      mono: this.mono,
      freshRecording: name,
    };
    this.latestMono = Math.max(this.latestMono, this.mono);
    const { state, commands } = step(this.#state, Object.assign(stamps, event));
    this.#state = state;
    this.latest = commands;
    this.commands.push(...commands);
    this.when.push(...commands.map(() => this.mono));
    return this;
  }

  press(button: Button): this {
    this.#requests += 1;
    const name = String(this.#requests).padStart(32, '0');
    return this.happen({ type: 'press', button, request: this.#requests }, name);
  }

  hold(button: Button): this {
    this.#requests += 1;
    const name = String(this.#requests).padStart(32, '0');
    return this.happen({ type: 'press', button, held: true, request: this.#requests }, name);
  }

  order(kind: 'start' | 'stop'): this {
    this.#requests += 1;
    const name = String(this.#requests).padStart(32, '0');
    return this.happen({ type: 'order', kind, request: this.#requests }, name);
  }

  handTo(number?: string): this {
    this.#requests += 1;
    const officer = number === undefined ? {} : { officer: { number } };
    return this.happen({ type: 'assign-officer', request: this.#requests, ...officer });
  }

  apply(more: object): this {
    this.#requests += 1;
    const policy = policyOf(more);
    const bytes = Buffer.from(JSON.stringify(policy));
    const sha256 = randomBytes(32).toString('hex');
    return this.happen({ type: 'policy', policy, bytes, sha256, request: this.#requests });
  }

  tick(afterMs = 0): this {
    this.mono += afterMs;
    return this.happen({ type: 'tick' });
  }

  captureReady(sources: PlainSources = {}): this {
    const init = plainInit(sources);
    return this.happen({ type: 'capture-ready', head: { format: 'mp4', init, tracks: readTracks(init) } });
  }

  soundReady(): this {
    return this.happen({ type: 'capture-ready', head: { format: 'wav' } });
  }

  /** So many fragments, each arriving when its last sample was taken. */
  fragments(count: number, options: Partial<PlainFragmentOptions> = {}): this {
    for (let n = 0; n < count; n += 1) {
      const durationMs = options.durationMs ?? 800;
      const fragment = plainFragment({ mediaMs: this.mediaMs, ...options, mono: this.mono });
      this.mediaMs += durationMs;
      this.mono += durationMs;
      this.happen({ type: 'fragment', fragment, clock: { source: 'free-running' } });
    }
    return this;
  }

  /** So many pieces of sound alone. */
  pieces(count: number, bytes = WAV_CHUNK_BYTES): this {
    for (let n = 0; n < count; n += 1) {
      const pcm = new Uint8Array(bytes).fill(SOUND_BYTE);
      const { mono } = this;
      this.pieceMono.set(pcm, mono);
      this.mono += PIECE_MS;
      const at = addMillis(EPOCH, mono);
      const fragment = { format: 'wav', at, mono, pcm, durationMs: PIECE_MS } as const;
      this.happen({ type: 'fragment', fragment, clock: { source: 'free-running' } });
    }
    return this;
  }

  lose(lost?: 'picture' | 'sound'): this {
    const more = lost === undefined ? {} : { lost };
    return this.happen({ type: 'capture-ended', reason: 'ended', detail: 'unplugged', ...more });
  }

  /** What was told to stop has stopped. */
  captureStopped(): this {
    return this.happen({ type: 'capture-ended', reason: 'stopped', detail: 'asked to' });
  }

  probed(picture: boolean, sound: boolean): this {
    return this.happen({ type: 'sources-probed', picture, sound });
  }

  battery(percent: number, external = false): this {
    return this.happen({ type: 'power', percent, charging: external, external });
  }

  standby(): this {
    return this.happen({ type: 'recovered' }).captureReady();
  }

  level(freeBytes: number, writable = true): this {
    return this.happen({ type: 'storage-level', freeBytes, writable });
  }

  storageFails(full = false): this {
    return this.happen({ type: 'storage-failed', full, detail: full ? 'ENOSPC' : 'EIO' });
  }

  shutDown(): this {
    return this.happen({ type: 'shutdown', reason: 'button' });
  }

  closedByWorld(): this {
    for (const { recording } of this.all('close-recording'))
      this.happen({ type: 'recording-closed', recording });
    return this;
  }

  all<T extends Command['type']>(type: T): CommandOf<T>[] {
    return this.commands.filter((command): command is CommandOf<T> => command.type === type);
  }

  get latestTypes(): string[] {
    return this.latest.map(({ type }) => type);
  }

  /** Entries that commands of this kind ask for. */
  get journaled(): string[] {
    return this.all('journal').map(({ entry }) => entry.type);
  }

  get answers(): string[] {
    return this.all('answer').map(({ answer }) => answer.code);
  }
}
