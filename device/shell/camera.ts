import { randomBytes } from 'node:crypto';
import { hybridRecipient, x25519Recipient, type MessageOf } from '@mingjing/protocol';
import { ANSWERS, type Answer } from '../core/answers.ts';
import type { CameraView } from '../core/camera-view.ts';
import type { Command } from '../core/commands.ts';
import type { Button, CaptureEnd, RecorderEvent } from '../core/events.ts';
import type { CapturedFragment } from '../core/fragment.ts';
import { step } from '../core/recorder.ts';
import { initialState, modeOf, type RecorderState } from '../core/state.ts';
import type { CaptureRun } from '../ports/capture.ts';
import type { CameraHands } from '../ports/controls.ts';
import type { DockingLink } from '../ports/docking-link.ts';
import type { Alarms } from './alarms.ts';
import type { CameraPorts, CameraSettings } from './camera-ports.ts';
import { RecordingExecutors, storageFailureOf } from './executors.ts';
import { recover } from './recovery.ts';

const TICK_MS = 500;
const STORAGE_CHECK_MS = 2_000;
const STATE_EVERY_MS = 5_000;
/** Footage that waits for the disk. More than this, and the disk is too slow to record on. */
const MAX_WAITING_BYTES = 96 * 1024 * 1024;

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
type Happening = DistributiveOmit<RecorderEvent, 'at' | 'mono'>;

/** The loop: takes what happens to the recorder, and carries out what it decides, in order, one at a time. */
export class Camera implements CameraHands {
  readonly #ports: CameraPorts;
  readonly #settings: CameraSettings;
  readonly #link: DockingLink;
  readonly #alarms: Alarms;
  readonly #executors: RecordingExecutors;
  readonly #queue: Command[] = [];
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  readonly #timers: NodeJS.Timeout[] = [];
  #state: RecorderState;
  #running: Promise<void> | undefined;
  #waitingBytes = 0;
  #requests = 0;
  #run: CaptureRun | undefined;
  #captureTimer: NodeJS.Timeout | undefined;
  #freeBytes: number | undefined;
  #notice: { zh: string; en: string } | undefined;
  #starting: Promise<void> | undefined;
  #docking: Promise<void> = Promise.resolve();
  readonly #watchers = new Set<(view: CameraView) => void>();
  #telling: NodeJS.Immediate | undefined;
  #shutDown: Promise<void> | undefined;

  constructor(ports: CameraPorts, settings: CameraSettings, link: DockingLink, alarms: Alarms) {
    this.#ports = ports;
    this.#settings = settings;
    this.#link = link;
    this.#alarms = alarms;
    this.#state = initialState(settings.recorder);
    const recipients = settings.recipients.map((recipient) =>
      recipient.startsWith('age1pq1') ? hybridRecipient(recipient) : x25519Recipient(recipient),
    );
    this.#executors = new RecordingExecutors(ports, recipients, alarms, {
      startCapture: (delayMs) => this.#startCapture(delayMs),
      stopCapture: () => this.#stopCapture(),
      answer: (request, answer) => this.#answer(request, answer),
      publishState: () => this.#publishState(),
      recordingClosed: (recording) => this.#happen({ type: 'recording-closed', recording }),
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
    await this.#checkStorage();
    this.#happen({ type: 'recovered' });
    this.#every(TICK_MS, () => this.#happen({ type: 'tick' }));
    this.#every(STORAGE_CHECK_MS, () => void this.#checkStorage());
    this.#every(STATE_EVERY_MS, () => this.#publishState());
  }

  press(button: Button): Promise<Answer> {
    const request = (this.#requests += 1);
    const freshRecording = randomBytes(16).toString('hex');
    return new Promise((resolve) => {
      this.#waiting.set(request, resolve);
      this.#happen({ type: 'press', button, request, freshRecording });
    });
  }

  order(): Promise<Answer> {
    return Promise.resolve({ code: 'order-not-allowed' });
  }

  assignOfficer(): Promise<Answer> {
    return Promise.resolve({ code: 'not-ready' });
  }

  applyPolicy(): Promise<Answer> {
    return Promise.resolve({ code: 'policy-refused' });
  }

  report(): void {
    // not yet
  }

  watch(listener: (view: CameraView) => void): () => void {
    this.#watchers.add(listener);
    listener(this.view());
    return () => void this.#watchers.delete(listener);
  }

  #changed(): void {
    if (this.#telling !== undefined || this.#watchers.size === 0) return;
    this.#telling = setImmediate(() => {
      this.#telling = undefined;
      const view = this.view();
      for (const watcher of this.#watchers) watcher(view);
    });
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
    this.#publishState();
    this.#changed();
  }

  shutDown(reason: string): Promise<void> {
    this.#shutDown ??= this.#end(reason);
    return this.#shutDown;
  }

  view(): CameraView {
    const { journal, clock, position, messages } = this.#ports;
    const { at, mono } = clock.now();
    const { active, ring, settings } = this.#state;
    const { officer, evidence } = this.#settings;
    const fix = position.latest();
    const { objects, bytes } = journal.heldSummary();
    return {
      device: settings.device,
      agency: evidence.certificate.name.agency,
      mode: modeOf(this.#state),
      at,
      ...(active === undefined
        ? {}
        : { recording: active.recording, activity: 'video', elapsedMs: mono - active.startMono }),
      muted: false,
      stealth: false,
      picture: this.#state.capture.kind === 'up',
      sound: this.#state.capture.kind === 'up',
      warnings: [],
      policy: settings.policy,
      ...(officer === undefined ? {} : { officer: officer.number }),
      ...(officer?.name === undefined ? {} : { officerName: officer.name }),
      ...(officer?.certificate === undefined ? {} : { officerCertificate: officer.certificate }),
      ...(fix === undefined ? {} : { position: fix }),
      ringSeconds: ring.durationMs / 1000,
      journalSize: journal.size,
      unreceipted: objects,
      storedBytes: bytes,
      ...(this.#freeBytes === undefined ? {} : { freeBytes: this.#freeBytes }),
      attached: this.#link.attached,
      ...(messages.configured ? { brokerConnected: messages.connected } : {}),
      ...(this.#notice === undefined ? {} : { notice: this.#notice }),
    };
  }

  #happen(happening: Happening): void {
    const event = { ...this.#ports.clock.now(), ...happening };
    const { state, commands } = step(this.#state, event);
    if (state !== this.#state) this.#changed();
    this.#state = state;
    for (const command of commands) {
      this.#queue.push(command);
      this.#waitingBytes += bytesOf(command);
    }
    this.#running ??= this.#work();
    if (this.#waitingBytes > MAX_WAITING_BYTES && this.#state.active !== undefined) {
      this.#happen({ type: 'storage-failed', full: false, detail: 'the storage is too slow to record on' });
    }
  }

  async #work(): Promise<void> {
    // The first command, too, begins after the event that caused it is dealt with.
    await Promise.resolve();
    for (let command = this.#queue.shift(); command !== undefined; command = this.#queue.shift()) {
      try {
        await this.#executors.run(command);
      } catch (error) {
        this.#commandFailed(command, error);
      }
      this.#waitingBytes -= bytesOf(command);
    }
    // In the same turn in which the queue was found empty: whatever is pushed later finds nobody at work.
    this.#running = undefined;
  }

  #commandFailed(command: Command, error: unknown): void {
    this.#ports.log.error({ err: error, command: command.type }, 'a command failed');
    const failure = storageFailureOf(error) ?? { full: false, detail: `${command.type} failed` };
    if (this.#state.phase !== 'off') this.#happen({ type: 'storage-failed', ...failure });
  }

  #startCapture(delayMs: number): void {
    clearTimeout(this.#captureTimer);
    if (this.#state.phase === 'off') return;
    this.#captureTimer = setTimeout(() => this.#capture(), delayMs);
  }

  #capture(): void {
    const { capture, log } = this.#ports;
    try {
      this.#run = capture.start(
        { format: 'mp4', picture: true, sound: true },
        {
          ready: (head) => {
            if (head.format === 'mp4') this.#happen({ type: 'capture-ready', ...head });
          },
          fragment: (fragment) => this.#takeFragment(fragment),
          trouble: () => undefined,
          ended: (reason, detail) => this.#captureEnded(reason, detail),
        },
      );
    } catch (err) {
      log.error({ err }, 'the capture could not be started');
      this.#captureEnded('ended', err instanceof Error ? err.message : 'it could not be started');
    }
  }

  #takeFragment(fragment: CapturedFragment): void {
    if (fragment.format !== 'mp4') return;
    const position = this.#ports.position.latest();
    const clock = this.#ports.clock.state();
    try {
      this.#happen({ type: 'fragment', fragment, clock, ...(position === undefined ? {} : { position }) });
    } catch (err) {
      // A capture whose timeline runs backwards: what was recorded is closed, and it is begun anew.
      this.#ports.log.error({ err }, 'a fragment does not fit');
      void this.#run?.stop();
    }
  }

  #captureEnded(reason: CaptureEnd, detail: string): void {
    this.#run = undefined;
    this.#happen({ type: 'capture-ended', reason, detail });
  }

  async #stopCapture(): Promise<void> {
    clearTimeout(this.#captureTimer);
    await this.#run?.stop();
  }

  #answer(request: number, answer: Answer): void {
    const { zh, en } = ANSWERS[answer.code];
    this.#notice = { zh, en };
    this.#waiting.get(request)?.(answer);
    this.#waiting.delete(request);
    this.#changed();
  }

  async #checkStorage(): Promise<void> {
    const { store, log } = this.#ports;
    try {
      const freeBytes = await store.freeBytes();
      const writable = this.#state.storage !== 'failed' || (await store.isWritable());
      this.#freeBytes = freeBytes;
      this.#happen({ type: 'storage-level', freeBytes, writable });
    } catch (err) {
      log.error({ err }, 'the storage could not be measured');
    }
  }

  #publishState(): void {
    const view = this.view();
    this.#ports.messages.state({
      at: view.at,
      online: view.mode !== 'off',
      state: publishedState(view),
      ...(view.recording === undefined ? {} : { recording: view.recording }),
      ...(view.officer === undefined ? {} : { officer: view.officer }),
      journal: view.journalSize,
      unreceipted: view.unreceipted,
      ...(view.freeBytes === undefined ? {} : { storageFree: view.freeBytes }),
      ...(view.position === undefined ? {} : { position: view.position }),
    });
  }

  #every(millis: number, act: () => void): void {
    this.#timers.push(setInterval(act, millis));
  }

  get #ending(): boolean {
    return this.#shutDown !== undefined;
  }

  /** INVARIANT: power-off is the last entry: recovery has ended, and nobody writes for a dock any more. */
  async #end(reason: string): Promise<void> {
    await this.#starting?.catch(() => undefined);
    for (const timer of this.#timers) clearInterval(timer);
    await this.#docking;
    await this.#link.detach();
    this.#happen({ type: 'shutdown', reason });
    while (this.#running !== undefined) await this.#running;
  }
}

function bytesOf(command: Command): number {
  if (command.type !== 'append-fragment') return 0;
  return command.parts.reduce((sum, part) => sum + part.length, 0);
}

function publishedState({ mode, attached }: CameraView): MessageOf<'camera-state'>['state'] {
  switch (mode) {
    case 'stopping':
    case 'post-record':
      return 'recording';
    case 'docked':
    case 'closing':
    case 'standby':
      return attached ? 'docked' : 'standby';
    case 'starting':
    case 'recording':
    case 'storage-full':
    case 'fault':
    case 'off':
      return mode;
    default:
      return mode satisfies never;
  }
}
