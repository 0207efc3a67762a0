import type { IngestState } from '@mingjing/protocol';
import {
  EMPTY_BAY,
  type BayCommand,
  type BayEvent,
  type BayState,
} from '../../../dock-agent/core/bay-model.ts';
import { step } from '../../../dock-agent/core/bay.ts';
import type { FailureCode } from '../../../dock-agent/core/failures.ts';
import { shown } from '../../../dock-agent/core/shown.ts';

const CAMERA = { device: 'cam-1', epoch: 1 };
const [A, B] = ['aa'.repeat(32), 'bb'.repeat(32)];
const AT = 1_000;
const LATER = 10_000_000;

function archive(size: number, receipted = 0, ...missing: string[]): IngestState {
  return { epoch: 1, size, receipted, missing: missing.map((object) => ({ object, size: 100 })) };
}

/** An event about whatever docking is under way. */
type Event = (docking: number) => BayEvent;
const docked: Event = () => ({ type: 'docked', at: AT });
const undocked: Event = () => ({ type: 'undocked', at: AT });
const wake: Event = (docking) => ({ type: 'wake', docking, at: LATER });
const looked =
  (size: number, camera = CAMERA): Event =>
  (docking) => ({ type: 'looked', docking, at: AT, camera, size });
const answered =
  (state: IngestState): Event =>
  (docking) => ({ type: 'archive-answered', docking, at: AT, archive: state });
const pushed =
  (state: IngestState): Event =>
  (docking) => ({
    type: 'journal-pushed',
    docking,
    at: AT,
    archive: state,
    checkpoint: { size: state.size, root: new Uint8Array(32) },
    named: undefined,
  });
const moved =
  (object: string): Event =>
  (docking) => ({ type: 'object-moved', docking, at: AT, object, size: 100 });
const handed =
  (size: number): Event =>
  (docking) => ({ type: 'receipt-handed', docking, at: AT, size });
const failed =
  (code: FailureCode, object?: string): Event =>
  (docking) => ({
    ...{ type: 'failed', docking, at: AT, code, detail: 'why' },
    ...(object === undefined ? {} : { object }),
  });

interface Now {
  readonly state: BayState;
  readonly commands: readonly BayCommand[];
}

function happen(state: BayState, ...events: readonly Event[]): Now {
  let now: Now = { state, commands: [] };
  for (const event of events) now = step(now.state, event(now.state.docking));
  return now;
}

const identified = [docked, looked(4)];
const often = (event: Event): Event[] => Array.from({ length: 5 }, () => event);

/** Every state of docs/BAYS.md, as it comes about. */
export const SITUATIONS = {
  empty: [],
  identifying: [docked],
  'no answer': [docked, ...often(failed('camera-unreachable'))],
  'asking the archive': identified,
  'pushing the journal': [...identified, answered(archive(1))],
  'moving objects': [...identified, answered(archive(4, 0, A, B))],
  'awaiting a receipt': [...identified, answered(archive(4))],
  'object set aside': [...identified, answered(archive(4, 0, A)), failed('object-altered', A)],
  'no archive': [...identified, ...often(failed('archive-unreachable'))],
  clearing: [...identified, answered(archive(4, 4))],
  'looking again': [...identified, answered(archive(4, 4)), handed(4)],
  ready: [...identified, answered(archive(4, 4)), handed(4), looked(4)],
  recounting: [...identified, answered(archive(9))],
  refused: [docked, failed('camera-revoked')],
  unknown: [docked, failed('camera-unknown')],
} as const satisfies Record<string, readonly Event[]>;
export type Situation = keyof typeof SITUATIONS;

/** Every event of docs/BAYS.md. */
export const EVENTS = {
  'a camera is put in': docked,
  'it is pulled out': undocked,
  'the pause is over': wake,
  'it says who it is': looked(4),
  'its journal has grown': looked(5),
  'another camera answers': looked(4, { device: 'cam-2', epoch: 1 }),
  'nobody knows it': failed('camera-unknown'),
  'it is of another agency': failed('camera-of-another-agency'),
  'it is no camera': failed('camera-not-trusted'),
  'its certificate is not valid today': failed('camera-expired'),
  'its certificate is revoked': failed('camera-revoked'),
  'it does not answer': failed('camera-unreachable'),
  'it does not answer, five times': often(failed('camera-unreachable')),
  'it changed on the line': failed('camera-changed'),
  'it speaks out of schema': failed('camera-broke-protocol'),
  'its journal does not hold': failed('journal-bad'),
  'its journal contradicts the archive’s': failed('journal-forked'),
  'an object is altered': failed('object-altered', A),
  'the archive does not answer': failed('archive-unreachable'),
  'the archive does not answer, three times': [
    failed('archive-unreachable'),
    failed('archive-unreachable'),
    failed('archive-unreachable'),
  ],
  'the archive has less of the journal': answered(archive(1)),
  'the archive has more of the journal': answered(archive(9)),
  'the archive lacks an object': answered(archive(4, 0, B)),
  'the archive lacks nothing': answered(archive(4)),
  'the archive has signed': answered(archive(4, 4)),
  'a page is taken': pushed(archive(4, 0, A)),
  'a page is taken, and nothing came of it': pushed(archive(1)),
  'an object is taken': moved(A),
  'the receipt is handed on': handed(4),
  'the receipt is not there yet': (docking: number) =>
    ({ type: 'receipt-pending', docking, at: AT }) satisfies BayEvent,
  'the receipt is bad': failed('receipt-bad'),
  'the camera refuses the receipt': failed('receipt-refused'),
} as const satisfies Record<string, Event | readonly Event[]>;
export type Happening = keyof typeof EVENTS;

export interface Outcome {
  readonly next: string;
  readonly done: string;
  readonly alarm: string;
}

/** A word of the table: every state but `empty` of which no other row of the same event speaks. */
export const ANY_OTHER = 'any other';

export function shownIn(situation: Situation): string {
  return shown(happen(EMPTY_BAY, ...SITUATIONS[situation]).state).state;
}

const DONE: Readonly<Record<BayCommand['type'], string>> = {
  look: 'look',
  'ask-archive': 'ask the archive',
  'push-journal': 'push the journal',
  'move-object': 'move an object',
  'hand-receipt': 'hand on the receipt',
  wait: 'wait',
  'let-go': 'let go',
  show: '',
  'raise-alarm': '',
};

/** What comes of it: of several events, what comes of the last, and every alarm. */
export function outcomeOf(situation: Situation, happening: Happening): Outcome {
  const events: Event | readonly Event[] = EVENTS[happening];
  let now = happen(EMPTY_BAY, ...SITUATIONS[situation]);
  const alarms: string[] = [];
  for (const event of typeof events === 'function' ? [events] : events) {
    now = happen(now.state, event);
    for (const command of now.commands) if (command.type === 'raise-alarm') alarms.push(command.code);
  }
  const done = now.commands.map(({ type }) => DONE[type]).filter((words) => words !== '');
  return { next: shown(now.state).state, done: done.join(', '), alarm: alarms.join(', ') };
}
