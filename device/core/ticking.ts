import { beginAnew, watchRun } from './capture-deadlines.ts';
import type { EventOf } from './events.ts';
import { missedPhotos } from './photo-rules.ts';
import { endRecording, resumeRecording, stopShort } from './recording.ts';
import { probeAgain } from './source-probes.ts';
import { then, unchanged, type RecorderState, type Step } from './state.ts';

/** After a stop the last fragment is awaited so long. */
export const STOP_GRACE_MS = 2_500;
/** A recording into which nothing came for so long is closed. */
export const NOTHING_CAPTURED_MS = 30_000;

/** What is due because time has passed. */
export function tick(state: RecorderState, event: EventOf<'tick'>): Step {
  if (state.phase !== 'on') return unchanged(state);
  const { mono } = event;
  const ended = endOverdue(state, event);
  const photographed = then(ended, (next) => missedPhotos(next, mono));
  const watched = then(photographed, (next) => watchRun(next, mono));
  const probed = then(watched, (next) => probeAgain(next, mono));
  return then(probed, (next) => resumeRecording(next, event.freshRecording, event));
}

function endOverdue(state: RecorderState, event: EventOf<'tick'>): Step {
  const { active } = state;
  if (active === undefined) return unchanged(state);
  const until = active.stop?.mono ?? active.postUntilMono;
  if (until !== undefined && event.mono - until >= STOP_GRACE_MS)
    return endRecording(state, 'stopped', event);
  if (event.mono - active.heardMono < NOTHING_CAPTURED_MS) return unchanged(state);
  // Whoever had pressed stop already does not want it to go on.
  return until === undefined ? then(stopShort(state), beginAnew) : endRecording(state, 'stopped', event);
}
