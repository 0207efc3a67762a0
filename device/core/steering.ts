import { samePlan, type CapturePlan } from './capture-plan.ts';
import type { RecorderState, Step } from './state.ts';
import { unchanged } from './state.ts';

/** What the capture should give at this moment; undefined: nothing. */
export function wantedPlan(state: RecorderState): CapturePlan | undefined {
  const { phase, active, resume, docked, capture, settings } = state;
  if (phase !== 'on') return undefined;
  if (active === undefined && docked) return undefined;
  if ((active ?? resume)?.mode === 'audio') return { format: 'wav' };
  const { picture, sound } = capture.available;
  // When nothing works, everything is tried.
  return { format: 'mp4', ...(picture || sound ? { picture, sound } : settings.sources) };
}

/** Brings the capture to what it should give. Looked at after every event. */
export function steer(state: RecorderState): Step {
  const { capture } = state;
  const plan = wantedPlan(state);
  switch (capture.phase) {
    case 'off':
      if (plan === undefined) return unchanged(state);
      return {
        state: {
          ...state,
          capture: {
            ...capture,
            phase: 'waiting',
            plan,
            picture: state.policy.picture,
            asked: capture.asked + 1,
          },
        },
        commands: [{ type: 'start-capture', plan, delayMs: 0 }],
      };
    case 'waiting':
    case 'up':
      if (samePlan(plan, capture.plan) && !hasNewPicture(state)) return unchanged(state);
      return {
        state: {
          ...state,
          capture: { ...capture, phase: 'stopping', switching: plan !== undefined },
        },
        commands: [{ type: 'stop-capture' }],
      };
    case 'stopping':
      return unchanged(state);
    default:
      return capture.phase satisfies never;
  }
}

/** The policy asks for other pictures. Never within a recording. */
function hasNewPicture({ active, resume, capture, policy }: RecorderState): boolean {
  if (active !== undefined || resume !== undefined || capture.picture === undefined) return false;
  const { width, height, framesPerSecond, bitsPerSecond } = policy.picture;
  const before = capture.picture;
  return (
    before.width !== width ||
    before.height !== height ||
    before.framesPerSecond !== framesPerSecond ||
    before.bitsPerSecond !== bitsPerSecond
  );
}
