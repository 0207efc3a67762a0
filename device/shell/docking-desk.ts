import {
  toBase64,
  type DeviceIdentity,
  type JournalPage,
  type ReceiptDelivery,
  type ReceiptOutcome,
  type RefusalCode,
  type TimeClaim,
  type TimeOutcome,
} from '@mingjing/protocol';
import { DeviceError } from '../core/errors.ts';
import { ReadFailures } from '../core/read-failures.ts';
import { acceptReceipt, freedBy, type AcceptedReceipt } from '../core/receipt-rules.ts';
import type { DockingCare, DockingDesk, HeldBytes } from '../ports/docking-link.ts';
import type { ObjectRecord } from '../ports/journal.ts';
import type { Alarms } from './alarms.ts';
import type { CameraPorts, CameraSettings } from './camera-ports.ts';
import { declareLost, servedWhole } from './held-object.ts';
import type { Timekeeper } from './timekeeper.ts';

const MAX_OBJECTS_PER_ENTRY = 500;

/**
 * What a dock may ask of this camera, and what it may bring: a receipt, believed for its signature only, and the time,
 * believed as far as a dock's word goes.
 */
export class CameraDesk implements DockingDesk {
  readonly care: DockingCare;
  readonly #ports: CameraPorts;
  readonly #settings: CameraSettings;
  readonly #alarms: Alarms;
  readonly #timekeeper: Timekeeper;
  readonly #failures = new ReadFailures();
  #receipts: Promise<unknown> = Promise.resolve();

  constructor(
    ports: CameraPorts,
    settings: CameraSettings,
    alarms: Alarms,
    timekeeper: Timekeeper,
    care: DockingCare,
  ) {
    this.care = care;
    this.#ports = ports;
    this.#settings = settings;
    this.#alarms = alarms;
    this.#timekeeper = timekeeper;
  }

  docked(): void {
    this.#timekeeper.docked();
    this.care.docked();
  }

  identity(): DeviceIdentity {
    const { journal } = this.#ports;
    const { device, epoch } = journal.name;
    const { software, evidence } = this.#settings;
    return { device, epoch, software, evidence: [...evidence.chain], size: journal.size };
  }

  journal(epoch: number, from: number, limit: number): JournalPage | RefusalCode {
    const { journal } = this.#ports;
    if (epoch !== journal.name.epoch) return 'not-found';
    if (from > journal.size || from < journal.first) return 'journal-gap';
    const entries = journal.entries(from, limit);
    return {
      epoch,
      from,
      entries: entries.map(toBase64),
      checkpoint: journal.checkpointAt(from + entries.length),
      evidence: [...this.#settings.evidence.chain],
    };
  }

  async object(object: string): Promise<HeldBytes | RefusalCode> {
    const { journal, store } = this.#ports;
    const record = journal.object(object);
    if (record === undefined) return 'not-found';
    const { file, size } = record;
    const found = await store.sizeOf(file);
    if (found !== size) {
      declareLost(this.#ports, this.#alarms, record, found);
      return 'not-found';
    }
    const whole = (from: number, to: number): boolean => from === 0 && to === size;
    return {
      size,
      read: async (from, to) =>
        whole(from, to)
          ? servedWhole(this.#ports, this.#alarms, this.#failures, record)
          : await store.open(file, from, to),
    };
  }

  time(claim: TimeClaim, lateMs: number): TimeOutcome {
    return { believed: this.#timekeeper.takeFromDock(claim, lateMs) };
  }

  /** One receipt at a time: what the first frees, the second finds freed. */
  receipt(delivery: ReceiptDelivery): Promise<ReceiptOutcome | RefusalCode> {
    const outcome = this.#receipts.then(() => this.#takeReceipt(delivery));
    this.#receipts = outcome.catch(() => undefined);
    return outcome;
  }

  async #takeReceipt(delivery: ReceiptDelivery): Promise<ReceiptOutcome | RefusalCode> {
    const { journal, clock } = this.#ports;
    const { certificate } = this.#settings.evidence;
    let receipt: AcceptedReceipt;
    try {
      receipt = acceptReceipt(delivery, {
        agency: certificate.name.agency,
        roots: this.#settings.roots,
        journal: journal.name,
        size: journal.size,
        first: journal.first,
        rootAt: (size) => journal.rootAt(size),
        at: clock.now().at,
      });
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      this.#alarms.raise('bad-receipt', 'critical', error.message);
      return 'bad-receipt';
    }
    const open = new Set(journal.openRecordings().map(({ recording }) => recording));
    const covered = freedBy(receipt.size, journal.held(), open);
    const freed = covered.filter((record) => journal.bearsOut(record));
    if (freed.length < covered.length) {
      const detail = `${covered.length - freed.length} not named where the index says`;
      this.#alarms.raise('journal-inconsistent', 'critical', detail);
    }
    for (let from = 0; from < freed.length; from += MAX_OBJECTS_PER_ENTRY) {
      await this.#release(freed.slice(from, from + MAX_OBJECTS_PER_ENTRY), receipt);
    }
    journal.settle(receipt.size);
    return { released: freed.length };
  }

  /** INVARIANT: the release is durable in the journal before the first byte is gone. */
  async #release(objects: readonly ObjectRecord[], receipt: AcceptedReceipt): Promise<void> {
    const { journal, store } = this.#ports;
    const { archive, size, root } = receipt;
    journal.append({
      type: 'object-released',
      objects: objects.map(({ object }) => object),
      receipt: { archive, size, root: toBase64(root) },
    });
    const files = objects.map(({ file }) => file);
    await store.remove(files);
    journal.forgetFiles(files);
  }
}
