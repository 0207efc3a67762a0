import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { concat, readCameraPolicy, toUtf8, WAV_CHUNK_BYTES, type MessageOf } from '@mingjing/protocol';
import {
  loadEvidenceIdentity,
  loadLines,
  loadRoots,
  loadTlsIdentity,
  IDENTITY_FILES,
} from '@mingjing/runtime';
import { DisciplinedClock } from '../../device/adapters/disciplined-clock.ts';
import { MAX_LEAD_MS } from '../../device/core/clock-discipline.ts';
import { FileFootageStore } from '../../device/adapters/file-footage-store.ts';
import { FileMemory } from '../../device/adapters/file-memory.ts';
import { HttpsDocking } from '../../device/adapters/https-docking/https-docking.ts';
import { SystemClock } from '../../device/adapters/system-clock.ts';
import type { Clock } from '../../device/ports/clock.ts';
import type { FootageStore } from '../../device/ports/footage-store.ts';
import type { Journal } from '../../device/ports/journal.ts';
import type { PhotoMaker } from '../../device/ports/photo-maker.ts';
import type { Power } from '../../device/ports/power.ts';
import { Alarms } from '../../device/shell/alarms.ts';
import { CareDesk } from '../../device/shell/care-desk.ts';
import { CameraDesk } from '../../device/shell/docking-desk.ts';
import { Camera } from '../../device/shell/camera.ts';
import type { CameraPorts, CameraSettings } from '../../device/shell/camera-ports.ts';
import { Timekeeper } from '../../device/shell/timekeeper.ts';
import { ScriptedCapture } from '../../device/simulated/scripted-capture.ts';
import { ScriptedPosition } from '../../device/simulated/scripted-position.ts';
import { quiet } from './device-capture.ts';
import { openJournal } from './device-journal.ts';
import { plainFragment, plainInit } from './device-media.ts';
import { until } from './processes.ts';

export interface RigOptions {
  readonly identity: string;
  readonly directory: string;
  readonly store?: (real: FootageStore) => FootageStore;
  readonly journal?: (real: Journal) => Journal;
  readonly reserveBytes?: number;
  /** Sees the camera before it starts. */
  readonly beforeStart?: (camera: Camera) => void;
  readonly awaitCapture?: boolean;
  readonly clock?: Clock;
  /** Laid over 4 s of pre-record and segments of 4 s. */
  readonly policy?: object;
  readonly photoMaker?: PhotoMaker;
  readonly power?: Power;
}

/** No picture, but begun and ended like one. */
export const PLAIN_PHOTO: PhotoMaker = {
  develop: (_init, _fragment, comment) =>
    Promise.resolve(
      concat([Uint8Array.of(0xff, 0xd8, 0xff, 0xfe), toUtf8(comment), Uint8Array.of(0xff, 0xd9)]),
    ),
};

/** A whole camera in this process: real journal, store and docking line; capture and position by script. */
export class CameraRig {
  readonly camera: Camera;
  readonly journal: Journal;
  readonly store: FootageStore;
  readonly capture: ScriptedCapture;
  readonly link: HttpsDocking;
  readonly alarms: MessageOf<'alarm'>[];
  readonly clock: Clock;
  readonly position: ScriptedPosition;
  /** What the camera asked of whoever runs it. */
  readonly lived: readonly string[];
  #mediaMs = 0;

  private constructor(
    camera: Camera,
    ports: CameraPorts,
    capture: ScriptedCapture,
    link: HttpsDocking,
    alarms: MessageOf<'alarm'>[],
    clock: Clock,
    lived: readonly string[],
    position: ScriptedPosition,
  ) {
    this.camera = camera;
    this.journal = ports.journal;
    this.store = ports.store;
    this.capture = capture;
    this.link = link;
    this.alarms = alarms;
    this.clock = clock;
    this.lived = lived;
    this.position = position;
  }

  static async start(options: RigOptions): Promise<CameraRig> {
    const { identity, directory } = options;
    mkdirSync(directory, { recursive: true });
    const clock = new DisciplinedClock(options.clock ?? new SystemClock(), {
      driftPpm: 200,
      maxLeadMs: MAX_LEAD_MS,
      earliest: '2000-01-01T00:00:00.000Z',
      latest: '2100-01-01T00:00:00.000Z',
    });
    const capture = new ScriptedCapture(plainInit());
    const alarms: MessageOf<'alarm'>[] = [];
    const real = await FileFootageStore.open(join(directory, 'footage'));
    const position = new ScriptedPosition(clock);
    const journal = openJournal(join(directory, 'journal.db'), identity, clock);
    const ports: CameraPorts = {
      clock,
      capture,
      journal: options.journal?.(journal) ?? journal,
      store: options.store?.(real) ?? real,
      memory: new FileMemory(directory),
      photoMaker: options.photoMaker ?? PLAIN_PHOTO,
      ...(options.power === undefined ? {} : { power: options.power }),
      position,
      log: quiet,
      messages: {
        configured: true,
        connected: true,
        state: () => undefined,
        alarm: (alarm) => alarms.push(alarm),
        close: () => Promise.resolve(),
      },
    };
    const settings = settingsOf(identity, options.reserveBytes ?? 0, options.policy ?? {});
    const bells = new Alarms(ports);
    const timekeeper = new Timekeeper(clock, bells, quiet);
    const care = new CareDesk({ ports, settings, alarms: bells, hands: () => camera });
    const desk = new CameraDesk(ports, settings, bells, timekeeper, care);
    const tls = loadTlsIdentity(identity, 'camera');
    const link = await HttpsDocking.create({ host: '127.0.0.1', port: 0 }, tls, desk, quiet);
    const lived: string[] = [];
    const camera = new Camera(ports, settings, link, bells, {
      switchOff: (reason) => lived.push(`switch off: ${reason}`),
      broken: () => lived.push('broken'),
      policyApplied: ({ version }) => lived.push(`policy ${version}`),
    });
    options.beforeStart?.(camera);
    const { last } = ports.journal;
    if (last !== undefined) clock.holdTo(last.at);
    await camera.start();
    timekeeper.begin((step) => camera.clockStepped(step));
    position.onTime((reading) => void timekeeper.take(reading));
    const rig = new CameraRig(camera, ports, capture, link, alarms, clock, lived, position);
    if (options.awaitCapture ?? true) await rig.captureReady();
    return rig;
  }

  async captureReady(): Promise<void> {
    await until('the capture is started', () => this.capture.running, 10_000, 5);
    this.capture.ready();
  }

  /** So many fragments of 0.8 s, all at once. */
  fragments(count: number, bytes = 2_000): void {
    for (let n = 0; n < count; n += 1) {
      this.capture.emit({
        ...plainFragment({ mediaMs: this.#mediaMs, mono: 0, bytes }),
        ...this.clock.now(),
      });
      this.#mediaMs += 800;
    }
  }

  /** The source goes on from another place on its timeline. */
  seekMedia(millis: number): void {
    this.#mediaMs = millis;
  }

  /** Presses record, takes fragments, presses stop; gives the recording. Out of the dock, if it is in it. */
  async record(fragments: number, bytes?: number): Promise<string> {
    const { attached } = this.camera.view();
    if (attached) await this.undock();
    const { recording } = await this.camera.press('record');
    this.fragments(fragments, bytes);
    await this.stop();
    if (attached) await this.camera.dock(true);
    return recording ?? '';
  }

  /** Out of the dock, and taking in again. */
  async undock(): Promise<void> {
    await until('the capture is off', () => !this.capture.running, 10_000, 5);
    await this.camera.dock(false);
    await this.captureReady();
  }

  /** So many pieces of sound alone, all at once. */
  pieces(count: number, bytes = WAV_CHUNK_BYTES): void {
    for (let n = 0; n < count; n += 1)
      this.capture.emitSound(this.clock.now(), new Uint8Array(bytes).fill(n + 1));
  }

  async stop(): Promise<void> {
    const stopped = this.camera.press('stop');
    // The fragment that holds the press.
    this.fragments(1);
    await stopped;
  }

  async close(): Promise<void> {
    await this.camera.shutDown('test');
    this.journal.close();
  }
}

function settingsOf(identity: string, reserveBytes: number, policy: object): CameraSettings {
  const { certificate, chain } = loadEvidenceIdentity(identity, 'camera');
  return {
    recorder: {
      device: 'cam-1',
      officer: { number: '110-77' },
      sources: { picture: true, sound: true },
      policy: readCameraPolicy({
        preRecordSeconds: 4,
        segmentSeconds: 4,
        storage: { warnAtBytes: [] },
        ...policy,
      }),
      reserveBytes,
    },
    software: 'test/1',
    evidence: { certificate, chain },
    roots: loadRoots(identity),
    recipients: loadLines(identity, IDENTITY_FILES.recipients),
  };
}
