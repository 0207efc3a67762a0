import { keepTracks, type Track } from '@mingjing/protocol';
import type { MovieFragment } from './fragment.ts';
import type { ActiveRecording, RecorderState } from './state.ts';

/**
 * Whether sound of this fragment may be kept. INVARIANT: no sound of a time in which the camera was muted, and, where
 * policy says so, none of the time before a press: a fragment that begins in such a time loses all of its sound.
 */
export function isAudible(
  state: RecorderState,
  active: ActiveRecording | undefined,
  { mono }: MovieFragment,
): boolean {
  if (state.muted || mono < state.soundFromMono) return false;
  return active === undefined ? state.policy.preRecordSound : mono >= active.soundFromMono;
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
