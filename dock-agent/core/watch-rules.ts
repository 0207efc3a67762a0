/** What is remembered of a camera. Wall clock, milliseconds. */
export interface WatchedCamera {
  readonly camera: string;
  readonly lastSeen: number;
  /** The archive had all of it, and it was told so. */
  readonly lastComplete: number | undefined;
  /** Docked with something to bring, and not complete since. */
  readonly waitingSince: number | undefined;
  /** Alarms that stand. */
  readonly overdue: boolean;
  readonly notSeen: boolean;
}

export interface WatchLimits {
  readonly overdueMs: number;
  readonly notSeenMs: number;
}

export type WatchEvent =
  | { readonly type: 'seen'; readonly camera: string; readonly at: number }
  | { readonly type: 'transferring'; readonly camera: string; readonly at: number }
  | { readonly type: 'complete'; readonly camera: string; readonly at: number }
  /** Of a camera that is elsewhere: what waited for it here has reached the archive. */
  | { readonly type: 'forwarded'; readonly camera: string; readonly at: number }
  | { readonly type: 'tick'; readonly at: number };

export type WatchAlarm = 'upload-overdue' | 'camera-not-seen';
export type WatchCommand =
  | { readonly type: 'keep'; readonly camera: WatchedCamera }
  | {
      readonly type: 'raise' | 'clear';
      readonly code: WatchAlarm;
      readonly camera: string;
      /** Since when. */
      readonly since: number;
    };

export type WatchState = ReadonlyMap<string, WatchedCamera>;

/**
 * Which cameras are overdue, as a reducer. Each alarm is raised once, and cleared when it is well again. An alarm is a
 * matter of the times alone, so that a wall clock that was wrong and is set right takes its alarms back.
 */
export function watch(
  state: WatchState,
  event: WatchEvent,
  limits: WatchLimits,
): { state: WatchState; commands: readonly WatchCommand[] } {
  const next = new Map(state);
  const commands: WatchCommand[] = [];
  const touched =
    event.type === 'tick' ? [...state.values()] : [learn(state.get(event.camera), event)].filter(isThere);
  for (const camera of touched) {
    const judged = judge(camera, event.at, limits);
    const before = state.get(camera.camera);
    if (same(before, judged)) continue; // lastSeen stays as it was kept, so that it moves on by whole grains
    commands.push(...alarms(before, judged), { type: 'keep', camera: judged });
    next.set(camera.camera, judged);
  }
  return { state: next, commands };
}

function learn(
  before: WatchedCamera | undefined,
  event: Exclude<WatchEvent, { type: 'tick' }>,
): WatchedCamera | undefined {
  const { camera, at } = event;
  const known = before ?? {
    camera,
    lastSeen: at,
    lastComplete: undefined,
    waitingSince: undefined,
    overdue: false,
    notSeen: false,
  };
  switch (event.type) {
    case 'seen':
      return { ...known, lastSeen: at };
    case 'transferring':
      return { ...known, lastSeen: at, waitingSince: known.waitingSince ?? at };
    case 'complete':
      return { ...known, lastSeen: at, lastComplete: at, waitingSince: undefined };
    case 'forwarded':
      return before === undefined ? undefined : { ...before, waitingSince: undefined };
    default:
      return event satisfies never;
  }
}

function judge(camera: WatchedCamera, now: number, limits: WatchLimits): WatchedCamera {
  const { waitingSince, lastSeen } = camera;
  const overdue = waitingSince !== undefined && now - waitingSince >= limits.overdueMs;
  return { ...camera, overdue, notSeen: now - lastSeen >= limits.notSeenMs };
}

function alarms(before: WatchedCamera | undefined, now: WatchedCamera): WatchCommand[] {
  const { camera, lastSeen } = now;
  const changed: WatchCommand[] = [];
  if (now.overdue !== (before?.overdue ?? false)) {
    const since = now.waitingSince ?? before?.waitingSince ?? lastSeen;
    changed.push({ type: now.overdue ? 'raise' : 'clear', code: 'upload-overdue', camera, since });
  }
  if (now.notSeen !== (before?.notSeen ?? false)) {
    const since = before?.lastSeen ?? lastSeen;
    changed.push({ type: now.notSeen ? 'raise' : 'clear', code: 'camera-not-seen', camera, since });
  }
  return changed;
}

/** That a camera is still there is written down now and then: it is a matter of days. */
const SEEN_GRAIN_MS = 60_000;

function same(before: WatchedCamera | undefined, now: WatchedCamera): boolean {
  return (
    before !== undefined &&
    before.lastComplete === now.lastComplete &&
    before.waitingSince === now.waitingSince &&
    before.overdue === now.overdue &&
    before.notSeen === now.notSeen &&
    Math.abs(before.lastSeen - now.lastSeen) < SEEN_GRAIN_MS
  );
}

function isThere(camera: WatchedCamera | undefined): camera is WatchedCamera {
  return camera !== undefined;
}
