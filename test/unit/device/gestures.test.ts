import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import {
  BUTTON_NAMES,
  DEBOUNCE_MS,
  gesture,
  HOLD_TO_STOP_MS,
  NO_GESTURES,
  STUCK_MS,
  type ButtonEdge,
  type ButtonName,
  type GestureCommand,
  type GestureState,
  type Situation,
} from '../../../device/core/gestures.ts';

interface Given {
  readonly at: number;
  readonly said: string;
}

const IDLE: Situation = { stopBy: 'long-press' };
const VIDEO: Situation = { stopBy: 'long-press', recording: { activity: 'video', post: false } };
const AUDIO: Situation = { stopBy: 'long-press', recording: { activity: 'audio', post: false } };
const POST: Situation = { stopBy: 'long-press', recording: { activity: 'video', post: true } };

/** The reducer with an exact alarm clock: a tick comes at the very moment it asked for. */
class Hand {
  readonly given: Given[] = [];
  situation: Situation;
  #state: GestureState = NO_GESTURES;
  #wakeAt: number | undefined;

  constructor(situation: Situation = IDLE) {
    this.situation = situation;
  }

  edge(button: ButtonName, down: boolean, mono: number): void {
    this.wait(mono);
    this.#step({ type: 'edge', edge: { button, down, mono } });
  }

  wait(until: number): void {
    while (this.#wakeAt !== undefined && this.#wakeAt <= until) {
      this.#step({ type: 'tick', mono: this.#wakeAt });
    }
  }

  unheard(mono: number): void {
    this.wait(mono);
    this.#step({ type: 'unheard', mono });
  }

  /** Down at `from`, up at `to`. */
  press(button: ButtonName, from: number, to: number): void {
    this.edge(button, true, from);
    this.edge(button, false, to);
  }

  #step(event: Parameters<typeof gesture>[1]): void {
    const { state, commands, wakeAt } = gesture(this.#state, event, this.situation);
    this.#state = state;
    this.#wakeAt = wakeAt;
    this.given.push(...commands.map((command) => ({ at: state.mono, said: wordOf(command) })));
  }
}

function wordOf(command: GestureCommand): string {
  return command.type === 'press'
    ? `${command.button}${command.held === true ? ', held' : ''}`
    : 'button' in command
      ? `${command.type} ${command.button}`
      : command.type;
}

function pressed(situation: Situation, button: ButtonName, heldMs: number): Given[] {
  const hand = new Hand(situation);
  hand.press(button, 1_000, 1_000 + heldMs);
  hand.wait(100_000);
  return hand.given;
}

describe('gestures', () => {
  const table: [string, Situation, ButtonName, number, string[]][] = [
    ['record, short', IDLE, 'record', 100, ['record']],
    ['record, held: still one press', IDLE, 'record', 5_000, ['record']],
    [
      'record while video is recorded, short: the camera answers that it is to be held',
      VIDEO,
      'record',
      100,
      ['record'],
    ],
    ['record while video is recorded, held', VIDEO, 'record', 1_600, ['stop']],
    ['record while sound is recorded, short: it is to be held', AUDIO, 'record', 100, ['record']],
    ['record while sound is recorded, held', AUDIO, 'record', 1_600, ['record, held']],
    [
      'record while sound is recorded, where a press stops',
      { ...AUDIO, stopBy: 'press' },
      'record',
      5_000,
      ['record'],
    ],
    ['audio, short', IDLE, 'audio', 100, ['audio']],
    ['audio, held', IDLE, 'audio', 1_600, ['mute']],
    ['audio while video is recorded, held', VIDEO, 'audio', 1_600, ['mute']],
    ['audio while sound is recorded, short', AUDIO, 'audio', 100, ['audio']],
    ['audio while sound is recorded, held', AUDIO, 'audio', 1_600, ['stop']],
    ['record in post-recording, short: it goes on', POST, 'record', 100, ['record']],
    ['record in post-recording, held: it ends at once', POST, 'record', 1_600, ['stop']],
    ['photo, short', VIDEO, 'photo', 100, ['photo']],
    ['photo, held', IDLE, 'photo', 1_600, ['stealth']],
    ['mark, short', VIDEO, 'mark', 999, ['mark']],
    ['mark, held', VIDEO, 'mark', 1_001, ['key-mark']],
    ['power, short', IDLE, 'power', 2_999, ['say-state']],
    ['power, held', IDLE, 'power', 3_001, ['shut-down']],
    ['record, where a press stops', { ...VIDEO, stopBy: 'press' }, 'record', 100, ['stop']],
    ['audio, where a press stops', { ...AUDIO, stopBy: 'press' }, 'audio', 5_000, ['stop']],
    [
      'record in post-recording, where a press stops',
      { ...POST, stopBy: 'press' },
      'record',
      100,
      ['record'],
    ],
  ];
  for (const [name, situation, button, heldMs, expected] of table) {
    it(`${name} → ${expected.join(', ')}`, () => {
      assert.deepEqual(
        pressed(situation, button, heldMs).map(({ said }) => said),
        expected,
      );
    });
  }

  it('acts at the moment the time is reached, not when the button is let go of', () => {
    assert.deepEqual(pressed(VIDEO, 'record', 9_000), [{ at: 1_000 + HOLD_TO_STOP_MS, said: 'stop' }]);
    assert.deepEqual(pressed(IDLE, 'power', 9_000), [{ at: 4_000, said: 'shut-down' }]);
  });

  it('starts a recording as soon as the contact is sure', () => {
    assert.deepEqual(pressed(IDLE, 'record', 9_000), [{ at: 1_000 + DEBOUNCE_MS, said: 'record' }]);
  });

  it('never stops with the press that began', () => {
    const hand = new Hand(IDLE);
    hand.edge('record', true, 0);
    hand.wait(500);
    hand.situation = VIDEO;
    hand.edge('record', false, 8_000);
    hand.wait(20_000);
    assert.deepEqual(
      hand.given.map(({ said }) => said),
      ['record'],
    );
  });

  it('takes a spark of less than the debounce time for nothing', () => {
    assert.deepEqual(pressed(IDLE, 'record', DEBOUNCE_MS - 1), []);
  });

  it('hears a late batch of edges by their own time', () => {
    const hand = new Hand(VIDEO);
    let state = NO_GESTURES;
    const said: string[] = [];
    const edges: ButtonEdge[] = [
      { button: 'record', down: true, mono: 100 },
      { button: 'record', down: false, mono: 1_400 },
      { button: 'record', down: true, mono: 1_450 },
      { button: 'record', down: false, mono: 3_100 },
    ];
    for (const edge of edges) {
      const step = gesture(state, { type: 'edge', edge }, hand.situation);
      state = step.state;
      said.push(...step.commands.map(wordOf));
    }
    assert.deepEqual(said, ['record', 'stop']);
  });

  it('reports a stuck button once, does not listen to it, and says when it is free', () => {
    const hand = new Hand(VIDEO);
    hand.edge('photo', true, 0);
    hand.wait(200_000);
    hand.edge('photo', false, 200_000);
    hand.wait(201_000);
    hand.press('photo', 202_000, 202_100);
    hand.wait(203_000);
    assert.deepEqual(hand.given, [
      { at: 1_500, said: 'stealth' },
      { at: STUCK_MS, said: 'stuck photo' },
      { at: 200_000 + DEBOUNCE_MS, said: 'freed photo' },
      { at: 202_100 + DEBOUNCE_MS, said: 'photo' },
    ]);
  });

  it('survives a release that was never heard: the press before it counts, and so does the next', () => {
    const hand = new Hand(VIDEO);
    hand.edge('mark', true, 0);
    hand.edge('mark', true, 600);
    hand.edge('mark', false, 700);
    hand.wait(5_000);
    assert.deepEqual(
      hand.given.map(({ said }) => said),
      ['mark', 'mark'],
    );
  });

  it('counts a hold from where a release may have been lost', () => {
    const hand = new Hand(VIDEO);
    hand.edge('record', true, 0);
    hand.edge('record', true, 90);
    hand.wait(10_000);
    assert.deepEqual(hand.given, [{ at: 90 + HOLD_TO_STOP_MS, said: 'stop' }]);
  });

  it('does not stop when it could not hear whether the button was held', () => {
    const hand = new Hand(VIDEO);
    hand.edge('record', true, 0);
    hand.unheard(1_000);
    hand.wait(60_000);
    hand.edge('record', false, 60_000);
    hand.wait(70_000);
    assert.deepEqual(hand.given, []);
  });

  it('lets a stuck button go when it could not be heard', () => {
    const hand = new Hand(VIDEO);
    hand.edge('mark', true, 0);
    hand.wait(40_000);
    hand.unheard(41_000);
    assert.deepEqual(
      hand.given.map(({ said }) => said),
      ['key-mark', 'stuck mark', 'freed mark'],
    );
  });

  it('bouncing of less than the debounce time gives one press', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: DEBOUNCE_MS - 1 }), { maxLength: 12 });
    fc.assert(
      fc.property(gaps, gaps, fc.constantFrom(...BUTTON_NAMES), (closing, opening, button) => {
        const hand = new Hand(IDLE);
        let mono = 1_000;
        let down = true;
        hand.edge(button, down, mono);
        // An even number of changes each time: closed at last, then open at last.
        for (const gap of even(closing)) hand.edge(button, (down = !down), (mono += gap));
        mono += 300;
        hand.edge(button, (down = !down), mono);
        for (const gap of even(opening)) hand.edge(button, (down = !down), (mono += gap));
        hand.wait(mono + 10_000);
        assert.equal(hand.given.length, 1, JSON.stringify(hand.given));
      }),
      { numRuns: 500 },
    );
  });

  it('gives no stop without a continuous hold of 1.5 s, whatever edges come, in whatever order', () => {
    const edge = fc.record({
      button: fc.constantFrom<ButtonName>('record', 'record', 'record', 'audio', 'mark'),
      down: fc.boolean(),
      // Backwards, too.
      gap: fc.oneof(
        fc.integer({ min: -50, max: 60 }),
        fc.integer({ min: 0, max: 2_000 }),
        fc.integer({ min: 1_400, max: 1_600 }),
      ),
    });
    fc.assert(
      fc.property(fc.array(edge, { maxLength: 40 }), (edges) => {
        const hand = new Hand(VIDEO);
        const heard: { mono: number; down: boolean }[] = [];
        let mono = 100;
        let latest = 0;
        for (const { button, down, gap } of edges) {
          mono += gap;
          hand.edge(button, down, mono);
          latest = Math.max(latest, mono);
          if (button === 'record') heard.push({ mono: latest, down });
        }
        hand.wait(latest + 60_000);
        for (const { at } of hand.given.filter(({ said }) => said === 'stop')) {
          assert.ok(wasHeld(heard, at), `a stop at ${at} of ${JSON.stringify(heard)}`);
        }
      }),
      { numRuns: 3_000 },
    );
  });

  it('gives at most one press for each going down, however far apart the ticks come', () => {
    const edge = fc.record({
      button: fc.constantFrom(...BUTTON_NAMES),
      down: fc.boolean(),
      gap: fc.integer({ min: 0, max: 40_000 }),
      tick: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.array(edge, { maxLength: 40 }),
        fc.constantFrom(IDLE, VIDEO, AUDIO, POST),
        (edges, situation) => {
          let state = NO_GESTURES;
          let mono = 0;
          let downs = 0;
          let presses = 0;
          const take = (event: Parameters<typeof gesture>[1]): void => {
            const step = gesture(state, event, situation);
            state = step.state;
            presses += step.commands.filter(({ type }) => type !== 'stuck' && type !== 'freed').length;
            assert.ok(step.wakeAt === undefined || step.wakeAt > state.mono || event.type !== 'tick');
          };
          for (const { button, down, gap, tick } of edges) {
            mono += gap;
            if (tick) take({ type: 'tick', mono });
            take({ type: 'edge', edge: { button, down, mono } });
            if (down) downs += 1;
          }
          take({ type: 'tick', mono: mono + 100_000 });
          assert.ok(presses <= downs);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

function even(gaps: readonly number[]): readonly number[] {
  return gaps.slice(0, gaps.length - (gaps.length % 2));
}

/** An own look at the raw levels: was the contact closed from 1.5 s before `at`, but for gaps below the debounce time? */
function wasHeld(heard: readonly { mono: number; down: boolean }[], at: number): boolean {
  const from = at - HOLD_TO_STOP_MS;
  let openSince: number | undefined = Number.NEGATIVE_INFINITY;
  for (const { mono, down } of heard) {
    if (mono > at || (mono === at && !down)) break;
    if (down && openSince !== undefined) {
      if (mono > from && mono - Math.max(openSince, from) >= DEBOUNCE_MS) return false;
      openSince = undefined;
    } else if (!down && openSince === undefined) openSince = mono;
  }
  return openSince === undefined;
}
