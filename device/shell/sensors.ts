import { randomBytes } from 'node:crypto';
import type { Overlay } from '../core/capture-plan.ts';
import { placeLine } from '../core/place-line.ts';
import type { RecorderState } from '../core/state.ts';
import type { CameraPorts } from './camera-ports.ts';
import type { CaptureDesk } from './capture-desk.ts';
import { storageFailureOf } from './executors.ts';
import type { Happen } from './happening.ts';

const TICK_MS = 500;
const STORAGE_CHECK_MS = 2_000;
/** A healthy medium answers within milliseconds; one that has not by then counts as failed. */
const STORAGE_PATIENCE_MS = 8_000;
const POWER_CHECK_MS = 2_000;
const STATE_EVERY_MS = 5_000;
/** While nothing is recorded: a medium that went read-only is noticed before somebody needs it. */
const WRITE_TRIAL_MS = 60_000;

/** What is looked at again and again: time, space, battery, position. */
export class Sensors {
  readonly #ports: CameraPorts;
  readonly #happen: Happen;
  readonly #state: () => RecorderState;
  readonly #capture: CaptureDesk;
  readonly #publish: () => void;
  readonly #timers: NodeJS.Timeout[] = [];
  #freeBytes: number | undefined;
  #triedMono: number;
  #lookSinceMono: number | undefined;
  #stopped = false;

  constructor(
    ports: CameraPorts,
    happen: Happen,
    state: () => RecorderState,
    capture: CaptureDesk,
    publish: () => void,
  ) {
    this.#ports = ports;
    this.#happen = happen;
    this.#state = state;
    this.#capture = capture;
    this.#publish = publish;
    this.#triedMono = ports.clock.now().mono;
  }

  get freeBytes(): number | undefined {
    return this.#freeBytes;
  }

  start(): void {
    if (this.#stopped) return;
    this.#every(TICK_MS, () => this.#tick());
    this.#every(STORAGE_CHECK_MS, () => void this.storage());
    this.#every(STATE_EVERY_MS, () => this.#publish());
    if (this.#ports.power === undefined) return;
    void this.#power();
    this.#every(POWER_CHECK_MS, () => void this.#power());
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers) clearInterval(timer);
  }

  /** For how long the storage has been asked and has not answered. */
  get busyMs(): number {
    return this.#lookSinceMono === undefined ? 0 : this.#ports.clock.now().mono - this.#lookSinceMono;
  }

  /** Never rejects: a medium that cannot be measured, or not in time, is one that has failed. One look at a time. */
  async storage(): Promise<void> {
    if (this.#lookSinceMono !== undefined) return;
    this.#lookSinceMono = this.#ports.clock.now().mono;
    const late = setTimeout(
      () => this.#unlessFailed(false, 'the medium does not answer'),
      STORAGE_PATIENCE_MS,
    );
    try {
      await this.#measure();
    } finally {
      clearTimeout(late);
      this.#lookSinceMono = undefined;
    }
  }

  async #measure(): Promise<void> {
    const { store, log } = this.#ports;
    try {
      const freeBytes = await store.freeBytes();
      this.#freeBytes = freeBytes;
      const writable = !this.#isTrialDue() || (await store.isWritable());
      if (writable) this.#happen({ type: 'storage-level', freeBytes, writable });
      else this.#unlessFailed(false, 'the medium takes no bytes');
    } catch (err) {
      log.error({ err }, 'the storage could not be measured');
      const failure = storageFailureOf(err);
      if (failure !== undefined) this.#unlessFailed(failure.full, failure.detail);
    }
  }

  #unlessFailed(full: boolean, detail: string): void {
    if (this.#state().storage !== 'failed') this.#happen({ type: 'storage-failed', full, detail });
  }

  #isTrialDue(): boolean {
    const { storage, active } = this.#state();
    if (storage === 'failed') return true;
    const { mono } = this.#ports.clock.now();
    if (active !== undefined || storage === 'full' || mono - this.#triedMono < WRITE_TRIAL_MS) return false;
    this.#triedMono = mono;
    return true;
  }

  #tick(): void {
    this.#happen({ type: 'tick', freshRecording: randomBytes(16).toString('hex') });
    const fix = this.#ports.position.latest();
    const { state } = this.#ports.position.health();
    const unheard = state === 'no-line' || state === 'silent' ? { unheard: state } : {};
    this.#happen({ type: 'position', fix: fix !== undefined, ...unheard });
    const { officer } = this.#state();
    const lines: Overlay = {
      ...(officer === undefined ? {} : { officer: [officer.name, officer.number].filter(Boolean).join(' ') }),
      ...(fix === undefined ? {} : { position: placeLine(fix) }),
    };
    this.#capture.overlay(lines);
  }

  async #power(): Promise<void> {
    const power = await this.#ports.power?.read();
    if (power !== undefined) this.#happen({ type: 'power', ...power });
  }

  #every(millis: number, act: () => void): void {
    this.#timers.push(setInterval(act, millis));
  }
}
