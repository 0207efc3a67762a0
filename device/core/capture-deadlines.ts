import { STABLE_MS } from './capture-rules.ts';
import { then, unchanged, type CaptureState, type RecorderState, type Step } from './state.ts';

/** A run that is up gives something every second or so. */
export const SILENT_MS = 30_000;
/** A run that was asked to end is killed long before this. */
export const STOP_PATIENCE_MS = 15_000;

/** A run that is up and silent is begun anew; of one that does not end everybody is told. */
export function watchRun(state: RecorderState, mono: number): Step {
  const { phase, heardMono } = state.capture;
  if (phase === 'stopping') return watchStop(state, mono);
  return phase === 'up' && mono - heardMono >= SILENT_MS ? beginAnew(state) : unchanged(state);
}

/** Ends a run that is up and gives nothing; the steering begins another. */
export function beginAnew(state: RecorderState): Step {
  const { phase, heardMono, readyMono } = state.capture;
  if (phase !== 'up') return unchanged(state);
  const told = lost(state, heardMono - readyMono >= STABLE_MS, 'it is up, and nothing comes');
  return then(told, (next) => ({
    state: withCapture(next, { phase: 'stopping', switching: false }),
    commands: [{ type: 'stop-capture' }],
  }));
}

/** Nothing else can be begun as long as it holds its sources. */
function watchStop(state: RecorderState, mono: number): Step {
  const { lateSinceMono } = state.capture;
  if (lateSinceMono === undefined) return unchanged(withCapture(state, { lateSinceMono: mono }));
  if (mono - lateSinceMono < STOP_PATIENCE_MS) return unchanged(state);
  const once = withCapture(state, { lateSinceMono: Number.POSITIVE_INFINITY, switching: false });
  return lost(once, true, `it did not end within ${STOP_PATIENCE_MS / 1000} s`);
}

function lost(state: RecorderState, isNew: boolean, detail: string): Step {
  const { failures, alarmed } = state.capture;
  const known = withCapture(state, { failures: isNew ? 1 : failures + 1, alarmed: true });
  return {
    state: known,
    commands: [
      ...(alarmed && !isNew
        ? []
        : [{ type: 'alarm', code: 'capture-lost', severity: 'critical', detail } as const]),
      { type: 'publish-state' },
    ],
  };
}

function withCapture(state: RecorderState, more: Partial<CaptureState>): RecorderState {
  return { ...state, capture: { ...state.capture, ...more } };
}
