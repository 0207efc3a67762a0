import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import {
  EVENTS,
  modeIn,
  outcomeOf,
  SITUATIONS,
  type Happening,
  type Outcome,
  type Situation,
} from '../../support/recorder-situations.ts';
import { tableBelow } from '../../support/table-below.ts';

const page = readFileSync(new URL('../../../docs/RECORDER.md', import.meta.url), 'utf8');
const situations = Object.keys(SITUATIONS) as Situation[];
const happenings = Object.keys(EVENTS) as Happening[];
const isSituation = (name: string): name is Situation => name in SITUATIONS;
const isHappening = (name: string): name is Happening => name in EVENTS;

const expected = new Map<string, Outcome>();
for (const [happening = '', states = '', next = '', journaled = '', answered = '', light = ''] of tableBelow(
  page,
  'Transitions',
)) {
  for (const state of states.split(', ')) {
    const key = `${state}: ${happening}`;
    if (!isSituation(state) || !isHappening(happening)) throw new Error(`there is no ${key}`);
    if (expected.has(key)) throw new Error(`the table says two things of ${key}`);
    const mode = next === '=' ? modeIn(state) : next;
    expected.set(key, { next: mode, journaled, answered, light: next === '=' ? '' : light });
  }
}

describe('the table of docs/RECORDER.md', () => {
  it('names every state, with the mode it shows', () => {
    assert.deepEqual(
      tableBelow(page, 'States').map(([state, mode]) => [state, mode]),
      situations.map((state) => [state, modeIn(state)]),
    );
  });

  for (const state of situations) {
    it(`says what comes of every event in "${state}"`, () => {
      for (const happening of happenings) {
        const outcome = outcomeOf(state, happening);
        const changed = outcome.next !== modeIn(state);
        const found = { ...outcome, light: changed ? outcome.light : '' };
        const nothing = { next: modeIn(state), journaled: '', answered: '', light: '' };
        assert.deepEqual(found, expected.get(`${state}: ${happening}`) ?? nothing, happening);
      }
    });
  }

  it('says nothing of what never comes about', () => {
    for (const key of expected.keys()) {
      const [state = '', happening = ''] = key.split(': ');
      assert.ok(isSituation(state) && isHappening(happening));
      const { next, journaled, answered } = outcomeOf(state, happening);
      assert.ok(next !== modeIn(state) || journaled !== '' || answered !== '', key);
    }
  });
});
