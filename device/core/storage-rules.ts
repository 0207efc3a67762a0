import type { Command } from './commands.ts';
import type { EventOf } from './events.ts';
import { closeRecording } from './recording.ts';
import { unchanged, type RecorderState, type Step } from './state.ts';

/** Below so many reserves the camera warns, well before it must stop. */
const WARN_AT_RESERVES = 3;
/** Once full, so many reserves must be free again: no flapping at the edge. */
const FREE_AGAIN_AT_RESERVES = 1.5;

/** Storage full: warn early, save, stop; never overwrite what the archive does not hold. */
export function storageLevel(state: RecorderState, event: EventOf<'storage-level'>): Step {
  if (state.phase === 'off' || !event.writable) return unchanged(state);
  const { freeBytes } = event;
  const { reserveBytes } = state.settings;
  if (freeBytes < reserveBytes) return fillUp(state, freeBytes);
  if (state.storage === 'full' && freeBytes < reserveBytes * FREE_AGAIN_AT_RESERVES) return unchanged(state);
  const storage = freeBytes < reserveBytes * WARN_AT_RESERVES ? 'low' : 'good';
  if (storage === state.storage) return unchanged(state);
  const commands: Command[] = [];
  if (state.storage === 'failed') commands.push({ type: 'salvage' });
  if (storage === 'low' && state.storage === 'good') {
    commands.push({ type: 'alarm', code: 'storage-low', severity: 'warning', detail: left(freeBytes) });
  }
  return { state: { ...state, storage }, commands: [...commands, { type: 'publish-state' }] };
}

/** A write was refused. What can be closed is closed; nothing more is recorded until the medium takes bytes again. */
export function storageFailed(state: RecorderState, event: EventOf<'storage-failed'>): Step {
  const closed = closeRecording(state, event.full ? 'storage-full' : 'storage-fault');
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

function fillUp(state: RecorderState, freeBytes: number): Step {
  if (state.storage === 'full') return unchanged(state);
  const closed = closeRecording(state, 'storage-full');
  return {
    state: { ...closed.state, storage: 'full' },
    commands: [
      ...closed.commands,
      ...(state.storage === 'failed' ? [{ type: 'salvage' } as const] : []),
      { type: 'alarm', code: 'storage-full', severity: 'critical', detail: left(freeBytes) },
      { type: 'publish-state' },
    ],
  };
}

function left(bytes: number): string {
  return `${Math.floor(bytes / 1_000_000)} MB left`;
}
