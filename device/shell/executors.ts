import {
  ageSeal,
  generateAgeIdentity,
  readCameraPolicy,
  fromUtf8,
  toUtf8,
  type EntryBody,
  type Recipient,
} from '@mingjing/protocol';
import type { Answer } from '../core/answers.ts';
import type { Command, CommandOf } from '../core/commands.ts';
import { DeviceError } from '../core/errors.ts';
import { keyFile, segmentFile } from '../core/file-names.ts';
import type { SegmentWriter } from '../ports/footage-store.ts';
import type { OpenSegmentRecord } from '../ports/journal.ts';
import type { Alarms } from './alarms.ts';
import type { CameraLife, CameraPorts } from './camera-ports.ts';
import type { CaptureDesk } from './capture-desk.ts';
import { storePhoto } from './photo-desk.ts';
import { closeFromJournal, salvage, salvageSegment } from './recovery.ts';

/** One for each command: a missing one does not compile. */
export type Executors = {
  readonly [K in Command['type']]: (command: CommandOf<K>) => Promise<void> | void;
};

/** What the executors hand back to the loop. */
export interface LoopHandles {
  answer(request: number, answer: Answer): void;
  publishState(): void;
  recordingClosed(recording: string): void;
}

export interface ExecutorParts {
  readonly ports: CameraPorts;
  readonly recipients: readonly Recipient[];
  readonly alarms: Alarms;
  readonly handles: LoopHandles;
  readonly capture: CaptureDesk;
  readonly life: CameraLife;
}

type Opened = Extract<EntryBody, { type: 'recording-opened' }>;
const STORAGE_FAILED: Answer = { code: 'storage-failed' };
/** A medium that seems to take bytes, and a journal that so often does not. */
const MAX_SALVAGES_IN_VAIN = 3;

interface RecordingInHand {
  readonly recording: string;
  readonly recipient: string;
  segment?: OpenSegmentRecord & { readonly writer: SegmentWriter; acknowledged: boolean };
  /** Storage failed: nothing more is written but what closes it. */
  failed: boolean;
}

/**
 * Carries commands out against journal and store. An executor throws 'storage-full' or 'storage-failed' when the
 * world refuses; the recording in hand is then marked as failed and its further commands are passed over.
 */
export class RecordingExecutors {
  readonly #ports: CameraPorts;
  readonly #recipients: readonly Recipient[];
  readonly #alarms: Alarms;
  readonly #handles: LoopHandles;
  readonly #capture: CaptureDesk;
  readonly #life: CameraLife;
  #inHand: RecordingInHand | undefined;
  readonly table: Executors = {
    'start-capture': ({ plan, delayMs }) => this.#capture.start(plan, delayMs),
    'stop-capture': () => this.#capture.stop(),
    'probe-sources': () => this.#capture.probe(),
    'open-recording': (command) => this.#open(command),
    'begin-segment': (command) => this.#begin(command),
    'append-fragment': (command) => this.#append(command),
    'seal-segment': (command) => this.#seal(command),
    mark: (command) => this.#mark(command),
    'close-recording': (command) => this.#close(command),
    'develop-photo': (command) => this.#capture.develop(command),
    'store-photo': (command) => this.#photo(command),
    salvage: () => this.#salvage(),
    journal: ({ entry }) => void this.#ports.journal.append(entry),
    'keep-officer': ({ officer }) =>
      this.#ports.memory.keep('officer', toUtf8(JSON.stringify(officer ?? null))),
    'keep-policy': ({ bytes }) => {
      const { memory } = this.#ports;
      const before = memory.recall('policy');
      if (before !== undefined) memory.keep('policy-before', before);
      memory.keep('policy', bytes);
      this.#life.policyApplied(readCameraPolicy(JSON.parse(fromUtf8(bytes))));
    },
    alarm: ({ code, severity, detail }) => this.#alarms.raise(code, severity, detail),
    'clock-set': ({ before, after }) => {
      const { journal, clock } = this.#ports;
      journal.append({ type: 'clock-set', before, after, clock: clock.state() });
    },
    answer: (command) => this.#answer(command),
    'publish-state': () => this.#handles.publishState(),
    'switch-off': ({ reason }) => this.#life.switchOff(reason),
    'power-off': ({ reason }) => void this.#ports.journal.append({ type: 'power-off', reason }),
  };
  /** Recordings of which something could not be stored; the latest few are all that can still be asked for. */
  readonly #failed: string[] = [];
  /** Requests of which something could not be stored, until they are answered. */
  readonly #failedRequests = new Set<number>();
  #salvagesInVain = 0;

  constructor(parts: ExecutorParts) {
    this.#ports = parts.ports;
    this.#recipients = parts.recipients;
    this.#alarms = parts.alarms;
    this.#handles = parts.handles;
    this.#capture = parts.capture;
    this.#life = parts.life;
  }

  async run(command: Command): Promise<void> {
    try {
      const execute = this.table[command.type] as (command: Command) => Promise<void> | void;
      await execute(command);
    } catch (error) {
      if ('recording' in command) await this.#fail(command.recording);
      if ('request' in command && command.type !== 'answer') this.#failedRequests.add(command.request);
      throw error;
    }
  }

  async #open(command: CommandOf<'open-recording'>): Promise<void> {
    const { recording, mode, cause, start, officer, continues } = command;
    const recipient = await this.#openEntry({
      recording,
      mode,
      cause,
      start,
      ...(officer === undefined ? {} : { officer }),
      ...(continues === undefined ? {} : { continues }),
    });
    this.#inHand = { recording, recipient, failed: false };
  }

  async #photo(command: CommandOf<'store-photo'>): Promise<void> {
    const { recording, during, stamp } = command;
    const { at: start, officer } = stamp;
    const recipient = await this.#openEntry({
      recording,
      mode: 'photo',
      cause: 'button',
      start,
      ...(officer === undefined ? {} : { officer }),
      ...(during === undefined ? {} : { during }),
    });
    await storePhoto(this.#ports, recipient, command);
  }

  /** The secret half lives in this function alone; when it returns, this camera cannot open what it records. */
  async #openEntry(entry: Omit<Opened, 'type' | 'key'>): Promise<string> {
    const { journal, store } = this.#ports;
    const { identity, recipient } = generateAgeIdentity();
    const file = keyFile(entry.recording);
    const key = await store.put(file, ageSeal(toUtf8(`${identity}\n`), this.#recipients));
    journal.append({ type: 'recording-opened', ...entry, key: { recipient, ...key } }, file);
    return recipient;
  }

  async #begin(command: CommandOf<'begin-segment'>): Promise<void> {
    const held = this.#held(command.recording);
    if (held === undefined) return;
    const { recording, index, format, init, start, clock } = command;
    const filling = format === 'mp4' ? 'boxes' : 'exact';
    const segment = { recording, index, file: segmentFile(recording, index), start, clock };
    this.#ports.journal.beginSegment(segment);
    const writer = await this.#ports.store.beginSegment(segment.file, held.recipient, init, filling);
    held.segment = { ...segment, writer, acknowledged: false };
  }

  async #append({ recording, parts, last }: CommandOf<'append-fragment'>): Promise<void> {
    await this.#withSegment(recording, async (segment) => {
      await segment.writer.append(parts, last);
      if (last || segment.acknowledged) return;
      this.#ports.journal.acknowledgeSegment(recording, segment.index);
      segment.acknowledged = true;
    });
  }

  async #seal({ recording, end }: CommandOf<'seal-segment'>): Promise<void> {
    await this.#withSegment(recording, async (segment) => {
      const { index, file, start, clock } = segment;
      const sealed = await segment.writer.seal();
      this.#ports.journal.append(
        { type: 'segment-sealed', recording, index, ...sealed, start, end, clock },
        file,
      );
      delete this.#held(recording)?.segment;
    });
  }

  #mark({ recording, kind }: CommandOf<'mark'>): void {
    if (this.#held(recording) === undefined) return;
    const position = this.#ports.position.latest();
    this.#ports.journal.append({
      type: 'marked',
      recording,
      kind,
      ...(position === undefined ? {} : { position }),
    });
  }

  async #close({ recording, reason, end }: CommandOf<'close-recording'>): Promise<void> {
    const held = this.#inHand?.recording === recording ? this.#inHand : undefined;
    this.#inHand = held === undefined ? this.#inHand : undefined;
    try {
      const begun = this.#ports.journal.openSegments().find((segment) => segment.recording === recording);
      if (begun !== undefined) await salvageSegment(this.#ports, begun, this.#alarms);
      const failed = held?.failed === true && reason !== 'storage-full';
      closeFromJournal(this.#ports, recording, failed ? 'storage-fault' : reason, end);
    } finally {
      this.#handles.recordingClosed(recording);
    }
  }

  #answer({ request, answer, recording }: CommandOf<'answer'>): void {
    const failed = recording !== undefined && this.#failed.includes(recording);
    const said = failed || this.#failedRequests.delete(request) ? STORAGE_FAILED : answer;
    this.#handles.answer(request, failed ? { ...said, recording } : said);
  }

  /** That the journal takes an entry again is the proof that it is mended. */
  async #salvage(): Promise<void> {
    try {
      await salvage(this.#ports, 'storage-fault', this.#alarms);
      const detail = 'the storage takes entries again';
      this.#ports.journal.append({ type: 'alarm', code: 'storage-failed', detail });
      this.#salvagesInVain = 0;
    } catch (error) {
      this.#salvagesInVain += 1;
      if (this.#salvagesInVain >= MAX_SALVAGES_IN_VAIN) {
        this.#life.broken(error instanceof Error ? error.message : 'unknown');
      }
      throw error;
    }
  }

  #held(recording: string): RecordingInHand | undefined {
    const held = this.#inHand;
    return held?.recording === recording && !held.failed ? held : undefined;
  }

  async #withSegment(
    recording: string,
    act: (segment: NonNullable<RecordingInHand['segment']>) => Promise<void>,
  ): Promise<void> {
    const segment = this.#held(recording)?.segment;
    if (segment !== undefined) await act(segment);
  }

  async #fail(recording: string): Promise<void> {
    this.#failed.unshift(recording);
    this.#failed.length = Math.min(this.#failed.length, 16);
    const held = this.#inHand;
    if (held?.recording !== recording) return;
    held.failed = true;
    await held.segment?.writer.abandon().catch((err: unknown) => {
      this.#ports.log.error({ err, recording }, 'a segment file could not be let go of');
    });
  }
}

/** Whether the storage refused, and how. */
export function storageFailureOf(error: unknown): { full: boolean; detail: string } | undefined {
  if (!(error instanceof DeviceError)) return undefined;
  if (error.code !== 'storage-full' && error.code !== 'storage-failed') return undefined;
  return { full: error.code === 'storage-full', detail: error.message };
}
