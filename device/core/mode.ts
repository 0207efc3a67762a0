import type { Mode, RecorderState } from './state.ts';
import type { Warning } from './warnings.ts';

export function modeOf(state: RecorderState): Mode {
  const { phase, active, storage, capture } = state;
  if (phase === 'off' || phase === 'ending') return 'off';
  if (active !== undefined) {
    if (active.stop !== undefined) return 'stopping';
    return active.postUntilMono === undefined ? 'recording' : 'post-record';
  }
  if (storage === 'failed') return 'fault';
  if (state.closing.length > 0) return 'closing';
  if (state.docked) return 'docked';
  if (storage === 'full') return 'storage-full';
  if (phase === 'starting') return 'starting';
  if (capture.phase === 'up' || capture.switching) return 'standby';
  return capture.failures > 0 ? 'fault' : 'starting';
}

/** Everything that is wrong at this moment, in the order of {@link Warning}. */
export function warningsOf(state: RecorderState): Warning[] {
  const { capture, settings, storage, docked } = state;
  const lost = (source: 'picture' | 'sound'): boolean =>
    !docked && settings.sources[source] && !capture.available[source];
  const standing: readonly (readonly [boolean, Warning])[] = [
    [lost('picture'), 'picture-lost'],
    [lost('sound'), 'sound-lost'],
    [capture.troubles.includes('frame-rate-low'), 'frame-rate-low'],
    [capture.troubles.includes('sound-drifts'), 'sound-drifts'],
    [state.spaceWarned.length > 0 && storage === 'good', 'storage-low'],
    [storage === 'full', 'storage-full'],
    [storage === 'failed', 'storage-failed'],
    [state.powerWarned.length > 0, 'battery-low'],
    [state.position === 'lost', 'position-lost'],
    ...state.troubles.map((trouble) => [true, trouble] as const),
  ];
  return standing.flatMap(([is, warning]) => (is ? [warning] : []));
}
