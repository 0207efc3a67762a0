import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { generateAgeIdentity, readCameraPolicy, type ArchiveLink, type MessageOf } from '@mingjing/protocol';
import { HttpsArchive, loadEvidenceIdentity, loadRoots, loadTlsIdentity } from '@mingjing/runtime';
import { FileFootageStore } from '../../device/adapters/file-footage-store.ts';
import { SystemClock } from '../../device/adapters/system-clock.ts';
import type { CameraView } from '../../device/core/camera-view.ts';
import type { ArchiveLine } from '../../device/ports/archive-line.ts';
import type { FootageStore } from '../../device/ports/footage-store.ts';
import { segmentFile } from '../../device/core/file-names.ts';
import type { Journal } from '../../device/ports/journal.ts';
import { Alarms } from '../../device/shell/alarms.ts';
import type { CameraPorts, CameraSettings } from '../../device/shell/camera-ports.ts';
import { CameraDesk } from '../../device/shell/docking-desk.ts';
import type { Timekeeper } from '../../device/shell/timekeeper.ts';
import type { DockingCare } from '../../device/ports/docking-link.ts';
import { Uplink } from '../../device/shell/uplink.ts';
import { quiet } from './device-capture.ts';
import { openJournal } from './device-journal.ts';
import { plainFragment, plainInit } from './device-media.ts';

type Policy = CameraView['policy']['uplink'];

/** Journal, footage, desk and uplink as they are in a camera; what the recorder would do, a test does by hand. */
export class UplinkRig {
  readonly journal: Journal;
  readonly store: FootageStore;
  readonly desk: CameraDesk;
  readonly uplink: Uplink;
  readonly alarms: MessageOf<'alarm'>[] = [];
  /** Objects that were sent whole, in order. */
  readonly sent: string[] = [];
  /** Pages of the journal that were sent. */
  pages = 0;
  readonly #listeners = new Set<(view: CameraView) => void>();
  #view: Pick<CameraView, 'attached' | 'recording'> & { readonly uplink: Policy };

  private constructor(url: string, identity: string, store: FootageStore, directory: string, uplink: Policy) {
    const clock = new SystemClock();
    this.store = store;
    this.journal = openJournal(join(directory, 'journal.db'), identity, clock);
    this.#view = { attached: false, uplink };
    const ports = {
      ...{ clock, journal: this.journal, store, log: quiet },
      messages: {
        configured: false,
        connected: false,
        state: () => undefined,
        alarm: (alarm: MessageOf<'alarm'>) => this.alarms.push(alarm),
        close: () => Promise.resolve(),
      },
    } as unknown as CameraPorts; // of a camera's ports, those that desk and alarms use
    const { certificate, chain } = loadEvidenceIdentity(identity, 'camera');
    const settings = {
      software: 'test/1',
      evidence: { certificate, chain },
      roots: loadRoots(identity),
    } as unknown as CameraSettings;
    const bells = new Alarms(ports);
    // No dock tells it the time, or cares for it.
    this.desk = new CameraDesk(
      ports,
      settings,
      bells,
      {} as unknown as Timekeeper,
      { docked: () => undefined } as DockingCare,
    );
    this.uplink = new Uplink({
      line: this.#noted(new HttpsArchive(url, loadTlsIdentity(identity, 'camera'), 2_000)),
      ...{ desk: this.desk, journal: this.journal, clock, alarms: bells, log: quiet },
      hands: {
        view: () => this.#whole(),
        watch: (listener) => {
          this.#listeners.add(listener);
          listener(this.#whole());
          return () => void this.#listeners.delete(listener);
        },
      },
      random: () => 0,
    });
    this.journal.append({ type: 'power-on', device: 'cam-1', epoch: 1, software: 'test/1', cause: 'start' });
  }

  static async open(
    url: string,
    identity: string,
    directory: string,
    policy: Partial<Policy> = {},
  ): Promise<UplinkRig> {
    mkdirSync(directory, { recursive: true });
    const store = await FileFootageStore.open(join(directory, 'footage'));
    const whole: Policy = { send: 'everything', bytesPerSecond: 100_000_000, ...policy };
    return new UplinkRig(url, identity, store, directory, whole);
  }

  async close(): Promise<void> {
    await this.uplink.stop();
    this.journal.close();
  }

  see(change: { attached?: boolean; recording?: string; uplink?: Partial<Policy> }): void {
    const { uplink, ...rest } = change;
    this.#view = { ...this.#view, ...rest, uplink: { ...this.#view.uplink, ...uplink } };
    for (const listener of this.#listeners) listener(this.#whole());
  }

  /** A recording of so many segments of about so many bytes; gives its objects, the key first. */
  async record(
    segments: number,
    options: { bytes?: number; marks?: readonly ('mark' | 'key')[]; open?: boolean } = {},
  ): Promise<{ recording: string; objects: string[] }> {
    const { bytes = 20_000, marks = [], open = false } = options;
    const recording = randomBytes(16).toString('hex');
    const { recipient } = generateAgeIdentity();
    const file = `${recording}.key.age`;
    const key = await this.store.put(file, randomBytes(200));
    const start = new Date().toISOString();
    this.journal.append(
      {
        type: 'recording-opened',
        recording,
        mode: 'video',
        cause: 'button',
        start,
        key: { recipient, ...key },
      },
      file,
    );
    for (const kind of marks) this.journal.append({ type: 'marked', recording, kind });
    const objects = [key.object];
    for (let index = 0; index < segments; index += 1)
      objects.push(await this.#segment(recording, index, recipient, bytes));
    if (!open) this.closeRecording(recording, segments, marks.length);
    return { recording, objects };
  }

  closeRecording(recording: string, segments: number, marks = 0): void {
    const end = new Date().toISOString();
    this.journal.append({ type: 'recording-closed', recording, reason: 'stopped', segments, marks, end });
  }

  async #segment(recording: string, index: number, recipient: string, bytes: number): Promise<string> {
    const file = segmentFile(recording, index);
    const start = new Date().toISOString();
    const clock = { source: 'free-running' } as const;
    this.journal.beginSegment({ recording, index, file, start, clock });
    const writer = await this.store.beginSegment(file, recipient, plainInit());
    const { moof, mdat } = plainFragment({ mediaMs: 0, mono: 0, bytes });
    await writer.append([moof, mdat]);
    const sealed = await writer.seal();
    const end = new Date().toISOString();
    this.journal.append({ type: 'segment-sealed', recording, index, ...sealed, start, end, clock }, file);
    return sealed.object;
  }

  #whole(): CameraView {
    const { uplink, ...view } = this.#view;
    return { ...view, policy: readCameraPolicy({ uplink }) } as CameraView; // of a view, what the uplink looks at
  }

  #noted(line: ArchiveLine): ArchiveLine {
    const noted: ArchiveLink['putObject'] = async (object, size, bytes, signal, from) => {
      await line.putObject(object, size, bytes, signal, from);
      this.sent.push(object);
    };
    return {
      state: line.state.bind(line),
      pushJournal: async (camera, page, signal) => {
        this.pages += 1;
        return await line.pushJournal(camera, page, signal);
      },
      putObject: noted,
      uploadOffset: line.uploadOffset.bind(line),
      receipt: line.receipt.bind(line),
      policy: line.policy.bind(line),
      close: () => line.close(),
    };
  }
}
