import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { CHECKS, resultOf, type CheckResult, type Diagnosis } from '../../../device/core/diagnosis.ts';
import { diagnosisPage } from '../../../device/core/diagnosis-page.ts';
import {
  gradeBattery,
  gradeByHand,
  gradeCertificates,
  gradeClock,
  gradeJournal,
  gradeNetwork,
  gradePicture,
  gradeReceiver,
  gradeSound,
  gradeStorage,
  percentile,
  skipped,
} from '../../../device/core/diagnosis-rules.ts';
import { diagnosisTable } from '../../../device/core/diagnosis-table.ts';
import {
  CHECK_WORDS,
  FIGURE_WORDS,
  GRADE_WORDS,
  REMARK_WORDS,
} from '../../../device/core/diagnosis-words.ts';

const told = ({ grade, remarks }: CheckResult): string => [grade, ...remarks].join(' ');
const DAY = 86_400_000;
const sound = (samples: number[]): CheckResult => gradeSound(Int16Array.from(samples));
const tone = (amplitude: number): number[] =>
  Array.from({ length: 4_800 }, (_, n) => Math.round(amplitude * Math.sin(n / 10)));

describe('diagnosis', () => {
  it('takes a camera for good that gives what was asked, and for faulty below four fifths of it', () => {
    const run = { width: 640, height: 360, asked: 25, seconds: 6, bytes: 3_000_000, firstMs: 800 };
    assert.equal(told(gradePicture({ ...run, frames: 150 })), 'good');
    assert.equal(told(gradePicture({ ...run, frames: 119 })), 'bad frame-rate-low');
    assert.equal(told(gradePicture({ ...run, frames: 150, firstMs: 5_001 })), 'unsure slow-first-picture');
    assert.equal(told(gradePicture({ ...run, frames: 0, seconds: 0 })), 'bad no-picture');
    assert.equal(gradePicture({ ...run, frames: 150 }).figures['bits-per-second'], 4_000_000);
  });

  it('hears silence, a whisper, a voice and clipping apart', () => {
    assert.equal(told(sound([])), 'bad no-microphone');
    assert.equal(told(sound(tone(0))), 'bad microphone-silent');
    assert.equal(told(sound(tone(10))), 'unsure microphone-quiet');
    assert.equal(told(sound(tone(3_000))), 'good');
    assert.equal(
      told(sound(tone(40_000).map((x) => Math.max(-32_768, Math.min(32_767, x))))),
      'unsure microphone-clips',
    );
    assert.equal(sound(Array<number>(4_800).fill(32_767)).figures.level, 0);
  });

  it('judges receiver, battery, clock, journal and network by what they said', () => {
    const sentences = { good: 100, bad: 1 };
    assert.equal(told(gradeReceiver({ state: 'fix', sentences })), 'good');
    assert.equal(told(gradeReceiver({ state: 'searching', sentences })), 'unsure no-fix');
    assert.equal(
      told(gradeReceiver({ state: 'silent', sentences: { good: 0, bad: 0 } })),
      'bad receiver-silent',
    );
    assert.equal(
      told(gradeReceiver({ state: 'fix', sentences: { good: 10, bad: 1 } })),
      'unsure many-bad-sentences',
    );
    assert.equal(told(gradeReceiver({ state: 'none', sentences })), 'skipped none-there');
    assert.equal(
      told(gradeBattery({ percent: 15, charging: false, external: false }, 20)),
      'unsure battery-low',
    );
    assert.equal(told(gradeBattery({ percent: 15, charging: true, external: true }, 20)), 'good');
    assert.equal(told(gradeBattery({ charging: false, external: true }, 20)), 'skipped none-there');
    assert.equal(told(gradeBattery(undefined, 20)), 'bad battery-unreadable');
    assert.equal(told(gradeClock({ source: 'gnss', uncertainty: 20 }, 3_000, false)), 'good');
    assert.equal(told(gradeClock({ source: 'free-running' }, undefined, false)), 'unsure clock-unset');
    assert.equal(told(gradeClock({ source: 'free-running' }, -3_001, true)), 'bad clock-off clock-behind');
    const journal = { entries: 9, consistent: true, heldObjects: 2, missingObjects: 0, lostObjects: 0 };
    assert.equal(told(gradeJournal(journal)), 'good');
    assert.equal(
      told(gradeJournal({ ...journal, consistent: false, missingObjects: 1 })),
      'bad journal-bad objects-missing',
    );
    assert.equal(told(gradeNetwork({ interfaces: ['eth0'], brokerMs: 12 })), 'good');
    assert.equal(
      told(gradeNetwork({ interfaces: [], brokerMs: null })),
      'unsure no-network broker-unreachable',
    );
    assert.equal(told(gradeByHand('buttons', ['record'], ['mark'])), 'bad button-dead');
  });

  it('wants storage at twice the speed of the footage, without long stalls', () => {
    const card = { freeBytes: 1e10, reserveBytes: 1e8, syncs: [1, 2, 3], recordingBitsPerSecond: 8_000_000 };
    assert.equal(told(gradeStorage({ ...card, bytesPerSecond: 4_000_000 })), 'good');
    assert.equal(told(gradeStorage({ ...card, bytesPerSecond: 3_999_999 })), 'unsure storage-slow');
    assert.equal(told(gradeStorage({ ...card, bytesPerSecond: 1_999_999 })), 'bad storage-slow');
    assert.equal(told(gradeStorage(card)), 'bad storage-unwritable');
    const poor = { ...card, bytesPerSecond: 1e8, syncs: [1_001], wearPercent: 80, freeBytes: 1e8 };
    assert.equal(told(gradeStorage(poor)), 'unsure storage-stalls storage-worn storage-nearly-full');
  });

  it('counts the days of certificates, and the recipients', () => {
    const at = new Date('2026-11-21T00:00:00Z');
    const until = (days: number) => ({
      notBefore: new Date(0),
      notAfter: new Date(at.getTime() + days * DAY),
    });
    assert.equal(told(gradeCertificates(until(400), until(31), 2, at)), 'good');
    assert.equal(
      told(gradeCertificates(until(400), until(29), 1, at)),
      'unsure certificate-ends-soon recipient-alone',
    );
    assert.equal(told(gradeCertificates(until(-1), until(29), 2, at)), 'bad certificate-invalid');
  });

  it('gives a percentile that is one of the values, and no value below it is a larger share', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(), { minLength: 1 }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (values, share) => {
          const found = percentile(values, share);
          assert.ok(values.includes(found));
          assert.ok(values.filter((value) => value <= found).length >= values.length * share - 1e-9);
        },
      ),
    );
    assert.equal(percentile([], 0.5), 0);
  });

  it('is as bad as its worst check; what was skipped says nothing', () => {
    const of = (...grades: CheckResult['grade'][]): string =>
      resultOf(grades.map((grade) => ({ check: 'camera', grade, remarks: [], figures: {} })));
    assert.deepEqual(
      [of('good', 'skipped'), of('good', 'unsure'), of('unsure', 'bad')],
      ['good', 'unsure', 'bad'],
    );
  });

  it('is told in both languages: table and page name every check, figure and remark, and no markup gets in', () => {
    const network = gradeNetwork({ interfaces: ['<script>alert(1)</script>'], brokerMs: null });
    const checks = [
      ...CHECKS.filter((check) => check !== 'network').map((check) => skipped(check, 'not-tried')),
      network,
    ];
    const diagnosis: Diagnosis = {
      ...{
        format: 'mingjing/diagnosis/1',
        device: 'cam-1',
        epoch: 1,
        software: 'x',
        at: '2026-11-21T00:00:00.000Z',
      },
      ...{ result: 'unsure', checks },
    };
    const page = diagnosisPage(diagnosis, { sha256: 'ab', entry: 7 });
    const table = diagnosisTable(diagnosis, false);
    for (const check of CHECKS)
      for (const said of [CHECK_WORDS[check].zh, CHECK_WORDS[check].en])
        for (const text of [page, table]) assert.ok(text.includes(said), said);
    assert.ok(
      page.includes(REMARK_WORDS['broker-unreachable'].zh) &&
        table.includes(REMARK_WORDS['broker-unreachable'].en),
    );
    assert.ok(!page.includes('<script>'));
    for (const words of [CHECK_WORDS, FIGURE_WORDS, GRADE_WORDS, REMARK_WORDS])
      for (const { zh, en } of Object.values<{ zh: string; en: string }>(words)) {
        assert.match(zh, /[\u3400-\u9fff]/);
        assert.match(en, /^[^\u3400-\u9fff]+$/);
      }
  });
});
