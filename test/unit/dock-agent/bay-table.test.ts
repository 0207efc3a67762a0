import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { BAY_STATES } from '@mingjing/protocol';
import {
  ANY_OTHER,
  EVENTS,
  outcomeOf,
  shownIn,
  SITUATIONS,
  type Happening,
  type Outcome,
  type Situation,
} from '../../support/dock-agent/bay-situations.ts';
import { tableBelow } from '../../support/table-below.ts';

const page = readFileSync(new URL('../../../docs/BAYS.md', import.meta.url), 'utf8');
const situations = Object.keys(SITUATIONS) as Situation[];
const happenings = Object.keys(EVENTS) as Happening[];
const isSituation = (name: string): name is Situation => name in SITUATIONS;
const isHappening = (name: string): name is Happening => name in EVENTS;

const expected = new Map<string, Outcome>();
const others = new Map<Happening, Outcome>();
for (const [happening = '', states = '', next = '', done = '', alarm = ''] of tableBelow(
  page,
  'Transitions',
)) {
  if (!isHappening(happening)) throw new Error(`there is no event "${happening}"`);
  if (states === ANY_OTHER) {
    if (others.has(happening)) throw new Error(`the table says two things of ${happening}`);
    others.set(happening, { next, done, alarm });
    continue;
  }
  for (const state of states.split(', ')) {
    const key = `${state}: ${happening}`;
    if (!isSituation(state)) throw new Error(`there is no state "${state}"`);
    if (expected.has(key)) throw new Error(`the table says two things of ${key}`);
    expected.set(key, { next, done, alarm });
  }
}

describe('the table of docs/BAYS.md', () => {
  it('names every state, with what is shown of it, and shows every state there is', () => {
    assert.deepEqual(
      tableBelow(page, 'States').map(([state, shown]) => [state, shown]),
      situations.map((state) => [state, shownIn(state)]),
    );
    assert.deepEqual(new Set(situations.map(shownIn)), new Set(BAY_STATES));
  });

  for (const state of situations) {
    it(`says what comes of every event in "${state}"`, () => {
      for (const happening of happenings) {
        const outcome = outcomeOf(state, happening);
        const found = { ...outcome, next: outcome.next === shownIn(state) ? '=' : outcome.next };
        const other = state === 'empty' ? undefined : others.get(happening);
        const nothing = { next: '=', done: '', alarm: '' };
        assert.deepEqual(found, expected.get(`${state}: ${happening}`) ?? other ?? nothing, happening);
      }
    });
  }

  it('says nothing of what never comes about', () => {
    for (const [key, { next, done, alarm }] of expected)
      assert.ok(next !== '=' || done !== '' || alarm !== '', key);
  });
});
