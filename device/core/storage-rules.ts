import type { EntryBody } from '@mingjing/protocol';
import type { Command } from './commands.ts';
import type { EventOf } from './events.ts';
import { closeRecording } from './recording.ts';
import {
  then,
  unchanged,
  withoutResume,
  type ActiveRecording,
  type RecorderState,
  type Step,
} from './state.ts';

/** Below so many reserves the camera warns, whatever the policy: it must stop soon. */
const WARN_AT_RESERVES = 3;
/** Once full, so many reserves must be free again: no flapping at the edge. */
const FREE_AGAIN_AT_RESERVES = 1.5;
/** A level was left behind when so much more is free. */
const REARM_FACTOR = 1.1;
/** Nobody changes more while nothing can be written. */
const MAX_UNWRITTEN = 64;

/** Storage full: warn early, save, stop; never overwrite what the archive does not hold. */
export function storageLevel(state: RecorderState, event: EventOf<'storage-level'>): Step {
  if (state.phase === 'off' || !event.writable) return unchanged(state);
  const { freeBytes } = event;
  const { reserveBytes } = state.settings;
  if (freeBytes < reserveBytes) return fillUp(state, freeBytes);
  if (state.storage === 'full' && freeBytes < reserveBytes * FREE_AGAIN_AT_RESERVES) return unchanged(state);
  return warn(enough(state), freeBytes);
}

function enough(state: RecorderState): Step {
  if (state.storage === 'good') return unchanged(state);
  return then(salvage(state), (next) => ({
    state: { ...next, storage: 'good' },
    commands: [{ type: 'publish-state' }],
  }));
}

/** What was left open is closed, and what the journal could not take is told anew. */
function salvage(state: RecorderState): Step {
  if (state.storage !== 'failed') return unchanged(state);
  const told = state.unwritten.map((entry): Command => ({ type: 'journal', entry: ofNoRecording(entry) }));
  return { state: { ...state, unwritten: [] }, commands: [{ type: 'salvage' }, ...told] };
}

/** The recording it was said of is closed by now. */
function ofNoRecording(entry: EntryBody): EntryBody {
  if (entry.type !== 'setting-changed' && entry.type !== 'capture-changed') return entry;
  const { recording: _recording, ...rest } = entry;
  return rest;
}

/** Once at each level, until much more is free again. */
function warn(step: Step, freeBytes: number): Step {
  return then(step, (state) => {
    const levels = [...state.policy.storage.warnAtBytes, state.settings.reserveBytes * WARN_AT_RESERVES];
    const still = state.spaceWarned.filter((level) => freeBytes < level * REARM_FACTOR);
    const reached = levels.filter((level) => freeBytes < level && !still.includes(level));
    if (reached.length === 0 && still.length === state.spaceWarned.length) return unchanged(state);
    const alarm: Command[] =
      reached.length === 0
        ? []
        : [{ type: 'alarm', code: 'storage-low', severity: 'warning', detail: left(freeBytes) }];
    return {
      state: { ...state, spaceWarned: [...still, ...reached] },
      commands: [...alarm, { type: 'publish-state' }],
    };
  });
}

/**
 * A write was refused. What can be closed is closed; nothing more is recorded until the medium takes bytes again. Then what
 * nobody stopped goes on by itself.
 */
export function storageFailed(state: RecorderState, event: EventOf<'storage-failed'>): Step {
  const ended = closeRecording(state, event.full ? 'storage-full' : 'storage-fault');
  const resumed = withResume(ended.state, state.active, event);
  const unwritten = event.unwritten === undefined ? [] : [event.unwritten];
  const next = { ...resumed, unwritten: [...state.unwritten, ...unwritten].slice(-MAX_UNWRITTEN) };
  const closed: Step = { state: next, commands: ended.commands };
  if (state.storage === 'failed') return closed;
  return {
    state: { ...closed.state, storage: 'failed' },
    commands: [
      ...closed.commands,
      {
        type: 'alarm',
        code: event.full ? 'storage-full' : 'storage-failed',
        severity: 'critical',
        detail: event.detail.slice(0, 1000),
      },
      { type: 'publish-state' },
    ],
  };
}

/** What could not even be opened was refused in words, and is not there to go on from. */
function withResume(
  state: RecorderState,
  active: ActiveRecording | undefined,
  { full, unopened }: EventOf<'storage-failed'>,
): RecorderState {
  if (active === undefined)
    return unopened !== undefined && state.resume?.recording === unopened ? withoutResume(state) : state;
  const { recording, mode, byOrder, policy } = active;
  const isOver = active.stop !== undefined || active.postUntilMono !== undefined;
  if (isOver || full || state.docked || unopened === recording) return state;
  return { ...state, resume: { recording, mode, byOrder, policy, cause: 'storage-back' } };
}

function fillUp(state: RecorderState, freeBytes: number): Step {
  if (state.storage === 'full') return unchanged(state);
  const closed = then(closeRecording(state, 'storage-full'), salvage);
  return {
    state: { ...closed.state, storage: 'full' },
    commands: [
      ...closed.commands,
      { type: 'alarm', code: 'storage-full', severity: 'critical', detail: left(freeBytes) },
      { type: 'publish-state' },
    ],
  };
}

function left(bytes: number): string {
  return `${Math.floor(bytes / 1_000_000)} MB left`;
}
