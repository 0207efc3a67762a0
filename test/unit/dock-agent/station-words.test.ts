import assert from 'node:assert/strict';
import { RULES } from '../../../dock-agent/core/failures.ts';
import { ALARM_WORDS, alarmWords, SIGN_WORDS } from '../../../dock-agent/core/station-words.ts';
import type { DockAlarmCode } from '../../../dock-agent/ports/messages.ts';
import { columnsFor } from '../../../dock-agent/web/columns.ts';

const OF_THE_DOCK: Readonly<Record<DockAlarmCode, true>> = {
  'outbox-full': true,
  'outbox-damaged': true,
  'outbox-refused': true,
  'upload-overdue': true,
  'camera-not-seen': true,
  'revocations-bad': true,
  'revocations-stale': true,
  'archive-forked': true,
  'witness-stopped': true,
};
const CHINESE = /[\u4e00-\u9fff]/;

describe('the kiosk’s words', () => {
  it('say of every alarm what it is and what to do, in both languages', () => {
    for (const code of [...Object.keys(RULES), ...Object.keys(OF_THE_DOCK)])
      assert.ok(Object.hasOwn(ALARM_WORDS, code), code);
    for (const { what, next } of [...Object.values(ALARM_WORDS), alarmWords('of-a-later-version')])
      for (const { zh, en } of [what, next]) {
        assert.match(zh, CHINESE);
        assert.doesNotMatch(en, CHINESE);
        assert.ok(en.length > 0);
      }
  });

  it('fit on a tile', () => {
    for (const { zh, en } of Object.values(SIGN_WORDS)) assert.ok(zh.length <= 4 && en.length <= 9, en);
    for (const { what } of Object.values(ALARM_WORDS))
      assert.ok(what.zh.length <= 12 && what.en.length <= 40, what.en);
  });

  it('are no property of every object', () => {
    assert.deepEqual(alarmWords('constructor'), alarmWords(undefined));
  });
});

describe('the kiosk’s tiles', () => {
  it('are as large as the window lets them be', () => {
    assert.equal(columnsFor(8, 1040, 1500), 2);
    assert.equal(columnsFor(8, 1250, 600), 4);
    assert.equal(columnsFor(1, 800, 600), 1);
    for (let count = 1; count <= 64; count += 1) {
      const columns = columnsFor(count, 1250, 600);
      assert.ok(columns >= 1 && columns <= count);
    }
  });
});
