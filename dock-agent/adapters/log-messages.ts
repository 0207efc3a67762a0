import type { Log } from '@mingjing/runtime';
import type { Messages } from '../ports/messages.ts';

/** For a dock without a broker: what it would tell stands in its log. */
export function logMessages(log: Log): Messages {
  return {
    showBay: () => undefined, // the bay logs its own states
    progress: (progress) => log.debug(progress, 'progress'),
    alarm: ({ severity, ...alarm }) => log[LEVELS[severity]](alarm, 'alarm'),
    showCharge: () => undefined,
    showCamera: () => undefined,
    close: () => Promise.resolve(),
  };
}

const LEVELS = { info: 'info', warning: 'warn', critical: 'error' } as const;
