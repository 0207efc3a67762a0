import type { Alarm, CameraState, DockState, JournalName, Progress } from '@mingjing/protocol';
import type { LiveAlarm, LiveEvents, LiveSnapshot } from '../core/review-shapes.ts';
import type { BrokerMessage } from '../ports/broker.ts';

const KEPT_ALARMS = 100;
/** Of one machine: a chatterer pushes out its own words only. */
const KEPT_ALARMS_OF_ONE = 20;

export type LiveEvent = {
  [E in keyof LiveEvents]: { readonly event: E; readonly data: LiveEvents[E] };
}[keyof LiveEvents];
export type LiveListener = (event: LiveEvent) => void;

/** What is going on now: the newest word of every machine, in memory. Machines are few, and each has one state. */
export class Live {
  readonly #cameras = new Map<string, CameraState>();
  readonly #docks = new Map<string, DockState>();
  readonly #progress = new Map<string, Progress>();
  readonly #alarms: LiveAlarm[] = [];
  readonly #listeners = new Set<LiveListener>();

  take(message: BrokerMessage): void {
    const { id, role } = message;
    switch (message.kind) {
      case 'camera-state':
        this.#cameras.set(id, message.message);
        this.#tell({ event: 'camera', data: { id, state: message.message } });
        return;
      case 'dock-state':
        this.#docks.set(id, message.message);
        this.#tell({ event: 'dock', data: { id, state: message.message } });
        return;
      case 'dock-cameras':
        return; // not shown: of a camera, its own word is
      case 'progress': {
        const key = `${id}/${message.message.bay}`;
        if (message.message.bay > MAX_BAYS) return;
        this.#progress.set(key, message.message);
        this.#tell({ event: 'progress', data: { id: key, progress: message.message } });
        return;
      }
      case 'charge': // for the station room, and whoever else reads the broker
        return;
      case 'alarm':
        this.raise({ role, id, alarm: message.message });
        return;
      default:
        message satisfies never;
    }
  }

  /** An alarm sent twice is shown once. */
  raise(alarm: LiveAlarm): void {
    if (this.#alarms.some((known) => sameAlarm(known.alarm, alarm.alarm))) return;
    this.#alarms.push(alarm);
    this.#forgetAlarms(alarm);
    this.#tell({ event: 'alarm', data: alarm });
  }

  #forgetAlarms({ role, id }: LiveAlarm): void {
    const own = this.#alarms.filter((known) => known.role === role && known.id === id);
    if (own.length > KEPT_ALARMS_OF_ONE) this.#forget(leastWorth(own));
    if (this.#alarms.length > KEPT_ALARMS) this.#forget(leastWorth(this.#alarms));
  }

  #forget(alarm: LiveAlarm | undefined): void {
    if (alarm !== undefined) this.#alarms.splice(this.#alarms.indexOf(alarm), 1);
  }

  recordingsChanged(name: JournalName, recordings: ReadonlySet<string>): void {
    for (const recording of recordings)
      this.#tell({ event: 'recordings-changed', data: { ...name, recording } });
  }

  /** What a camera says that it is recording at this moment; undefined if it records nothing or is not heard of. */
  recordingNow(device: string): string | undefined {
    const state = this.#cameras.get(device);
    return state?.online === true ? state.recording : undefined;
  }

  snapshot(): LiveSnapshot {
    return {
      cameras: Object.fromEntries(this.#cameras),
      docks: Object.fromEntries(this.#docks),
      progress: Object.fromEntries(this.#progress),
      alarms: [...this.#alarms],
    };
  }

  /** Snapshot first, changes after; gives how to stop. */
  listen(listener: LiveListener): () => void {
    listener({ event: 'snapshot', data: this.snapshot() });
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #tell(event: LiveEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

/** As many as a dock's state can name. */
const MAX_BAYS = 64;

function sameAlarm(one: Alarm, other: Alarm): boolean {
  return one.id === other.id;
}

/** The oldest; what the archive itself holds critical only when there is nothing else. */
function leastWorth(alarms: readonly LiveAlarm[]): LiveAlarm | undefined {
  return alarms.find(({ role, alarm }) => role !== 'archive' || alarm.severity !== 'critical') ?? alarms[0];
}
