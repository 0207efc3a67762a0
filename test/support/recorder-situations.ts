import type { Command, CommandOf } from '../../device/core/commands.ts';
import { doingOf } from '../../device/core/signals.ts';
import { NOTHING_CAPTURED_MS, STOP_GRACE_MS } from '../../device/core/ticking.ts';
import { sourcesOf } from '../../device/core/capture-plan.ts';
import { RecorderBench, RESERVE } from './device-recorder.ts';

const POST_RECORD_S = 60;

function bench(more: object = {}): RecorderBench {
  return RecorderBench.withPolicy({
    ...{ muteAllowed: true, stealthAllowed: true, startByOrder: true, version: 1 },
    ...more,
  });
}

const standby = (more: object = {}): RecorderBench => bench(more).standby().fragments(2);
const video = (more: object = {}): RecorderBench => standby(more).press('record').fragments(1);

/** Every state of docs/RECORDER.md, as it comes about. */
export const SITUATIONS = {
  starting: () => bench(),
  'waiting for the capture': () => bench().happen({ type: 'recovered' }),
  standby: () => standby(),
  'recording video': () => video(),
  'recording sound': () => standby().press('audio').captureStopped().soundReady().pieces(1),
  'giving way to video': () =>
    standby().press('audio').captureStopped().soundReady().pieces(1).press('record'),
  'video without picture': () => video().lose('picture').captureReady({ picture: false }),
  'post-record': () => video({ postRecordSeconds: POST_RECORD_S }).press('stop'),
  'recording in the dock': () => video().happen({ type: 'dock', attached: true }),
  'waiting to go on': () => video().lose().tick(NOTHING_CAPTURED_MS).closedByWorld(),
  stopping: () => video().press('stop'),
  closing: () => video().press('stop').fragments(1),
  docked: () => standby().happen({ type: 'dock', attached: true }).captureStopped(),
  'storage full': () => standby().level(RESERVE - 1),
  'capture lost': () => standby().lose(),
  'storage failed': () => standby().storageFails(),
  off: () => standby().shutDown().captureStopped(),
} as const satisfies Record<string, () => RecorderBench>;
export type Situation = keyof typeof SITUATIONS;

function lastPiece(b: RecorderBench): RecorderBench {
  return b.state.capture.head?.format === 'wav' ? b.pieces(1) : b.fragments(1);
}

const PLENTY = 1_000 * RESERVE;

/** Every event of docs/RECORDER.md. */
export const EVENTS = {
  'the journal is recovered': (b) => b.happen({ type: 'recovered' }),
  'the capture is ready': (b) => b.captureReady(),
  'the capture is ready, without sound': (b) => b.captureReady({ sound: false }),
  'the capture is ready, with another codec': (b) => b.captureReady({ codec: 'othr' }),
  'the capture is gone': (b) => b.lose(),
  'the picture is gone': (b) => b.lose('picture'),
  'the sound is gone': (b) => b.lose('sound'),
  'both sources are found': (b) => b.probed(true, true),
  'no source is found': (b) => b.probed(false, false),
  'the frame rate is low': (b) =>
    b.happen({ type: 'capture-trouble', kind: 'frame-rate-low', detail: '12 of 25' }),
  'a fragment comes': (b) => b.fragments(1),
  'a piece of sound comes': (b) => b.pieces(1),
  'record is pressed': (b) => b.press('record'),
  'audio is pressed': (b) => b.press('audio'),
  'a photo is pressed, taken and developed': (b) => {
    b.press('photo').fragments(1);
    const [photo] = b.state.photos;
    if (photo === undefined) return b;
    return b.happen({ type: 'photo-developed', recording: photo.recording, jpeg: new Uint8Array(4) });
  },
  'stop is pressed': (b) => b.press('stop'),
  'stop is pressed, and the last piece comes': (b) => lastPiece(b.press('stop')),
  'audio is pressed, and the last piece comes': (b) => lastPiece(b.press('audio')),
  'mark is pressed': (b) => b.press('mark'),
  'key mark is pressed': (b) => b.press('key-mark'),
  'mute is pressed': (b) => b.press('mute'),
  'stealth is pressed': (b) => b.press('stealth'),
  'a start is ordered': (b) => b.order('start'),
  'a stop is ordered': (b) => b.order('stop'),
  'it is handed to another officer': (b) => b.handTo('110-88'),
  'it is handed back': (b) => b.handTo(),
  'a newer policy comes': (b) => b.apply({ version: 2 }),
  'an older policy comes': (b) => b.apply({ version: 0 }),
  'it is docked': (b) => b.happen({ type: 'dock', attached: true }),
  'it is undocked': (b) => b.happen({ type: 'dock', attached: false }),
  'the battery is low': (b) => b.battery(19),
  'the battery is empty': (b) => b.battery(5).battery(5).battery(4),
  'the battery is empty, on power from outside': (b) => b.battery(5, true),
  'space is short': (b) => b.level(2 * RESERVE),
  'space runs out': (b) => b.level(RESERVE - 1),
  'space is plenty': (b) => b.level(PLENTY),
  'the storage fails': (b) => b.storageFails(),
  'the fix is lost': (b) =>
    b.happen({ type: 'position', fix: true }).happen({ type: 'position', fix: false }),
  'no button can be heard': (b) =>
    b.happen({ type: 'trouble', trouble: 'buttons-lost', detail: 'the line is gone' }),
  'the wall clock is set': (b) => {
    b.wallMs += 3_600_000;
    return b.happen({ type: 'position', fix: false });
  },
  'the close is durable': (b) => b.closedByWorld(),
  'the last fragment does not come': (b) => b.tick(STOP_GRACE_MS),
  'the post-record time is over': (b) => {
    const { postUntilMono } = b.state.active ?? {};
    return postUntilMono === undefined ? b : b.tick(postUntilMono - b.mono + STOP_GRACE_MS);
  },
  'nothing comes for half a minute': (b) => b.tick(NOTHING_CAPTURED_MS),
  'it is switched off': (b) => b.shutDown(),
} as const satisfies Record<string, (bench: RecorderBench) => RecorderBench>;
export type Happening = keyof typeof EVENTS;

export interface Outcome {
  readonly next: string;
  /** In order. */
  readonly journaled: string;
  readonly answered: string;
  readonly light: string;
}

/** What comes of an event in a situation. */
export function outcomeOf(situation: Situation, happening: Happening): Outcome {
  const before = SITUATIONS[situation]();
  const told = before.commands.length;
  const after = EVENTS[happening](before);
  const commands = after.commands.slice(told);
  const { active, capture } = after.state;
  return {
    next: after.mode,
    journaled: commands.flatMap(entriesOf).join(', '),
    answered: commands.flatMap((one) => (one.type === 'answer' ? [one.answer.code] : [])).join(', '),
    light: doingOf({
      mode: after.mode,
      ...(active === undefined ? {} : { activity: active.mode }),
      picture: capture.head !== undefined && sourcesOf(capture.head).picture,
      muted: false,
      stealth: false,
      warnings: [],
    }),
  };
}

export function modeIn(situation: Situation): string {
  return SITUATIONS[situation]().mode;
}

/** What commands leave in the journal, in few words. */
const ENTRIES: { readonly [K in Command['type']]?: (command: CommandOf<K>) => string } = {
  'open-recording': ({ mode, continues }) => `opened ${mode}${continues === undefined ? '' : ' (continues)'}`,
  'seal-segment': () => 'segment',
  mark: ({ kind }) => `marked ${kind}`,
  'close-recording': ({ reason }) => `closed ${reason}`,
  'store-photo': () => 'photo',
  salvage: () => 'salvage',
  journal: ({ entry }) => {
    if (entry.type === 'capture-changed') return `capture-changed ${entry.reason}`;
    return entry.type === 'setting-changed' ? `${entry.setting} ${entry.on ? 'on' : 'off'}` : entry.type;
  },
  alarm: ({ code }) => `alarm ${code}`,
  'clock-set': () => 'clock-set',
  'power-off': () => 'power-off',
};

function entriesOf(command: Command): string[] {
  const entry = ENTRIES[command.type] as ((command: Command) => string) | undefined;
  return entry === undefined ? [] : [entry(command)];
}
