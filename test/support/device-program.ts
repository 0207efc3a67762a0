import { createReadStream, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  ageOpen,
  concat,
  fromUtf8,
  readBoxes,
  splitInit,
  wholeFragments,
  x25519Identity,
  peekCheckpoint,
  verifyEvidence,
  type RecordingModel,
  type SegmentModel,
  type Verdict,
} from '@mingjing/protocol';
import { loadEvidenceIdentity, loadRoots } from '@mingjing/runtime';
import type { Journal } from '../../device/ports/journal.ts';
import { CameraControl, type CameraStatus, type PressAnswer } from './camera-control.ts';
import { cameraFilm } from './device-footage.ts';
import { auditJournal, openJournal } from './device-journal.ts';
import { Program } from './processes.ts';

/** The camera's own program as a process, with its buttons. */
export class CameraProgram {
  readonly directory: string;
  readonly identity: string;
  readonly #program: Program;
  readonly #buttons = new CameraControl(() => this.#control);
  #control = 0;
  #docking = 0;
  #web = '';

  /** `config` is laid over a small test pattern; `policy` in it over 2 s of pre-record and segments of 2 s. */
  constructor(
    directory: string,
    identity: string,
    { policy = {}, ...config }: { readonly policy?: object; readonly [key: string]: unknown } = {},
  ) {
    this.directory = directory;
    this.identity = identity;
    mkdirSync(directory, { recursive: true });
    const path = join(directory, 'camera.json');
    const base = {
      stateDirectory: join(directory, 'state'),
      identityDirectory: identity,
      headFile: join(directory, 'journal-head.json'),
      capture: { kind: 'test-pattern' },
      policy: {
        picture: { width: 320, height: 240, framesPerSecond: 25, bitsPerSecond: 300_000 },
        preRecordSeconds: 2,
        segmentSeconds: 2,
        storage: { warnAtBytes: [] },
        ...policy,
      },
      docking: { host: '127.0.0.1', port: 0 },
      control: { port: 0 },
      reserveBytes: 0,
    };
    writeFileSync(path, JSON.stringify({ ...base, ...config }));
    this.#program = new Program(
      'camera',
      ['device/main.ts', '--config', path, '--simulate'],
      join(directory, 'camera.log'),
    );
  }

  /** With a replayed film at many times its speed: a camera that does much in little time. */
  static async fast(directory: string, identity: string, config: object = {}): Promise<CameraProgram> {
    mkdirSync(directory, { recursive: true });
    const film = join(directory, 'film.mp4');
    writeFileSync(film, await cameraFilm());
    return new CameraProgram(directory, identity, {
      capture: { kind: 'replay', path: film, speed: 8 },
      ...config,
    });
  }

  get docking(): number {
    return this.#docking;
  }

  get control(): number {
    return this.#control;
  }

  /** Opens the web camera's page, once; empty if none is configured. */
  get web(): string {
    return this.#web;
  }

  get footage(): string {
    return join(this.directory, 'state/epoch-1/footage');
  }

  async start(): Promise<void> {
    const ready = await this.#program.start();
    this.#control = Number(ready['control']);
    this.#docking = Number(ready['docking']);
    this.#web = typeof ready['web'] === 'string' ? ready['web'] : '';
  }

  async kill(): Promise<void> {
    await this.#program.kill();
  }

  async stop(): Promise<boolean> {
    return await this.#program.stop();
  }

  get pid(): number | undefined {
    return this.#program.pid;
  }

  get exitCode(): number | undefined {
    return this.#program.exitCode;
  }

  get running(): boolean {
    return this.#program.running;
  }

  async press(button: string): Promise<PressAnswer> {
    return await this.#buttons.press(button);
  }

  async status(): Promise<CameraStatus> {
    return await this.#buttons.status();
  }

  async attach(attached: boolean): Promise<void> {
    await this.#buttons.attach(attached);
  }

  async ask(method: string, path: string, body?: unknown): Promise<unknown> {
    return await this.#buttons.ask(method, path, body);
  }

  /** The journal, while no process has it. */
  openJournal(): Journal {
    return openJournal(join(this.directory, 'state/epoch-1/journal.db'), this.identity);
  }

  files(): string[] {
    return readdirSync(this.footage).sort();
  }

  log(): string {
    return readFileSync(join(this.directory, 'camera.log'), 'utf8');
  }

  recordingKey(journal: Journal, { opened }: RecordingModel, agencyKey: string): string {
    const wrapped = this.#file(journal, opened.body.key.object);
    return fromUtf8(ageOpen(wrapped, [x25519Identity(agencyKey)]).plaintext).trim();
  }

  #file(journal: Journal, object: string): Uint8Array {
    return readFileSync(join(this.footage, journal.object(object)?.file ?? 'not held'));
  }

  /** Plaintext of a segment, opened with the agency's key through the recording's wrapped one. */
  openSegment(
    journal: Journal,
    recording: RecordingModel,
    segment: SegmentModel,
    agencyKey: string,
  ): Uint8Array {
    const key = this.recordingKey(journal, recording, agencyKey);
    const recovered = segment.content === undefined;
    const sealed = this.#file(journal, segment.object);
    const end = ageOpen(sealed, [x25519Identity(key)], recovered ? 'tolerate-cut' : 'whole');
    if (end.lostBytes > 0) throw new Error(`${end.lostBytes} bytes of segment ${segment.index} are lost`);
    return recovered ? wholeFragments(end.plaintext) : end.plaintext;
  }

  /** What plays of each segment. */
  openSegments(journal: Journal, recording: RecordingModel, agencyKey: string): Uint8Array[] {
    return recording.segments.map((segment) =>
      upToLastPicture(this.openSegment(journal, recording, segment, agencyKey)),
    );
  }
}

/** What a stranger with the agency's root concludes from the journal, the sealed files and the recording keys. */
export async function judge(camera: CameraProgram, journal: Journal, agencyKey: string): Promise<Verdict> {
  const { chain } = loadEvidenceIdentity(camera.identity, 'camera');
  const fileOf = (object: string): string | undefined => journal.object(object)?.file;
  const replay = auditJournal(journal, camera.identity);
  const checkpoint = journal.checkpointAt(journal.size);
  return await verifyEvidence({
    journal: journal.name,
    entries: journal.entries(0, journal.size).map((bytes, index) => ({ index, bytes })),
    checkpoint,
    cameraChain: chain,
    roots: loadRoots(camera.identity),
    known: [peekCheckpoint(checkpoint)],
    footage: {
      sealed: (object) => {
        const file = fileOf(object);
        return file === undefined
          ? undefined
          : { bytes: createReadStream(join(camera.footage, file)), place: { file } };
      },
      content: (recording, segment) => {
        const model = replay.recordings.get(recording);
        if (model === undefined || fileOf(segment.object) === undefined) return undefined;
        const content = camera.openSegment(journal, model, segment, agencyKey);
        return { bytes: Readable.from([content]), place: { file: `${recording}.${segment.index}.mp4` } };
      },
      key: (recording) => {
        const model = replay.recordings.get(recording);
        const held = model !== undefined && fileOf(model.opened.body.key.object) !== undefined;
        return held ? camera.recordingKey(journal, model, agencyKey) : undefined;
      },
    },
  });
}

/** One film of all segments: the init segment once, then every fragment. */
export function joinSegments(segments: readonly Uint8Array[]): Uint8Array {
  const parts = segments.map((content) => splitInit(content));
  return concat([parts[0]?.init ?? new Uint8Array(0), ...parts.map(({ fragments }) => fragments)]);
}

/** Whole boxes, without a `moof` whose `mdat` was cut off. */
export function upToLastPicture(plaintext: Uint8Array): Uint8Array {
  const whole = wholeFragments(plaintext);
  const last = readBoxes(whole).findLast(({ type }) => type === 'mdat');
  const end = last === undefined ? 0 : last.bytes.byteOffset + last.bytes.length - whole.byteOffset;
  return whole.subarray(0, end);
}
