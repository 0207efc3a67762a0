import { makeStampBox, WAV_CHUNK_BYTES, wavHead, type Stamp, type Track } from '@mingjing/protocol';
import { isAudible, keptTracks } from './audible.ts';
import type { Command } from './commands.ts';
import type { CapturedFragment, MovieFragment, SoundFragment, StampedFragment } from './fragment.ts';
import { endsBefore } from './segmenter.ts';
import { unchanged } from './state.ts';
import type { ActiveRecording, Film, RecorderState, Step } from './state.ts';
import { addMillis } from './time.ts';
import { continueTimeline, millisAtEnd, millisInto, rebase, timelineFrom } from './timeline.ts';

/** The next fragment of the active recording, into its segment or a new one. `last`: it is closed behind it. */
export function takeFragment(
  state: RecorderState,
  stamped: StampedFragment<CapturedFragment>,
  last: boolean,
): Step {
  const { active, capture } = state;
  if (active === undefined || capture.head === undefined) return unchanged(state);
  const { fragment, clock, position } = stamped;
  const stampedAs = { clock, ...(position === undefined ? {} : { position }) };
  if (fragment.format === 'wav') {
    return active.mode === 'audio' && isAudible(state, active, fragment)
      ? takeSound(state, active, { fragment, ...stampedAs }, last)
      : unchanged(state);
  }
  if (active.mode !== 'video' || capture.head.format !== 'mp4') return unchanged(state);
  const { tracks, init } = capture.head;
  const ids = active.ids ?? new Map(tracks.map(({ id }) => [id, id]));
  const kept = keptTracks(fragment, tracks, ids, isAudible(state, active, fragment));
  if (kept === undefined) return unchanged(state);
  const seen = { ...stampedAs, fragment: kept };
  return takeMovie(state, { ...active, ids, film: filmOf(active, capture.runs, init, tracks, kept) }, seen);
}

/** The recording's init segment and timeline, set for the present run. */
function filmOf(
  { film }: ActiveRecording,
  run: number,
  init: Uint8Array,
  tracks: readonly Track[],
  first: MovieFragment,
): Film {
  if (film === undefined) {
    return { init, tracks, timeline: timelineFrom(tracks, first), startMono: first.mono, endMs: 0, run };
  }
  if (film.run === run) return film;
  const elapsedMs = first.mono - film.startMono;
  return { ...film, run, timeline: continueTimeline(film.timeline, first, elapsedMs, film.endMs) };
}

function takeMovie(
  state: RecorderState,
  active: ActiveRecording & { readonly film: Film },
  stamped: StampedFragment,
): Step {
  const { fragment } = stamped;
  const { recording, film } = active;
  const { commands, segment, segments } = segmentFor(active, fragment, () => film.init, stamped.clock);
  const time = millisInto(film.timeline, fragment);
  const emsg = makeStampBox(stampOf(state, active, stamped), time, active.fragments);
  const parts = [emsg, rebase(film.timeline, fragment), fragment.mdat];
  commands.push({ type: 'append-fragment', recording, parts, last: false });
  const endMs = Math.max(film.endMs, millisAtEnd(film.timeline, fragment));
  const taken: ActiveRecording = {
    ...active,
    film: { ...film, endMs },
    segments,
    segment: { durationMs: segment.durationMs + fragment.durationMs },
    fragments: active.fragments + 1,
    pendingMarks: [],
    end: addMillis(fragment.at, fragment.durationMs),
  };
  return { state: { ...state, active: taken }, commands };
}

/** Sound alone is stamped at the head of each segment. A short piece can only be the last of its file. */
function takeSound(
  state: RecorderState,
  active: ActiveRecording,
  stamped: StampedFragment<SoundFragment>,
  closing: boolean,
): Step {
  const { fragment } = stamped;
  const { recording } = active;
  const head = (): Uint8Array => wavHead(stampOf(state, active, stamped));
  const { commands, segment, segments } = segmentFor(active, fragment, head, stamped.clock);
  const durationMs = segment.durationMs + fragment.durationMs;
  const isFull = endsBefore(durationMs, fragment.durationMs, active.policy.segmentSeconds * 1000);
  const last = closing || isFull || fragment.pcm.length !== WAV_CHUNK_BYTES;
  const end = addMillis(fragment.at, fragment.durationMs);
  commands.push({ type: 'append-fragment', recording, parts: [fragment.pcm], last });
  if (last) commands.push({ type: 'seal-segment', recording, end });
  const { segment: _segment, ...rest } = active;
  const taken: ActiveRecording = {
    ...rest,
    ...(last ? {} : { segment: { durationMs } }),
    segments,
    fragments: active.fragments + 1,
    pendingMarks: segments === active.segments ? active.pendingMarks : [],
    end,
  };
  return { state: { ...state, active: taken }, commands };
}

/** The segment a fragment goes into: the one in hand, or a new one. */
function segmentFor(
  active: ActiveRecording,
  { format, durationMs, at }: CapturedFragment,
  head: () => Uint8Array,
  clock: StampedFragment['clock'],
): { commands: Command[]; segment: { durationMs: number }; segments: number } {
  const { recording, segment, segments, policy } = active;
  const commands: Command[] = [];
  if (segment !== undefined) {
    if (!endsBefore(segment.durationMs, durationMs, policy.segmentSeconds * 1000))
      return { commands, segment, segments };
    commands.push({ type: 'seal-segment', recording, end: active.end });
  }
  commands.push({
    type: 'begin-segment',
    recording,
    index: segments,
    format,
    init: head(),
    start: at,
    clock,
  });
  return { commands, segment: { durationMs: 0 }, segments: segments + 1 };
}

export function stampOf(
  { settings, officer }: Pick<RecorderState, 'settings' | 'officer'>,
  { recording, pendingMarks }: Pick<ActiveRecording, 'recording' | 'pendingMarks'>,
  { fragment, position, clock }: StampedFragment<CapturedFragment>,
): Stamp {
  return {
    at: fragment.at,
    mono: fragment.mono,
    device: settings.device,
    recording,
    ...(officer === undefined ? {} : { officer: officer.number }),
    clock,
    ...(position === undefined ? {} : { position }),
    ...(pendingMarks.length === 0 ? {} : { marks: [...pendingMarks] }),
  };
}
