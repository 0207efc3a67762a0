import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { readCameraPolicy } from '@mingjing/protocol';
import {
  cleanValue,
  hanNumber,
  recordingWords,
  spelled,
  stateWords,
  type Speaker,
} from '../../../device/core/announcement.ts';

const both = (text?: Record<string, string>): ReturnType<typeof readCameraPolicy> =>
  readCameraPolicy({ announcement: { languages: ['zh-CN', 'en'], ...(text === undefined ? {} : { text }) } });

const SPEAKER: Speaker = { agency: '滨江区城管局', name: '张三', officer: '0017', certificate: '浙A-10923' };

function said(
  policy = both(),
  speaker = SPEAKER,
  taken: 'picture-and-sound' | 'picture' | 'sound' = 'picture-and-sound',
): string[] {
  return recordingWords(policy, speaker, taken).map(({ text }) => text);
}

describe('announcement', () => {
  it('says who acts, by which certificate, and that it is recorded, in each language of the policy', () => {
    assert.deepEqual(said(), [
      '您好，我是滨江区城管局执法人员张三，执法证号浙 A 一零九二三。现在开始全程录音录像。',
      'Hello. I am a law enforcement officer, certificate number A 1 0 9 2 3. From now on this is recorded in picture and sound.',
    ]);
    assert.deepEqual(
      recordingWords(readCameraPolicy({}), SPEAKER, 'sound').map(({ language }) => language),
      ['zh-CN'],
    );
  });

  it('says no more than is known, and nothing that is not so', () => {
    assert.deepEqual(said(both(), {}, 'sound'), [
      '您好，我是执法人员。现在开始全程录音。',
      'Hello. I am a law enforcement officer. From now on this is recorded in sound.',
    ]);
    assert.match(said(both(), { officer: '0017' }, 'picture')[0] ?? '', /编号零零一七。现在开始全程录像。/);
  });

  it('leaves out of English what an English voice cannot say', () => {
    const speaker = { name: 'Zhang San 张三', agency: 'Binjiang 城管局', certificate: '浙A-1' };
    assert.equal(
      said(both(), speaker)[1],
      'Hello. I am officer Zhang San of Binjiang, certificate number A 1. From now on this is recorded in picture and sound.',
    );
  });

  it('fills in the words of the agency', () => {
    const words = {
      'zh-CN': '{agency}{name}，证号{certificate}，警号{officer}。请配合。',
      en: '{name} speaking',
    };
    assert.deepEqual(said(both(words)), [
      '滨江区城管局张三，证号浙 A 一零九二三，警号零零一七。请配合。',
      'speaking',
    ]);
  });

  it('never looks into a value for another one', () => {
    assert.deepEqual(
      said(both({ en: '{name}!' }), { name: '{certificate}', certificate: '77' }).at(-1),
      'certificate!',
    );
  });

  it('says numbers figure by figure, whatever they are written with', () => {
    assert.equal(spelled(cleanValue('１２３'), 'zh-CN'), '一二三');
    assert.equal(spelled('10-92', 'en'), '1 0 9 2');
  });

  it('hands no order, no markup and no control character to a speech program', () => {
    const nasty = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.constantFrom(
        '[[h@l@U]]',
        '<break time="9s"/>',
        '--help',
        '$(reboot)',
        '`id`',
        'a\u0000b\n\rc',
        '\u202Eabc',
        '{{name}}',
      ),
    );
    fc.assert(
      fc.property(nasty, nasty, nasty, (name, certificate, words) => {
        const policy =
          words.trim() === ''
            ? both()
            : both({ 'zh-CN': `${words.slice(0, 400)}{name}`, en: words.slice(0, 500) });
        for (const text of said(policy, { name, agency: name, certificate, officer: certificate })) {
          assert.doesNotMatch(text, /[<>[\]{}$`|\\]|\p{C}/u);
          assert.ok(text.length <= 1_200);
        }
      }),
    );
  });

  it('says nothing twice when a language is named twice', () => {
    const policy = readCameraPolicy({ announcement: { languages: ['en', 'en'] } });
    assert.equal(recordingWords(policy, SPEAKER, 'sound').length, 1);
  });
});

describe('what the camera says of itself', () => {
  const view = {
    mode: 'standby',
    muted: false,
    stealth: false,
    picture: true,
    battery: { percent: 80.4, charging: true },
    warnings: ['position-lost'],
    freeBytes: 27_000_000_000,
    policy: both(),
  } as const;

  it('is state, battery, space left, date, time, and what is wrong', () => {
    assert.deepEqual(
      stateWords(view, { month: 11, day: 21, hour: 6, minute: 5 }).map(({ text }) => text),
      [
        '待机。电量百分之八十，正在充电。还可录像约十二小时。十一月二十一日，六点零五分。请注意：没有定位。',
        'Standing by. Battery 80 percent, charging. Space for 12 hours. Date 21. 11., time 6:05. Attention: no position.',
      ],
    );
  });

  it('is no longer than it needs to be', () => {
    const { battery: _battery, freeBytes: _freeBytes, ...little } = { ...view, warnings: [] as const };
    const [zh] = stateWords(little, { month: 1, day: 1, hour: 0, minute: 0 });
    assert.equal(zh?.text, '待机。一月一日，零点整。');
  });

  it('says numbers as people do', () => {
    const numbers = [0, 2, 10, 11, 20, 23, 100, 101, 110, 115, 1000, 1010, 9999, 70000, -3];
    assert.equal(
      numbers.map(hanNumber).join(' '),
      '零 二 十 十一 二十 二十三 一百 一百零一 一百一十 一百一十五 一千 一千零一十 九千九百九十九 九千九百九十九 零',
    );
  });
});
