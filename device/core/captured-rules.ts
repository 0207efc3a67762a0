import { isAudible, keptTracks } from './audible.ts';
import type { EventOf } from './events.ts';
import type { StampedFragment } from './fragment.ts';
import { exposePhotos } from './photo-rules.ts';
import { pushToRing } from './pre-record-ring.ts';
import { endRecording } from './recording.ts';
import { then, unchanged, type ActiveRecording, type RecorderState, type Step } from './state.ts';
import { takeFragment } from './take-fragment.ts';
import { addMillis } from './time.ts';

/** Everything the capture gives: into the ring, or into the recording. */
export function takeCaptured(state: RecorderState, event: EventOf<'fragment'>): Step {
  const { capture } = state;
  if (state.phase !== 'on' || capture.head?.format !== event.fragment.format) return unchanged(state);
  const { fragment } = event;
  const nextStart = addMillis(fragment.at, fragment.durationMs);
  const seen = { ...state, capture: { ...capture, nextStart, heardMono: event.mono } };
  const photographed = exposePhotos(seen, event);
  return then(photographed, (next) =>
    next.active === undefined ? intoRing(next, event) : intoRecording(next, next.active, event),
  );
}

function intoRecording(state: RecorderState, active: ActiveRecording, event: EventOf<'fragment'>): Step {
  const { fragment, mono } = event;
  const until = active.stop?.mono ?? active.postUntilMono;
  const last = until !== undefined && fragment.mono + fragment.durationMs >= until;
  const heard = { ...state, active: { ...active, heardMono: mono } };
  const taken = takeFragment(heard, event, last);
  return last ? then(taken, (next) => endRecording(next, 'stopped', event)) : taken;
}

/** Sound alone is never kept ahead of a press. */
function intoRing(state: RecorderState, event: EventOf<'fragment'>): Step {
  const { fragment, clock, position } = event;
  const { head } = state.capture;
  if (fragment.format !== 'mp4' || head?.format !== 'mp4') return unchanged(state);
  const ids = new Map(head.tracks.map(({ id }) => [id, id]));
  const kept = keptTracks(fragment, head.tracks, ids, isAudible(state, undefined, fragment));
  if (kept === undefined) return unchanged(state);
  const stamped: StampedFragment = { fragment: kept, clock, ...(position === undefined ? {} : { position }) };
  const ring = pushToRing(state.ring, stamped, state.policy.preRecordSeconds * 1000);
  return unchanged({ ...state, ring });
}
