import { sameSources, type Source, type Sources } from './capture-plan.ts';
import type { Command } from './commands.ts';
import type { EventOf } from './events.ts';
import { FIRST_PROBE_MS, unchanged } from './state.ts';
import type { CaptureState, Probing, RecorderState, Step } from './state.ts';

const MAX_PROBE_MS = 60_000;
/** A source that was there for so long is well: when it goes again, it is looked for soon. */
const HELD_MS = 300_000;
const SOURCES = ['picture', 'sound'] as const;

/** What came back is taken in again; what is not there is not asked for, while the other is. */
export function sourcesProbed(state: RecorderState, event: EventOf<'sources-probed'>): Step {
  const { capture, settings } = state;
  if (state.phase !== 'on') return unchanged(state);
  const found: Sources = {
    picture: event.picture && settings.sources.picture,
    sound: event.sound && settings.sources.sound,
  };
  const { available } = capture;
  const isBack = (source: Source): boolean => found[source] && !available[source];
  if (SOURCES.some(isBack)) {
    const merged =
      capture.phase === 'up'
        ? { picture: available.picture || found.picture, sound: available.sound || found.sound }
        : found;
    // It may go again at once, and each time that costs the other a moment.
    const probe = eachProbed(capture, (source, { dueMono, everyMs }) => {
      const longerMs = Math.min(MAX_PROBE_MS, everyMs * 2);
      return isBack(source) ? { dueMono: event.mono + longerMs, everyMs: longerMs } : { dueMono, everyMs };
    });
    return unchanged({ ...state, capture: { ...capture, available: merged, probe } });
  }
  // A run that is up says by itself what it loses; and when nothing is found, everything is tried.
  const nothing = !found.picture && !found.sound;
  if (capture.phase === 'up' || capture.plan?.format === 'wav' || nothing) return unchanged(state);
  if (sameSources(found, available)) return unchanged(state);
  return {
    state: { ...state, capture: { ...capture, available: found } },
    commands: [...lostAlarms(state, found), { type: 'publish-state' }],
  };
}

/** While something is missing that should be there, it is looked for, less often each time it came back and went again. */
export function probeAgain(state: RecorderState, mono: number): Step {
  const { capture, settings, docked } = state;
  const { available, probe, phase } = capture;
  if (phase !== 'up' && phase !== 'waiting') return unchanged(state);
  const isDue = (source: Source): boolean =>
    settings.sources[source] && !available[source] && mono >= probe[source].dueMono;
  if (docked || !SOURCES.some(isDue)) return unchanged(state);
  const later = eachProbed(capture, (source, { dueMono, everyMs }) => ({
    dueMono: isDue(source) ? mono + everyMs : dueMono,
    everyMs,
  }));
  return {
    state: { ...state, capture: { ...capture, probe: later } },
    commands: [{ type: 'probe-sources' }],
  };
}

/** Behind a run that ended by itself: what was well in it is looked for soon. */
export function probesAfter(capture: CaptureState, mono: number): CaptureState['probe'] {
  const { phase, readyMono, available } = capture;
  const held = phase === 'up' && mono - readyMono >= HELD_MS;
  return eachProbed(capture, (source, probing) =>
    held && available[source] ? { ...probing, everyMs: FIRST_PROBE_MS } : probing,
  );
}

function eachProbed(
  { probe }: CaptureState,
  next: (source: Source, probing: Probing) => Probing,
): CaptureState['probe'] {
  return { picture: next('picture', probe.picture), sound: next('sound', probe.sound) };
}

export function lostAlarms({ capture, settings }: RecorderState, now: Sources): Command[] {
  const lost = SOURCES.filter(
    (source) => settings.sources[source] && capture.available[source] && !now[source],
  );
  return lost.map((source) => lostAlarm(source, 'it is not there'));
}

export function lostAlarm(source: Source, detail: string): Command {
  return { type: 'alarm', code: `${source}-lost`, severity: 'critical', detail: detail.slice(0, 1000) };
}
