import { PeerRefusal } from '@mingjing/runtime';
import type { CameraLink } from '../ports/camera-link.ts';
import type { Clock } from '../ports/clock.ts';

/** A dock is kept to network time; a second covers what that leaves, and leap seconds smeared. */
const UNCERTAINTY_MS = 1_000;
const MAX_MS = 10_000;

/**
 * Tells the camera what time it is, once it has said who it is. A favour: the docking goes on whatever comes of it.
 * Gives what is to be logged.
 */
export async function tellTime(
  camera: CameraLink,
  device: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<{ readonly level: 'debug' | 'info' | 'warn'; readonly said: string }> {
  const claim = { at: clock.wall(), uncertainty: UNCERTAINTY_MS };
  try {
    const soon = AbortSignal.any([signal, AbortSignal.timeout(MAX_MS)]);
    const { believed } = await camera.tellTime(device, claim, soon);
    if (believed) return { level: 'debug', said: `the camera was told the time, ${claim.at}` };
    return {
      level: 'warn',
      said: `the camera does not believe that it is ${claim.at}: one of the two clocks is wrong`,
    };
  } catch (error) {
    if (error instanceof PeerRefusal && error.refusal === 'not-found')
      return { level: 'debug', said: 'the camera does not ask for the time' };
    const why = error instanceof Error ? error.message : 'the line broke';
    return { level: 'info', said: `the camera could not be told the time: ${why}` };
  }
}
