import type { Log } from '@mingjing/runtime';

/** Where people find the proof of a fork. A full disk is no reason not to alarm. */
export function keptAt(keep: () => string, log: Log): string {
  try {
    return keep();
  } catch (err) {
    log.error({ err }, 'the proof of a fork could not be kept');
    return 'in the log of the dock';
  }
}
