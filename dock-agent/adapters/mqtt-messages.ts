import {
  OFFICER_NUMBER_PATTERN,
  type Charge,
  type DockCameras,
  type DockState,
  type MessageKind,
  type MessageOf,
} from '@mingjing/protocol';
import { MessageLink, MessageOutbox, type Log, type TlsIdentity } from '@mingjing/runtime';
import type { ShownState } from '../core/bay-model.ts';
import type { BayAlarm, BayCharge, BayProgress, CameraFacts, Messages } from '../ports/messages.ts';

type Bay = DockState['bays'][number];
type ChargingBay = Charge['bays'][number];
type CameraInBay = DockCameras['cameras'][number];

/** Readings that moved are told together, and no more often: each message is written to the disk first. */
const READINGS_MS = 10_000;
const NUMBER = new RegExp(OFFICER_NUMBER_PATTERN);
const RESULTS = ['good', 'unsure', 'bad'] as const;

/** The dock on MQTT: state retained, with a last will; progress; alarms through the outbox on disk. */
export class MqttMessages implements Messages {
  readonly #link: MessageLink;
  readonly #bays = new Map<number, Bay>();
  readonly #charges = new Map<number, ChargingBay>();
  #chargesLater: NodeJS.Timeout | undefined;
  readonly #cameras = new Map<number, CameraInBay>();
  readonly #log: Log;

  constructor(url: string, identity: TlsIdentity, outboxPath: string, bays: readonly number[], log: Log) {
    this.#log = log;
    for (const bay of bays) this.#bays.set(bay, { bay, state: 'empty' });
    const message = (): DockState => this.#state(false);
    const outbox = new MessageOutbox(outboxPath, (err) =>
      log.error({ err, path: outboxPath }, 'the outbox was damaged: it is put aside, and another begun'),
    );
    this.#link = new MessageLink(url, identity, outbox, {
      kind: 'dock-state',
      message,
    });
    this.#publish('dock-state', this.#state(true));
    this.#publishCameras();
  }

  showBay(bay: number, state: ShownState, camera: string | undefined): void {
    this.#bays.set(bay, { bay, state, ...(camera === undefined ? {} : { camera }) });
    this.#publish('dock-state', this.#state(true));
    const told = this.#cameras.get(bay)?.camera;
    const isGone = state === 'empty' || (camera !== undefined && camera !== told);
    if (told !== undefined && isGone && this.#cameras.delete(bay)) this.#publishCameras();
  }

  progress({ remaining, ...progress }: BayProgress): void {
    const rest = remaining === undefined ? {} : { remaining };
    this.#publish('progress', { at: new Date().toISOString(), ...progress, ...rest });
  }

  /** Where it was begins the detail: people's pages read it off there. */
  alarm({ id, bay, camera, code, severity, detail }: BayAlarm): void {
    const at = new Date().toISOString();
    const places = [
      ...(bay === undefined ? [] : [`bay ${bay}`]),
      ...(camera === undefined ? [] : [`camera ${camera}`]),
    ];
    const place = places.length === 0 ? 'dock' : places.join(', ');
    this.#publish('alarm', { at, id, code, severity, detail: `${place}: ${detail}`.slice(0, 1024) });
  }

  showCharge({ bay, state, milliamps, celsius }: BayCharge): void {
    const before = this.#charges.get(bay)?.state;
    const readings = {
      ...(milliamps === undefined ? {} : { milliamps }),
      ...(celsius === undefined ? {} : { celsius }),
    };
    this.#charges.set(bay, { bay, state, ...readings });
    if (before !== state) this.#publishCharges();
    else this.#chargesLater ??= setTimeout(() => this.#publishCharges(), READINGS_MS);
  }

  /** The officer by number alone: names are in the roster of whoever may know them. */
  showCamera({ bay, camera, batteryPercent, freeBytes, officer, diagnosis }: CameraFacts): void {
    const result = RESULTS.find((known) => known === diagnosis?.result);
    const facts: CameraInBay = {
      ...{ bay, camera },
      ...(batteryPercent === undefined ? {} : { battery: batteryPercent }),
      ...(freeBytes === undefined ? {} : { storageFree: freeBytes }),
      ...(officer !== undefined && NUMBER.test(officer.number) ? { officer: officer.number } : {}),
      ...(result && { diagnosis: result }),
    };
    if (JSON.stringify(facts) === JSON.stringify(this.#cameras.get(bay))) return;
    this.#cameras.set(bay, facts);
    this.#publishCameras();
  }

  async close(): Promise<void> {
    clearTimeout(this.#chargesLater);
    this.#publish('dock-state', this.#state(false));
    this.#cameras.clear();
    this.#publishCameras();
    await this.#link.close();
  }

  #publishCharges(): void {
    clearTimeout(this.#chargesLater);
    this.#chargesLater = undefined;
    this.#publish('charge', { at: new Date().toISOString(), bays: [...this.#charges.values()] });
  }

  /** A full disk is no reason to stop moving footage. */
  #publish<K extends MessageKind>(kind: K, message: MessageOf<K>): void {
    try {
      this.#link.publish(kind, message);
    } catch (error) {
      this.#log.error({ err: error, kind, message }, 'a message could not be kept');
    }
  }

  #publishCameras(): void {
    this.#publish('dock-cameras', { at: new Date().toISOString(), cameras: [...this.#cameras.values()] });
  }

  #state(online: boolean): DockState {
    return { at: new Date().toISOString(), online, bays: [...this.#bays.values()] };
  }
}
