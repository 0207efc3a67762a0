import { randomBytes, toHex } from '@mingjing/protocol';
import type { Log } from '@mingjing/runtime';
import type { ShownState } from '../core/bay-model.ts';
import {
  watch,
  type WatchAlarm,
  type WatchCommand,
  type WatchedCamera,
  type WatchEvent,
  type WatchLimits,
  type WatchState,
} from '../core/watch-rules.ts';
import type { CameraTable } from '../ports/camera-table.ts';
import type { Clock } from '../ports/clock.ts';
import type { Messages } from '../ports/messages.ts';

export interface WatcherParts {
  readonly table: CameraTable;
  readonly messages: Messages;
  readonly clock: Clock;
  readonly limits: WatchLimits;
  readonly log: Log;
}

const TICK_MS = 60_000;

const WORDS: Readonly<Record<WatchAlarm, string>> = {
  'upload-overdue':
    'docked, and not all of its footage is in the archive; look at its bay, the uplink and the outbox',
  'camera-not-seen': 'in no bay of this dock; find it, its footage is on it alone',
};

/** What a bay's state says of the camera in it. One that is refused stands there, and brings nothing. */
const SEEN_AS: Readonly<Record<ShownState, 'seen' | 'transferring' | 'complete'>> = {
  empty: 'seen',
  identifying: 'seen',
  unknown: 'seen',
  transferring: 'transferring',
  clearing: 'transferring',
  ready: 'complete',
  refused: 'seen',
  fault: 'seen',
};

/** Follows which camera stands where, by what the bays show, and alarms on what is overdue. */
export class Watcher {
  readonly #parts: WatcherParts;
  readonly #present = new Map<number, string>();
  #state: WatchState;
  #timer: { cancel(): void } | undefined;

  constructor(parts: WatcherParts) {
    this.#parts = parts;
    this.#state = new Map(parts.table.all().map((camera) => [camera.camera, camera]));
  }

  get cameras(): readonly WatchedCamera[] {
    return [...this.#state.values()];
  }

  start(): void {
    this.#tick();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#parts.table.close();
  }

  showBay(bay: number, state: ShownState, camera: string | undefined): void {
    if (camera === undefined) {
      this.#present.delete(bay);
      return;
    }
    this.#present.set(bay, camera);
    this.#take({ type: SEEN_AS[state], camera, at: this.#now() });
  }

  forwarded(camera: string): void {
    this.#take({ type: 'forwarded', camera, at: this.#now() });
  }

  #tick(): void {
    const at = this.#now();
    for (const camera of this.#present.values()) this.#take({ type: 'seen', camera, at });
    this.#take({ type: 'tick', at });
    this.#timer = this.#parts.clock.after(TICK_MS, () => this.#tick());
  }

  #take(event: WatchEvent): void {
    const { state, commands } = watch(this.#state, event, this.#parts.limits);
    this.#state = state;
    for (const command of commands) this.#execute(command);
  }

  #execute(command: WatchCommand): void {
    if (command.type === 'keep') {
      this.#keep(command.camera);
      return;
    }
    const { type, code, camera, since } = command;
    const detail = type === 'raise' ? `since ${new Date(since).toISOString()}: ${WORDS[code]}` : 'well again';
    const severity = type === 'raise' ? 'warning' : 'info';
    const id = toHex(randomBytes(16));
    this.#parts.messages.alarm({ bay: undefined, camera, id, code, severity, detail });
  }

  /** A full disk is no reason to stop moving footage. */
  #keep(camera: WatchedCamera): void {
    try {
      this.#parts.table.keep(camera);
    } catch (error) {
      this.#parts.log.error(
        { err: error, camera: camera.camera },
        'when a camera was seen could not be kept',
      );
    }
  }

  #now(): number {
    return Date.parse(this.#parts.clock.wall());
  }
}
