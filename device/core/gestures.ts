import type { Button } from './events.ts';

/** The buttons on the case. */
export const BUTTON_NAMES = ['record', 'audio', 'photo', 'mark', 'power'] as const;
export type ButtonName = (typeof BUTTON_NAMES)[number];

/** A line changed. Raw: contacts bounce. */
export interface ButtonEdge {
  readonly button: ButtonName;
  readonly down: boolean;
  /** Milliseconds of the camera's monotonic clock. */
  readonly mono: number;
}

/** A level that did not last so long was contacts bouncing, or a spark. */
export const DEBOUNCE_MS = 25;
export const HOLD_TO_STOP_MS = 1_500;
export const HOLD_TO_TOGGLE_MS = 1_500;
export const HOLD_TO_KEY_MARK_MS = 1_000;
export const HOLD_TO_SHUT_DOWN_MS = 3_000;
/** Nobody holds a button so long: it is stuck, or something lies on it. */
export const STUCK_MS = 30_000;
/** A second `down` within this time is the bouncing of one finger, not a second one. */
const SAME_FINGER_MS = 100;

/** What goes on at the moment; it decides what a button means when it goes down. */
export interface Situation {
  readonly stopBy: 'press' | 'long-press';
  /** What is being recorded, if anything is, and whether it was already told to end. */
  readonly recording?: { readonly activity: 'video' | 'audio'; readonly post: boolean };
}

export type GestureCommand =
  | { readonly type: 'press'; readonly button: Button; readonly held?: boolean }
  | { readonly type: 'say-state' }
  | { readonly type: 'shut-down' }
  /** It is not listened to until it is let go of. */
  | { readonly type: 'stuck'; readonly button: ButtonName }
  | { readonly type: 'freed'; readonly button: ButtonName };

/** What one way of using a button does: at once, when let go of soon, and when held, at the moment the time is up. */
interface Meaning {
  readonly down?: GestureCommand;
  readonly short?: GestureCommand;
  readonly long?: { readonly afterMs: number; readonly command: GestureCommand };
}

interface Hold {
  /** The first edge of it. */
  readonly sinceMono: number;
  readonly meaning: Meaning;
  /** It has had its effect. */
  readonly spent: boolean;
  readonly stuck: boolean;
}

interface Line {
  /** Last heard, and when. */
  readonly down: boolean;
  readonly changedMono: number;
  /** There is one while the button is down beyond doubt. */
  readonly hold?: Hold;
}

export interface GestureState {
  readonly mono: number;
  readonly lines: Readonly<Record<ButtonName, Line>>;
}

export type GestureEvent =
  | { readonly type: 'edge'; readonly edge: ButtonEdge }
  | { readonly type: 'tick'; readonly mono: number }
  /** The lines could not be heard for a while: nobody knows whether a button was held all the time. */
  | { readonly type: 'unheard'; readonly mono: number };

export interface GestureStep {
  readonly state: GestureState;
  readonly commands: readonly GestureCommand[];
  /** When the next `tick` MUST come, if no edge comes before it. */
  readonly wakeAt: number | undefined;
}

const UP: Line = { down: false, changedMono: Number.NEGATIVE_INFINITY };

export const NO_GESTURES: GestureState = {
  mono: 0,
  lines: { record: UP, audio: UP, photo: UP, mark: UP, power: UP },
};

/**
 * From contacts to what a person meant.
 *
 * INVARIANT: while `stopBy` is 'long-press', no 'stop' comes but at the end of 1.5 s in which the button was down,
 * but for gaps shorter than the debounce time. One going down gives at most one press, 'stuck' and 'freed' apart.
 * Time that runs backwards is taken as standing still.
 */
export function gesture(state: GestureState, event: GestureEvent, situation: Situation): GestureStep {
  const mono = Math.max(state.mono, event.type === 'edge' ? event.edge.mono : event.mono);
  const passed = advance(state, mono, situation);
  if (event.type === 'tick') return stepOf(passed.state, passed.commands);
  if (event.type === 'unheard')
    return stepOf({ ...NO_GESTURES, mono }, [...passed.commands, ...freed(passed.state)]);
  const { button, down } = event.edge;
  const heard = hear(passed.state.lines[button], down, mono);
  const lines = { ...passed.state.lines, [button]: heard.line };
  return stepOf({ mono, lines }, [...passed.commands, ...heard.commands(button)]);
}

/** What a button means in a situation. The table is in docs/OPERATIONS.md. */
function meaningOf(button: ButtonName, { stopBy, recording }: Situation): Meaning {
  switch (button) {
    case 'record':
    case 'audio': {
      const own = recording?.activity === (button === 'record' ? 'video' : 'audio');
      if (own) return whileRecording(button, stopBy, recording.post);
      const gentle = recording !== undefined && stopBy === 'long-press';
      if (button === 'record') return gentle ? insteadOfSound() : { down: press('record') };
      return { short: press('audio'), long: held(HOLD_TO_TOGGLE_MS, press('mute')) };
    }
    case 'photo':
      return { short: press('photo'), long: held(HOLD_TO_TOGGLE_MS, press('stealth')) };
    case 'mark':
      return { short: press('mark'), long: held(HOLD_TO_KEY_MARK_MS, press('key-mark')) };
    case 'power':
      return { short: { type: 'say-state' }, long: held(HOLD_TO_SHUT_DOWN_MS, { type: 'shut-down' }) };
    default:
      return button satisfies never;
  }
}

/** In post-recording a press goes on recording, and holding ends it at once. A short press is answered 'hold-to-stop'. */
function whileRecording(button: 'record' | 'audio', stopBy: Situation['stopBy'], post: boolean): Meaning {
  if (stopBy === 'press' && !post) return { down: press('stop') };
  return { short: press(button), long: held(HOLD_TO_STOP_MS, press('stop')) };
}

/** A short press is answered 'hold-to-stop': the sound that is recorded is not to end by accident. */
function insteadOfSound(): Meaning {
  return { short: press('record'), long: held(HOLD_TO_STOP_MS, { ...press('record'), held: true }) };
}

function press(button: Button): GestureCommand & { readonly type: 'press' } {
  return { type: 'press', button };
}

function held(afterMs: number, command: GestureCommand): NonNullable<Meaning['long']> {
  return { afterMs, command };
}

interface Due {
  readonly at: number;
  readonly what: 'settle' | 'long' | 'stuck';
}

/** What comes next on a line if nothing is heard. A long press waits while the contact is open, were it but bouncing. */
function nextDue({ down, changedMono, hold }: Line): Due | undefined {
  if (down !== (hold !== undefined)) return { at: changedMono + DEBOUNCE_MS, what: 'settle' };
  if (hold === undefined) return undefined;
  const { long } = hold.meaning;
  if (!hold.spent && long !== undefined) return { at: hold.sinceMono + long.afterMs, what: 'long' };
  return hold.stuck ? undefined : { at: hold.sinceMono + STUCK_MS, what: 'stuck' };
}

interface Timed {
  readonly at: number;
  readonly command: GestureCommand;
}

function advance(
  state: GestureState,
  mono: number,
  situation: Situation,
): { state: GestureState; commands: GestureCommand[] } {
  const timed: Timed[] = [];
  const lines = { ...state.lines };
  for (const button of BUTTON_NAMES) {
    let line = lines[button];
    for (let due = nextDue(line); due !== undefined && due.at <= mono; due = nextDue(line)) {
      const { at } = due;
      const next = come(button, line, due.what, situation);
      line = next.line;
      timed.push(...next.commands.map((command) => ({ at, command })));
    }
    lines[button] = line;
  }
  timed.sort((one, other) => one.at - other.at);
  return { state: { mono, lines }, commands: timed.map(({ command }) => command) };
}

interface LineStep {
  readonly line: Line;
  readonly commands: readonly GestureCommand[];
}

function come(button: ButtonName, line: Line, what: Due['what'], situation: Situation): LineStep {
  const { hold } = line;
  if (hold === undefined) return goDown(button, line, situation);
  if (what === 'settle')
    return { line: { down: false, changedMono: line.changedMono }, commands: letGo(button, hold) };
  if (what === 'stuck')
    return { line: { ...line, hold: { ...hold, stuck: true } }, commands: [{ type: 'stuck', button }] };
  const { long } = hold.meaning;
  return {
    line: { ...line, hold: { ...hold, spent: true } },
    commands: long === undefined ? [] : [long.command],
  };
}

function goDown(button: ButtonName, line: Line, situation: Situation): LineStep {
  const meaning = meaningOf(button, situation);
  const hold = { sinceMono: line.changedMono, meaning, spent: false, stuck: false };
  return { line: { ...line, hold }, commands: meaning.down === undefined ? [] : [meaning.down] };
}

function letGo(button: ButtonName, { meaning, spent, stuck }: Hold): readonly GestureCommand[] {
  if (stuck) return [{ type: 'freed', button }];
  return spent || meaning.short === undefined ? [] : [meaning.short];
}

interface Heard {
  readonly line: Line;
  readonly commands: (button: ButtonName) => readonly GestureCommand[];
}

const NOTHING = (): readonly GestureCommand[] => [];

function hear(line: Line, down: boolean, mono: number): Heard {
  if (down !== line.down) return { line: { ...line, down, changedMono: mono }, commands: NOTHING };
  if (!down) return { line, commands: NOTHING };
  // A going up was lost in between, so the time the button was held begins anew; what is not spent was a short press.
  const { hold, changedMono } = line;
  if (hold === undefined) return { line: { ...line, changedMono: mono }, commands: NOTHING };
  if (mono - changedMono < SAME_FINGER_MS) {
    return { line: { ...line, changedMono: mono, hold: { ...hold, sinceMono: mono } }, commands: NOTHING };
  }
  return { line: { down, changedMono: mono }, commands: (button) => letGo(button, hold) };
}

function freed({ lines }: GestureState): GestureCommand[] {
  return BUTTON_NAMES.filter((button) => lines[button].hold?.stuck === true).map((button) => ({
    type: 'freed',
    button,
  }));
}

function stepOf(state: GestureState, commands: readonly GestureCommand[]): GestureStep {
  const dues = BUTTON_NAMES.map((button) => nextDue(state.lines[button])?.at).filter(
    (at) => at !== undefined,
  );
  return { state, commands, wakeAt: dues.length === 0 ? undefined : Math.min(...dues) };
}
