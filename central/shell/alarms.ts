import { randomBytes } from 'node:crypto';
import type { Alarm } from '@mingjing/protocol';

/** What the archive itself raises. Closed: pages and manuals word each of them. */
export type ArchiveAlarmCode =
  | 'journal-forked' // a camera signed two histories: proof is kept
  | 'journal-unreconciled' // a camera signed what does not follow from what is held: to be sent again from 0
  | 'journal-fault' // a camera's journal contradicts itself
  | 'object-gone' // an object the catalogue knew is not in the store any more
  | 'object-damaged' // a file in the store was not what its name says: kept aside, fetched again
  | 'storage-full'
  | 'storage-failed';

/** Raises an alarm. Never throws. */
export type RaiseAlarm = (code: ArchiveAlarmCode, severity: Alarm['severity'], detail: string) => void;

export function makeAlarm(code: ArchiveAlarmCode, severity: Alarm['severity'], detail: string): Alarm {
  return {
    at: new Date().toISOString(),
    id: randomBytes(16).toString('hex'),
    code,
    severity,
    detail: detail.slice(0, 1024),
  };
}
