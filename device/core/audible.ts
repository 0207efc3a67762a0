import { keepTracks, type Track } from '@mingjing/protocol';
import type { CapturedFragment, MovieFragment } from './fragment.ts';
import type { ActiveRecording, CaptureState, RecorderState, SoundFrom } from './state.ts';

/**
 * A fragment is believed to begin later than it did, by the least time in which the capture ever handed one on: that is
 * less than a fragment lasts, and less than this where one is short.
 */
const LEAST_MARGIN_MS = 650;

/** From here on, and nothing of what is being captured at this moment. */
export function soundFromNow({ capture }: RecorderState, mono: number): SoundFrom {
  return { mono, asked: capture.asked };
}

/**
 * Whether sound of this fragment may be kept, be it within pictures or alone. INVARIANT: no sound of a time in which the
 * camera was muted, and, where policy says so, none of the time before a press: a fragment that may have begun in such a
 * time loses all of its sound. Nobody knows to the millisecond when it began, so one whole fragment more is left out.
 */
export function isAudible(
  state: RecorderState,
  active: ActiveRecording | undefined,
  fragment: CapturedFragment,
): boolean {
  const { capture, muted, soundFrom, policy } = state;
  if (muted || !isBehind(soundFrom, capture, fragment)) return false;
  return active === undefined ? policy.preRecordSound : isBehind(active.soundFrom, capture, fragment);
}

function isBehind(from: SoundFrom, { asked }: CaptureState, { mono, durationMs }: CapturedFragment): boolean {
  return asked > from.asked || mono >= from.mono + Math.max(durationMs, LEAST_MARGIN_MS);
}

/**
 * The fragment with the tracks that `ids` names, numbered as it says; the bytes of the others are gone. Undefined: nothing
 * is left of it.
 */
export function keptTracks(
  fragment: MovieFragment,
  tracks: readonly Track[],
  ids: ReadonlyMap<number, number>,
  audible: boolean,
): MovieFragment | undefined {
  const isKept = (id: number): boolean =>
    ids.has(id) && (audible || tracks.find((track) => track.id === id)?.kind !== 'audio');
  const kept = fragment.runs.map(({ track }) => track).filter(isKept);
  if (kept.length === 0) return undefined;
  if (kept.length === fragment.runs.length && kept.every((id) => ids.get(id) === id)) return fragment;
  const wanted = new Map(kept.map((id) => [id, ids.get(id) ?? id]));
  return { ...fragment, ...keepTracks(fragment.moof, fragment.mdat, wanted) };
}
