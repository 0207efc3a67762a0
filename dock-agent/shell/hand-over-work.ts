import {
  randomBytes,
  toHex,
  type CameraAssignment,
  type CameraCondition,
  type DockNote,
  type RosterOfficer,
} from '@mingjing/protocol';
import { PeerRefusal, type Log } from '@mingjing/runtime';
import { BayFailure } from '../core/failures.ts';
import type { HandOver } from '../core/issue-model.ts';
import { reconcile } from '../core/issue-rules.ts';
import type { CameraLink } from '../ports/camera-link.ts';
import type { Clock } from '../ports/clock.ts';
import type { IssueRefusalCode } from '../ports/issue-desk.ts';
import type { IssueStore } from '../ports/issue-store.ts';
import type { Place } from './bay-board.ts';
import type { ToldCondition } from './care.ts';

const MAX_MS = 15_000;

export interface HandOverParts {
  readonly store: IssueStore;
  /** A fresh line to the camera in a bay. */
  readonly openCamera: (bay: number) => CameraLink;
  /** By this dock's evidence key. */
  readonly sign: (assignment: CameraAssignment) => { readonly delivery: DockNote; readonly hash: string };
  /** Told how the camera is after it. Never throws. */
  readonly tell: (told: ToldCondition) => void;
  readonly clock: Clock;
  readonly log: Log;
}

/** Whether a camera may be handed over as it is. */
export type Judge = (condition: CameraCondition) => IssueRefusalCode | undefined;

/**
 * Hands cameras over, one officer at a camera at a time, and keeps the ledger.
 *
 * INVARIANT: what the dock signs is in the ledger before the camera hears of it. What became of it is the camera's word: where
 * the line broke before that, the ledger says so, and is put right when the camera tells who has it.
 */
export class HandOverWork {
  readonly #parts: HandOverParts;
  readonly #underWay = new Set<string>();
  readonly #looking = new Set<Promise<void>>();
  readonly #ending = new AbortController();
  /** By camera: the clock when the last hand-over ended. What a camera was asked before then is an old word. */
  readonly #ended = new Map<string, number>();

  constructor(parts: HandOverParts) {
    this.#parts = parts;
  }

  /** Nothing is under way any more when it resolves. */
  async close(): Promise<void> {
    this.#ending.abort();
    await Promise.all(this.#looking);
  }

  isBusy(device: string): boolean {
    return this.#underWay.has(device);
  }

  /**
   * Gives how the camera was just before, or why it was not handed over. Rejects when the ledger cannot be written: then the
   * camera was asked nothing.
   */
  async handOver(
    { bay, device }: Place,
    officer: RosterOfficer,
    kind: HandOver['kind'],
    judge: Judge,
  ): Promise<{ readonly condition: CameraCondition; readonly at: string } | IssueRefusalCode> {
    if (this.isBusy(device)) return 'camera-not-ready';
    this.#underWay.add(device);
    const camera = this.#parts.openCamera(bay);
    try {
      return await this.#carryOut(camera, { bay, device, officer, kind }, judge);
    } finally {
      this.#ended.set(device, this.#parts.clock.now());
      this.#underWay.delete(device);
      const looked = this.#lookAgain(camera, bay, device).finally(() => this.#looking.delete(looked));
      this.#looking.add(looked);
    }
  }

  /** Makes the ledger say what the camera says. Never throws. */
  learn({ bay, device, condition, asked }: ToldCondition): void {
    if (this.isBusy(device) || asked < (this.#ended.get(device) ?? -Infinity)) return;
    const { store, clock, log } = this.#parts;
    try {
      const ledger = { asked: store.asked(device), holder: store.holder(device) };
      const { settled, seen } = reconcile(condition.officer, ledger);
      for (const { id, outcome } of settled) store.settle(id, outcome);
      if (seen === undefined) return;
      const where = { id: freshId(), at: clock.wall(), camera: device, bay };
      store.record({ ...where, ...seen, assignment: undefined, note: undefined, outcome: 'seen' });
    } catch (err) {
      log.error({ err, camera: device }, 'the ledger could not be put right; it is tried again');
    }
  }

  async #carryOut(
    camera: CameraLink,
    what: { bay: number; device: string; officer: RosterOfficer; kind: HandOver['kind'] },
    judge: Judge,
  ): Promise<{ condition: CameraCondition; at: string } | IssueRefusalCode> {
    const { store, log } = this.#parts;
    const { device, kind, officer } = what;
    const signal = this.#within();
    let condition: CameraCondition;
    try {
      condition = await camera.condition(device, signal);
    } catch (error) {
      log.warn({ err: error, camera: device }, 'a camera that was to be handed over does not say how it is');
      return codeOf(error);
    }
    const at = this.#parts.clock.wall();
    const refusal = judge(condition);
    if (refusal !== undefined) return refusal;
    const { line, delivery } = this.#write(what);
    try {
      const { ok, code, message } = await camera.handOver(device, delivery, signal);
      store.settle(line.id, ok ? 'done' : 'refused');
      log.info({ camera: device, kind, officer: officer.number, code }, message.en);
      return ok ? { condition, at } : 'camera-refused';
    } catch (error) {
      if (error instanceof PeerRefusal || error instanceof BayFailure) store.settle(line.id, 'refused');
      log.warn({ err: error, camera: device, kind, officer: officer.number }, 'a hand-over failed');
      return codeOf(error);
    }
  }

  #write({
    bay,
    device,
    officer,
    kind,
  }: {
    bay: number;
    device: string;
    officer: RosterOfficer;
    kind: HandOver['kind'];
  }): {
    line: HandOver;
    delivery: DockNote;
  } {
    const { store, sign, clock } = this.#parts;
    const { number, name, certificate } = officer;
    const id = freshId();
    const at = clock.wall();
    const assigned = kind === 'taken' ? { number, name, certificate } : null;
    const { delivery, hash } = sign({ id, camera: device, issued: at, officer: assigned });
    const line: HandOver = {
      ...{ id, at, kind, camera: device, bay, officer: number, name, certificate },
      ...{ assignment: hash, note: delivery.note, outcome: 'asked' },
    };
    store.record(line);
    return { line, delivery };
  }

  #within(): AbortSignal {
    return AbortSignal.any([this.#ending.signal, AbortSignal.timeout(MAX_MS)]);
  }

  /** So that the room sees at once who has it. */
  async #lookAgain(camera: CameraLink, bay: number, device: string): Promise<void> {
    const { tell, clock, log } = this.#parts;
    try {
      const asked = clock.now();
      const condition = await camera.condition(device, this.#within());
      tell({ bay, device, condition, asked });
    } catch (err) {
      log.debug({ err, camera: device }, 'the camera is gone already');
    } finally {
      camera.close();
    }
  }
}

function codeOf(error: unknown): IssueRefusalCode {
  if (error instanceof PeerRefusal) return 'camera-refused';
  return error instanceof BayFailure ? 'camera-not-here' : 'camera-unreachable';
}

function freshId(): string {
  return toHex(randomBytes(16));
}
