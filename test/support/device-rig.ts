import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { readCameraPolicy, type MessageOf } from '@mingjing/protocol';
import {
  loadEvidenceIdentity,
  loadLines,
  loadRoots,
  loadTlsIdentity,
  IDENTITY_FILES,
} from '@mingjing/runtime';
import { FileFootageStore } from '../../device/adapters/file-footage-store.ts';
import { HttpsDocking } from '../../device/adapters/https-docking/https-docking.ts';
import { SystemClock } from '../../device/adapters/system-clock.ts';
import type { Clock } from '../../device/ports/clock.ts';
import type { FootageStore } from '../../device/ports/footage-store.ts';
import type { Journal } from '../../device/ports/journal.ts';
import { Alarms } from '../../device/shell/alarms.ts';
import { CameraDesk } from '../../device/shell/docking-desk.ts';
import { Camera } from '../../device/shell/camera.ts';
import type { CameraPorts, CameraSettings } from '../../device/shell/camera-ports.ts';
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
  readonly reserveBytes?: number;
  /** Sees the camera before it starts. */
  readonly beforeStart?: (camera: Camera) => void;
  readonly awaitCapture?: boolean;
  readonly clock?: Clock;
}

/** A whole camera in this process: real journal, store and docking line; capture and position by script. */
export class CameraRig {
  readonly camera: Camera;
  readonly journal: Journal;
  readonly store: FootageStore;
  readonly capture: ScriptedCapture;
  readonly link: HttpsDocking;
  readonly alarms: MessageOf<'alarm'>[];
  readonly clock: Clock;
  #mediaMs = 0;

  private constructor(
    camera: Camera,
    ports: CameraPorts,
    capture: ScriptedCapture,
    link: HttpsDocking,
    alarms: MessageOf<'alarm'>[],
    clock: Clock,
  ) {
    this.camera = camera;
    this.journal = ports.journal;
    this.store = ports.store;
    this.capture = capture;
    this.link = link;
    this.alarms = alarms;
    this.clock = clock;
  }

  static async start(options: RigOptions): Promise<CameraRig> {
    const { identity, directory } = options;
    mkdirSync(directory, { recursive: true });
    const clock = options.clock ?? new SystemClock();
    const capture = new ScriptedCapture(plainInit());
    const alarms: MessageOf<'alarm'>[] = [];
    const real = await FileFootageStore.open(join(directory, 'footage'));
    const ports: CameraPorts = {
      clock,
      capture,
      journal: openJournal(join(directory, 'journal.db'), identity, clock),
      store: options.store?.(real) ?? real,
      position: new ScriptedPosition(clock),
      log: quiet,
      messages: {
        configured: true,
        connected: true,
        state: () => undefined,
        alarm: (alarm) => alarms.push(alarm),
        close: () => Promise.resolve(),
      },
    };
    const settings = settingsOf(identity, options.reserveBytes ?? 0);
    const bells = new Alarms(ports);
    const desk = new CameraDesk(ports, settings, bells);
    const tls = loadTlsIdentity(identity, 'camera');
    const link = await HttpsDocking.create({ host: '127.0.0.1', port: 0 }, tls, desk, quiet);
    const camera = new Camera(ports, settings, link, bells);
    options.beforeStart?.(camera);
    await camera.start();
    const rig = new CameraRig(camera, ports, capture, link, alarms, clock);
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

  /** Presses record, takes fragments, presses stop; gives the recording. */
  async record(fragments: number, bytes?: number): Promise<string> {
    const { recording } = await this.camera.press('record');
    this.fragments(fragments, bytes);
    await this.stop();
    return recording ?? '';
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

function settingsOf(identity: string, reserveBytes: number): CameraSettings {
  const { certificate, chain } = loadEvidenceIdentity(identity, 'camera');
  return {
    recorder: {
      device: 'cam-1',
      officer: '110-77',
      policy: readCameraPolicy({ preRecordSeconds: 4, segmentSeconds: 4, storage: { warnAtBytes: [] } }),
      reserveBytes,
    },
    software: 'test/1',
    officer: { number: '110-77' },
    evidence: { certificate, chain },
    roots: loadRoots(identity),
    recipients: loadLines(identity, IDENTITY_FILES.recipients),
  };
}
