import { RULES } from './failures.ts';
import {
  MAX_ALARMS,
  type AlarmView,
  type BayView,
  type ChargeView,
  type ProgressView,
  type Sign,
  type StationEvent,
  type StationView,
  type StorageView,
  type UplinkView,
} from './station-model.ts';

/** How long a critical alarm stays on the page after its camera has left: somebody must have seen it. */
const KEPT_MS = 12 * 3_600_000;

interface Bay {
  readonly bay: number;
  readonly state: string;
  readonly since: number;
  readonly on: boolean;
  readonly camera: string | undefined;
  readonly facts: Extract<StationEvent, { type: 'camera' }> | undefined;
  readonly progress: Extract<StationEvent, { type: 'progress' }> | undefined;
  readonly charge: ChargeView | undefined;
}

export interface StationState {
  readonly bays: ReadonlyMap<number, Bay>;
  readonly alarms: readonly AlarmView[];
  readonly uplink: UplinkView;
  readonly storage: StorageView | undefined;
}

export function freshStation(bays: readonly number[], at: number): StationState {
  return {
    bays: new Map(bays.map((bay) => [bay, emptyBay(bay, at)])),
    alarms: [],
    uplink: { state: 'unknown', since: at },
    storage: undefined,
  };
}

function emptyBay(bay: number, since: number): Bay {
  const nothing = { camera: undefined, facts: undefined, progress: undefined, charge: undefined };
  return { bay, state: 'empty', since, on: true, ...nothing };
}

/** What the dock tells, one event after another. An event that says nothing new gives the same state back. */
export function learnStation(state: StationState, event: StationEvent): StationState {
  switch (event.type) {
    case 'bay':
      return showBay(state, event);
    case 'progress':
      return withBay(state, event.bay, (bay) => ({ ...bay, progress: event }));
    case 'charge': {
      const { state: charging, milliamps, celsius } = event;
      return withBay(state, event.bay, (bay) => ({
        ...bay,
        charge: { state: charging, milliamps, celsius },
      }));
    }
    case 'camera':
      return withBay(state, event.bay, (bay) => ({ ...bay, facts: event }));
    case 'alarm':
      return alarm(state, event);
    case 'uplink': {
      const now = event.up === undefined ? 'unknown' : event.up ? 'up' : 'down';
      return now === state.uplink.state ? state : { ...state, uplink: { state: now, since: event.at } };
    }
    case 'storage':
      return same(event.storage, state.storage) ? state : { ...state, storage: event.storage };
    case 'switched':
      return withBay(state, event.bay, (bay) =>
        bay.on === event.on ? bay : { ...bay, on: event.on, since: event.at },
      );
    case 'tick':
      return forgetOld(state, event.at);
    default:
      return event satisfies never;
  }
}

function withBay(state: StationState, number: number, change: (bay: Bay) => Bay): StationState {
  const before = state.bays.get(number);
  if (before === undefined) return state;
  const bay = change(before);
  return bay === before ? state : { ...state, bays: new Map([...state.bays, [number, bay]]) };
}

/** Facts and progress name their camera, so that those of the one before are not shown; they may come first. */
function showBay(state: StationState, event: Extract<StationEvent, { type: 'bay' }>): StationState {
  const next = withBay(state, event.bay, (bay) => {
    if (event.state === bay.state && event.camera === bay.camera) return bay;
    const kept = event.state === 'empty' ? { facts: undefined, progress: undefined } : {};
    const since = event.state === bay.state ? bay.since : event.at;
    return { ...bay, ...kept, state: event.state, camera: event.camera, since };
  });
  const over = event.state === 'empty' || event.state === 'ready';
  if (!over) return next;
  const alarms = next.alarms.filter((one) => one.bay !== event.bay || !endsWithDocking(one));
  return alarms.length === next.alarms.length ? next : { ...next, alarms };
}

/** What failed at a bay is over with its docking; what is critical stays until somebody may have seen it. */
function endsWithDocking({ code, severity }: AlarmView): boolean {
  return Object.hasOwn(RULES, code) && severity !== 'critical';
}

function alarm(state: StationState, event: Extract<StationEvent, { type: 'alarm' }>): StationState {
  const { id, at, code, severity, bay, camera, detail } = event;
  const others = state.alarms.filter(
    (one) => one.id !== id && (one.code !== code || one.bay !== bay || one.camera !== camera),
  );
  if (severity === 'info')
    return others.length === state.alarms.length ? state : { ...state, alarms: others };
  const fresh: AlarmView = { id, at, code, severity, bay, camera, detail };
  return { ...state, alarms: [fresh, ...others].toSorted(worstFirst).slice(0, MAX_ALARMS) };
}

function worstFirst(a: AlarmView, b: AlarmView): number {
  if (a.severity !== b.severity) return a.severity === 'critical' ? -1 : 1;
  return b.at - a.at;
}

function forgetOld(state: StationState, now: number): StationState {
  const alarms = state.alarms.filter((one) => {
    const bay = one.bay === undefined ? undefined : state.bays.get(one.bay);
    const stands = !Object.hasOwn(RULES, one.code) || (bay !== undefined && bay.camera === one.camera);
    return stands || now - one.at < KEPT_MS;
  });
  return alarms.length === state.alarms.length ? state : { ...state, alarms };
}

export function stationView({ bays, alarms, uplink, storage }: StationState): StationView {
  const views = [...bays.values()].toSorted((a, b) => a.bay - b.bay).map((bay) => bayView(bay, alarms));
  const well = new Set(views.filter(({ sign }) => !isTrouble(sign)).map(({ bay }) => bay));
  // A warning about a bay that goes on by itself is no longer news.
  const standing = alarms.filter(
    (one) => one.bay === undefined || !well.has(one.bay) || !endsWithDocking(one),
  );
  return { bays: views, alarms: standing, uplink, storage };
}

function isTrouble(sign: Sign): boolean {
  return sign === 'trouble' || sign === 'refused';
}

function bayView(bay: Bay, alarms: readonly AlarmView[]): BayView {
  const { camera, charge } = bay;
  const facts = camera !== undefined && bay.facts?.camera === camera ? bay.facts : undefined;
  const told = camera !== undefined && bay.progress?.camera === camera ? progressOf(bay.progress) : undefined;
  const sign = signOf(bay, told);
  const reason = alarms.find((one) => one.bay === bay.bay && (one.camera ?? camera) === camera);
  return {
    bay: bay.bay,
    sign,
    since: bay.since,
    camera,
    officer: facts?.officer,
    batteryPercent: facts?.batteryPercent,
    freeBytes: facts?.freeBytes,
    progress: SHOWS_PROGRESS.has(sign) ? told : undefined,
    charge,
    code: isTrouble(sign)
      ? (reason?.code ?? (charge?.state === 'fault' ? 'charge-fault' : undefined))
      : undefined,
  };
}

const SHOWS_PROGRESS: ReadonlySet<Sign> = new Set(['uploading', 'waiting', 'trouble']);

function progressOf({ bytes, totalBytes, objects, totalObjects, remaining }: ProgressView): ProgressView {
  return { bytes, totalBytes, objects, totalObjects, remaining };
}

/** States of the bay's own table; one that this page does not know is shown as busy: the camera stays in. */
const SIGNS: Readonly<Record<string, Sign>> = {
  empty: 'empty',
  identifying: 'identifying',
  transferring: 'uploading',
  ready: 'ready',
  refused: 'refused',
  unknown: 'refused',
  fault: 'trouble',
};

const CHARGES: ReadonlySet<string> = new Set(['waiting', 'starting', 'charging']);

function signOf({ on, state, charge }: Bay, progress: ProgressView | undefined): Sign {
  if (!on) return 'off';
  const sign = SIGNS[state] ?? 'busy';
  if (sign === 'uploading' && isSent(progress)) return 'waiting';
  if (sign !== 'ready' || charge === undefined) return sign;
  if (charge.state === 'fault') return 'trouble';
  return CHARGES.has(charge.state) ? 'charging' : 'ready';
}

function isSent(progress: ProgressView | undefined): boolean {
  return progress !== undefined && progress.totalBytes > 0 && progress.bytes >= progress.totalBytes;
}

function same(a: StorageView | undefined, b: StorageView | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return (
    a.bytes === b.bytes &&
    a.maxBytes === b.maxBytes &&
    a.files === b.files &&
    a.journals === b.journals &&
    a.oldest === b.oldest
  );
}
