import type { AnswerCode } from './answers.ts';
import { keptTracks } from './audible.ts';
import type { Command } from './commands.ts';
import type { EventOf } from './events.ts';
import { whyNothing } from './refusals.ts';
import type { Photo, RecorderState, Step } from './state.ts';
import { unchanged } from './state.ts';
import { stampOf } from './take-fragment.ts';

/** So many may wait to be taken or developed. */
const MAX_PHOTOS = 8;
/** The fragment that holds the press is awaited so long. */
export const PHOTO_GRACE_MS = 2_500;

/** A photo is taken from the fragment that holds the press, which is still being taken in. */
export function pressPhoto(state: RecorderState, event: EventOf<'press'>): Step {
  const { request, mono, freshRecording: recording } = event;
  const refusal = whyNoPhoto(state);
  if (refusal !== undefined)
    return { state, commands: [{ type: 'answer', request, answer: { code: refusal } }] };
  const { active } = state;
  const photo: Photo = {
    recording,
    request,
    mono,
    ...(active === undefined ? {} : { during: active.recording }),
  };
  return unchanged({ ...state, photos: [...state.photos, photo] });
}

function whyNoPhoto(state: RecorderState): AnswerCode | undefined {
  const refusal = whyNothing(state);
  if (refusal !== undefined) return refusal;
  const { capture, photos } = state;
  if (capture.phase !== 'up' || capture.head?.format !== 'mp4' || !capture.available.picture)
    return 'no-picture';
  return photos.length >= MAX_PHOTOS ? 'photo-failed' : undefined;
}

/** Develops what this fragment holds: its picture alone, no sound. */
export function exposePhotos(state: RecorderState, event: EventOf<'fragment'>): Step {
  const { fragment } = event;
  const { head } = state.capture;
  if (state.photos.length === 0 || fragment.format !== 'mp4' || head?.format !== 'mp4')
    return unchanged(state);
  const holds = (photo: Photo): boolean =>
    photo.stamp === undefined && fragment.mono + fragment.durationMs > photo.mono;
  if (!state.photos.some(holds)) return unchanged(state);
  const pictures = head.tracks.filter(({ kind }) => kind === 'video').map(({ id }) => [id, id] as const);
  const kept = keptTracks(fragment, head.tracks, new Map(pictures), false);
  if (kept === undefined) return unchanged(state);
  const { init } = head;
  const commands: Command[] = [];
  const photos = state.photos.map((photo): Photo => {
    if (!holds(photo)) return photo;
    const { recording } = photo;
    const stamp = stampOf(state, { recording, pendingMarks: [] }, event);
    const comment = JSON.stringify(stamp);
    commands.push({ type: 'develop-photo', recording, init, fragment: kept, comment });
    return { ...photo, stamp };
  });
  return { state: { ...state, photos }, commands };
}

export function photoDeveloped(state: RecorderState, event: EventOf<'photo-developed'>): Step {
  const photo = state.photos.find(({ recording }) => recording === event.recording);
  if (photo?.stamp === undefined) return unchanged(state);
  const refusal = whyNotStored(state);
  if (refusal !== undefined) return fail(state, [photo], refusal);
  const { recording, request, stamp, during } = photo;
  const extra = during === undefined ? {} : { during };
  return {
    state: without(state, [photo]),
    commands: [
      { type: 'store-photo', recording, jpeg: event.jpeg, stamp, ...extra },
      { type: 'answer', request, recording, answer: { code: 'photo-taken', recording } },
      { type: 'publish-state' },
    ],
  };
}

function whyNotStored({ phase, storage }: RecorderState): AnswerCode | undefined {
  if (phase !== 'on') return 'powered-off';
  if (storage === 'failed') return 'storage-failed';
  return storage === 'full' ? 'storage-full' : undefined;
}

export function photoFailed(state: RecorderState, event: EventOf<'photo-failed'>): Step {
  return fail(
    state,
    state.photos.filter(({ recording }) => recording === event.recording),
    'photo-failed',
  );
}

/** Nothing came that holds the press. */
export function missedPhotos(state: RecorderState, mono: number): Step {
  const missed = state.photos.filter(
    (photo) => photo.stamp === undefined && mono - photo.mono >= PHOTO_GRACE_MS,
  );
  return missed.length === 0 ? unchanged(state) : fail(state, missed, 'photo-failed');
}

/** Nobody waits any more. */
export function dropPhotos(state: RecorderState): Step {
  return fail(state, state.photos, 'powered-off');
}

function fail(state: RecorderState, photos: readonly Photo[], code: AnswerCode): Step {
  return {
    state: without(state, photos),
    commands: photos.map(({ request }) => ({ type: 'answer', request, answer: { code } })),
  };
}

function without(state: RecorderState, photos: readonly Photo[]): RecorderState {
  return { ...state, photos: state.photos.filter((photo) => !photos.includes(photo)) };
}
