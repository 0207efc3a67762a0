import { readCameraPolicy, readTracks } from '@mingjing/protocol';
import type { Command, CommandOf } from '../../device/core/commands.ts';
import type { Button, RecorderEvent } from '../../device/core/events.ts';
import { step } from '../../device/core/recorder.ts';
import { initialState, modeOf, type Mode, type RecorderSettings } from '../../device/core/state.ts';
import { addMillis } from '../../device/core/time.ts';
import { EPOCH, plainFragment, plainInit, type PlainFragmentOptions } from './device-media.ts';

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

export const RESERVE = 1_000_000;
export const SETTINGS: RecorderSettings = {
  device: 'cam-1',
  officer: '110-77',
  policy: readCameraPolicy({ preRecordSeconds: 4, segmentSeconds: 4 }),
  reserveBytes: RESERVE,
};

/** The recorder with a clock one turns by hand. */
export class RecorderBench {
  #state = initialState(SETTINGS);
  #requests = 0;
  mono = 0;
  mediaMs = 0;
  /** Every command so far. */
  readonly commands: Command[] = [];
  /** Commands of the latest event. */
  latest: readonly Command[] = [];

  constructor(settings: RecorderSettings = SETTINGS) {
    this.#state = initialState(settings);
  }

  get mode(): Mode {
    return modeOf(this.#state);
  }

  get ringMs(): number {
    return this.#state.ring.durationMs;
  }

  happen(event: DistributiveOmit<RecorderEvent, 'at' | 'mono'>): this {
    const moment = { at: addMillis(EPOCH, this.mono), mono: this.mono };
    const { state, commands } = step(this.#state, { ...event, ...moment });
    this.#state = state;
    this.latest = commands;
    this.commands.push(...commands);
    return this;
  }

  press(button: Button): this {
    this.#requests += 1;
    const freshRecording = String(this.#requests).padStart(32, '0');
    return this.happen({ type: 'press', button, request: this.#requests, freshRecording });
  }

  captureReady(): this {
    const init = plainInit();
    return this.happen({ type: 'capture-ready', init, tracks: readTracks(init) });
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

  standby(): this {
    return this.happen({ type: 'recovered' }).captureReady();
  }

  level(freeBytes: number, writable = true): this {
    return this.happen({ type: 'storage-level', freeBytes, writable });
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

  get answers(): string[] {
    return this.all('answer').map(({ answer }) => answer.code);
  }
}
