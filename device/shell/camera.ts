import { randomBytes } from 'node:crypto';
import {
  fromUtf8,
  hybridRecipient,
  readCameraPolicy,
  sha256,
  toHex,
  x25519Recipient,
  type CameraPolicy,
} from '@mingjing/protocol';
import { ANSWERS, type Answer } from '../core/answers.ts';
import type { CameraView, HandedBy, Officer, ReportedTrouble } from '../core/camera-view.ts';
import { watchClock, type ClockStep } from '../core/clock-rules.ts';
import type { Command, CommandOf } from '../core/commands.ts';
import type { Button } from '../core/events.ts';
import { step } from '../core/recorder.ts';
import { initialState, type RecorderState } from '../core/state.ts';
import type { CameraHands } from '../ports/controls.ts';
import type { DockingLink } from '../ports/docking-link.ts';
import type { Alarms } from './alarms.ts';
import { stateMessageOf, viewOf } from './camera-face.ts';
import type { CameraLife, CameraPorts, CameraSettings } from './camera-ports.ts';
import { CaptureDesk } from './capture-desk.ts';
import { RecordingExecutors, storageFailureOf } from './executors.ts';
import type { Happening } from './happening.ts';
import { recover } from './recovery.ts';
import { Sensors } from './sensors.ts';
import { WaitingAnswers } from './waiting-answers.ts';
import { Watchers } from './watchers.ts';

/**
 * Footage that waits for the disk, but for what a recording begins with: that was in RAM before. More than this, and the
 * disk is too slow to record on.
 */
const MAX_WAITING_BYTES = 96 * 1024 * 1024;

/** INVARIANT: nothing else is carried out behind power-off, which is the last entry. */
const WRITES_NOTHING: readonly Command['type'][] = ['stop-capture', 'answer', 'publish-state'];

/** The loop: takes what happens to the recorder, and carries out what it decides, in order, one at a time. */
export class Camera implements CameraHands {
  readonly #ports: CameraPorts;
  readonly #settings: CameraSettings;
  readonly #link: DockingLink;
  readonly #alarms: Alarms;
  readonly #capture: CaptureDesk;
  readonly #executors: RecordingExecutors;
  readonly #sensors: Sensors;
  readonly #queue: { readonly command: Command; readonly waitingBytes: number }[] = [];
  readonly #answers = new WaitingAnswers();
  readonly #watchers = new Watchers(() => this.view());
  #state: RecorderState;
  #running: Promise<void> | undefined;
  #commandSinceMono: number | undefined;
  #waitingBytes = 0;
  #isOff = false;
  /** Changes with entries only. */
  #held = { size: -1, objects: 0, bytes: 0 };
  #notice: { zh: string; en: string } | undefined;
  #starting: Promise<void> | undefined;
  #docking: Promise<void> = Promise.resolve();
  #shutDown: Promise<void> | undefined;

  constructor(
    ports: CameraPorts,
    settings: CameraSettings,
    link: DockingLink,
    alarms: Alarms,
    life: CameraLife,
  ) {
    this.#ports = ports;
    this.#settings = settings;
    this.#link = link;
    this.#alarms = alarms;
    this.#state = initialState(settings.recorder);
    const happen = this.#happen.bind(this);
    this.#capture = new CaptureDesk(ports, happen);
    this.#sensors = new Sensors(
      ports,
      happen,
      () => this.#state,
      this.#capture,
      () => this.#publish(),
    );
    const recipients = settings.recipients.map((recipient) =>
      recipient.startsWith('age1pq1') ? hybridRecipient(recipient) : x25519Recipient(recipient),
    );
    this.#executors = new RecordingExecutors({
      ports,
      recipients,
      alarms,
      life,
      capture: this.#capture,
      handles: {
        answer: (request, answer) => this.#answer(request, answer),
        publishState: () => this.#publish(),
        recordingClosed: (recording) => this.#happen({ type: 'recording-closed', recording }),
      },
    });
  }

  /** Recovers, then begins. Rejects if the journal cannot be trusted or written. */
  start(): Promise<void> {
    this.#starting ??= this.#begin();
    return this.#starting;
  }

  async #begin(): Promise<void> {
    await recover(this.#ports, this.#settings, this.#alarms);
    if (this.#ending) return;
    await this.#sensors.storage();
    this.#happen({ type: 'recovered' });
    this.#sensors.start();
  }

  press(button: Button, held = false): Promise<Answer> {
    return this.#answers.ask((request) =>
      this.#happen({ type: 'press', button, held, request, freshRecording: freshRecording() }),
    );
  }

  order(kind: 'start' | 'stop', by: string): Promise<Answer> {
    this.#ports.log.info({ order: kind, by }, 'an order came');
    return this.#answers.ask((request) =>
      this.#happen({ type: 'order', kind, request, freshRecording: freshRecording() }),
    );
  }

  assignOfficer(officer: Officer | undefined, by?: HandedBy): Promise<Answer> {
    return this.#answers.ask((request) =>
      this.#happen({ type: 'assign-officer', request, ...(officer && { officer }), ...(by && { by }) }),
    );
  }

  async applyPolicy(bytes: Uint8Array): Promise<Answer> {
    let policy: CameraPolicy;
    try {
      policy = readCameraPolicy(JSON.parse(fromUtf8(bytes)));
    } catch (error) {
      if (!this.#isOff)
        this.#alarms.raise('bad-policy', 'warning', error instanceof Error ? error.message : 'unreadable');
      return { code: 'policy-refused' };
    }
    const named = toHex(sha256(bytes));
    return await this.#answers.ask((request) =>
      this.#happen({ type: 'policy', policy, bytes, sha256: named, request }),
    );
  }

  report(trouble: ReportedTrouble, detail: string | undefined): void {
    this.#happen({ type: 'trouble', trouble, ...(detail === undefined ? {} : { detail }) });
  }

  /** Our own clock was moved: the journal is told ahead of anything that is stamped with it. */
  clockStepped(stepped: ClockStep): void {
    this.#happen({ type: 'clock-stepped', stepped });
  }

  /** One change of the line at a time; a camera that is being shut down is not docked any more. */
  dock(attached: boolean): Promise<void> {
    const done = this.#docking.then(() => this.#dock(attached));
    this.#docking = done.catch(() => undefined);
    return done;
  }

  async #dock(attached: boolean): Promise<void> {
    if (this.#ending) return;
    await (attached ? this.#link.attach() : this.#link.detach());
    this.#notice = attached
      ? { zh: '已连接采集站,正在等待上传', en: 'Docked; the dock fetches what it needs' }
      : { zh: '已离开采集站', en: 'Taken out of the dock' };
    this.#happen({ type: 'dock', attached });
    this.#publish();
  }

  shutDown(reason: string): Promise<void> {
    this.#shutDown ??= this.#end(reason);
    return this.#shutDown;
  }

  view(): CameraView {
    return viewOf(this.#state, this.#ports, {
      agency: this.#settings.evidence.certificate.name.agency,
      attached: this.#link.attached,
      held: this.#heldSummary(),
      freeBytes: this.#sensors.freeBytes,
      notice: this.#notice,
      now: this.#ports.clock.now(),
    });
  }

  watch(listener: (view: CameraView) => void): () => void {
    return this.#watchers.watch(listener);
  }

  /** For how long one command, or one look at the storage, has been at work. */
  get busyMs(): number {
    const { mono } = this.#ports.clock.now();
    return Math.max(mono - (this.#commandSinceMono ?? mono), this.#sensors.busyMs);
  }

  /** A medium that cannot be read is no reason not to show the rest. */
  #heldSummary(): { objects: number; bytes: number } {
    const { journal } = this.#ports;
    if (this.#held.size === journal.size) return this.#held;
    try {
      this.#held = { size: journal.size, ...journal.heldSummary() };
    } catch (err) {
      this.#ports.log.error({ err }, 'the journal cannot be asked what is held');
    }
    return this.#held;
  }

  #happen(happening: Happening): void {
    const event = { ...this.#ports.clock.now(), ...happening };
    const { state, commands } = step(this.#state, event);
    if (state !== this.#state) this.#watchers.changed();
    this.#state = state;
    const begins = commands.some(({ type }) => type === 'open-recording');
    for (const command of commands) {
      if (command.type === 'clock-set' && this.#isTold(command)) continue;
      const waitingBytes = begins ? 0 : bytesOf(command);
      this.#queue.push({ command, waitingBytes });
      this.#waitingBytes += waitingBytes;
    }
    this.#running ??= this.#work();
    if (this.#waitingBytes > MAX_WAITING_BYTES && this.#state.active !== undefined) {
      this.#happen({ type: 'storage-failed', full: false, detail: 'the storage is too slow to record on' });
    }
  }

  /**
   * What waits in the queue is stamped when it is carried out, so a step of the clock passes it. A journal that does not
   * take it now is asked again in its turn.
   */
  #isTold(command: CommandOf<'clock-set'>): boolean {
    if (this.#isOff) return true;
    try {
      void this.#executors.table['clock-set'](command);
      return true;
    } catch (err) {
      this.#ports.log.error({ err }, 'a step of the clock is not journaled yet');
      return false;
    }
  }

  /** Nobody need have happened to look since the clock was set. */
  #lookAtClock(): void {
    const { step: stepped } = watchClock(this.#state.clock, this.#ports.clock.now());
    if (stepped !== undefined) this.clockStepped(stepped);
  }

  async #work(): Promise<void> {
    // The first command, too, begins after the event that caused it is dealt with.
    await Promise.resolve();
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      const { command, waitingBytes } = next;
      this.#lookAtClock();
      this.#commandSinceMono = this.#ports.clock.now().mono;
      try {
        if (!this.#isOff || WRITES_NOTHING.includes(command.type)) await this.#executors.run(command);
        this.#isOff ||= command.type === 'power-off';
      } catch (error) {
        this.#commandFailed(command, error);
      }
      this.#waitingBytes -= waitingBytes;
    }
    // In the same turn in which the queue was found empty: whatever is pushed later finds nobody at work.
    this.#commandSinceMono = undefined;
    this.#running = undefined;
  }

  #commandFailed(command: Command, error: unknown): void {
    this.#ports.log.error({ err: error, command: command.type }, 'a command failed');
    const failure = storageFailureOf(error) ?? { full: false, detail: `${command.type} failed` };
    this.#happen({
      type: 'storage-failed',
      ...failure,
      ...(command.type === 'open-recording' ? { unopened: command.recording } : {}),
      ...(command.type === 'journal' ? { unwritten: command.entry } : {}),
    });
  }

  #answer(request: number, answer: Answer): void {
    const { zh, en } = ANSWERS[answer.code];
    this.#notice = { zh, en };
    this.#answers.answer(request, answer);
    this.#watchers.changed();
  }

  #publish(): void {
    this.#ports.messages.state(stateMessageOf(this.view()));
    this.#watchers.changed();
  }

  get #ending(): boolean {
    return this.#shutDown !== undefined;
  }

  /** INVARIANT: power-off is the last entry: recovery has ended, and nobody writes for a dock any more. */
  async #end(reason: string): Promise<void> {
    await this.#starting?.catch(() => undefined);
    this.#sensors.stop();
    await this.#docking;
    await this.#link.detach();
    this.#happen({ type: 'shutdown', reason });
    while (this.#running !== undefined) await this.#running;
    await this.#capture.idle();
  }
}

function freshRecording(): string {
  return randomBytes(16).toString('hex');
}

function bytesOf(command: Command): number {
  if (command.type !== 'append-fragment') return 0;
  return command.parts.reduce((sum, part) => sum + part.length, 0);
}
