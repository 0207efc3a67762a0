import assert from 'node:assert/strict';
import { placeWords, verdictSentence, wordsOf } from '../../../protocol/verify/words.ts';
import { zh } from '../../../protocol/verify/words-zh.ts';
import { formatBytes, formatSeconds } from '../../../central/pages/src/words/format.ts';

const CODES = Object.keys(zh.findings) as (keyof typeof zh.findings)[];

describe('the verdict in words', () => {
  it('says each finding in Chinese without Latin letters, and in English without Chinese', () => {
    for (const code of CODES) {
      assert.match(wordsOf(code, 'zh'), /^[^A-Za-z]+$/);
      assert.match(wordsOf(code, 'en'), /^[^\u3400-\u9fff]+$/);
    }
  });

  it('says of each finding something of its own, in whole sentences', () => {
    for (const [language, stop] of [['zh', '。'] as const, ['en', '.'] as const]) {
      const said = CODES.map((code) => wordsOf(code, language));
      assert.equal(new Set(said).size, CODES.length);
      for (const words of said) assert.ok(words.endsWith(stop));
    }
  });

  it('answers yes, yes with remarks, or no', () => {
    assert.match(verdictSentence('good', 'en'), /^Yes:/);
    assert.match(verdictSentence('unsure', 'en'), /^Yes, with remarks:/);
    assert.match(verdictSentence('bad', 'en'), /^No:/);
  });

  it('names the place as people count: the first segment is number one, ranges are inclusive', () => {
    const place = { segment: 0, entry: 7, bytes: [0, 16] as const, recording: 'ab'.repeat(16) };
    assert.equal(placeWords(place, 'en'), 'segment 1, journal entry 7, bytes 0 to 15');
    assert.equal(placeWords(place, 'zh'), '第 1 段，日志第 7 条，第 0 至 15 字节');
    assert.equal(placeWords({ bytes: [5, 5] }, 'en'), 'at byte 5');
    assert.equal(placeWords({}, 'zh'), '');
  });
});

describe('numbers for people', () => {
  it('shows sizes in decimal units with as many digits as matter', () => {
    assert.deepEqual([0, 999, 999_499, 999_500, 12_345_678, 1_500_000_000].map(formatBytes), [
      '0 B',
      '999 B',
      '999 kB',
      '1.0 MB',
      '12.3 MB',
      '1.5 GB',
    ]);
  });

  it('shows lengths as clocks do', () => {
    assert.deepEqual([0, 5.9, 65, 3723, -1].map(formatSeconds), ['0:00', '0:05', '1:05', '1:02:03', '0:00']);
  });
});
