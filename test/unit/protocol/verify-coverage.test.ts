import assert from 'node:assert/strict';
import {
  AXES,
  axisAnswerWords,
  axisName,
  axisQuestion,
  findingWords,
  LANGUAGES,
  placeWords,
  verifyEvidence,
  type Finding,
  type FindingCode,
} from '@mingjing/protocol';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import { JournalBuilder, type OpenedAs, type OpenRecording } from '../../support/recording-builder.ts';

const START = Math.ceil(Date.now() / 1_000) * 1_000;
const at = (seconds: number): string => new Date(START + seconds * 1000).toISOString();
const content = new Uint8Array([1, 2, 3]);

/** What the camera says of a recording by its own entries, and what the verdict makes of it. */
describe('the verdict on what is not in a recording', function () {
  this.timeout(30_000);
  let agency: TestAgency;
  let camera: string;
  before(async () => {
    agency = await makeTestAgency();
    camera = await agency.enrol('camera', 'c-1', { epoch: 1 });
  });
  after(() => {
    agency.close();
  });

  const newJournal = (): JournalBuilder => {
    const journal = new JournalBuilder(camera, agency.recipients, START);
    journal.powerOn();
    return journal;
  };

  /** A second of footage, logged at its end. */
  function second(journal: JournalBuilder, opened: OpenRecording): void {
    journal.pass(1000);
    opened.seal(content, 1000);
  }

  async function judge(
    journal: JournalBuilder,
    recording: string,
    options: { from?: number; to?: number } = {},
  ): Promise<{ answer: string; coverage: string; findings: readonly Finding[] }> {
    const { from = 0, to = journal.size } = options;
    const { answer, axes, findings } = await verifyEvidence({
      journal: journal.name,
      entries: journal.entries
        .map((bytes, index) => ({
          index,
          bytes,
          ...(from === 0 && to === journal.size ? {} : { proof: journal.proof(index) }),
        })) // prettier-ignore
        .slice(from, to),
      checkpoint: journal.checkpoint(),
      cameraChain: journal.evidence,
      roots: agency.roots,
      recordings: [recording],
      footage: { content: () => ({ bytes: [content], place: {} }) },
    });
    assert.deepEqual(findings.filter(({ severity }) => severity === 'fault'), []); // prettier-ignore
    const other: FindingCode[] = ['no-receipt', 'not-compared', 'continued-in-another'];
    assert.ok(findings.every(({ axis, code }) => axis === 'coverage' || other.includes(code)));
    return { answer, coverage: axes.coverage, findings };
  }
  const codesOf = ({ findings }: { findings: readonly Finding[] }): unknown[] =>
    findings
      .filter(({ axis }) => axis === 'coverage')
      .map(({ code, place, detail }) => [code, ...(place.times ?? []), detail]);

  async function told(
    as: OpenedAs,
    happen: (journal: JournalBuilder, opened: OpenRecording) => void,
  ): Promise<unknown[]> {
    const journal = newJournal();
    const opened = journal.open('执法-001', as);
    happen(journal, opened);
    opened.close('stopped', 0);
    return codesOf(await judge(journal, opened.recording));
  }

  it('has nothing to say of a whole recording, be it of picture, of sound, or a photo', async () => {
    for (const mode of ['video', 'audio', 'photo'] as const) {
      const journal = newJournal();
      const opened = journal.open('执法-001', { mode });
      for (let n = 0; n < (mode === 'photo' ? 1 : 4); n += 1) second(journal, opened);
      opened.close('stopped', 0);
      const verdict = await judge(journal, opened.recording);
      assert.deepEqual([codesOf(verdict), verdict.coverage], [[], 'good']);
    }
  });

  it('says from when to when the sound was muted, and who chose it', async () => {
    const found = await told({}, (journal, { recording, ...opened }) => {
      second(journal, { recording, ...opened });
      journal.add({ type: 'setting-changed', setting: 'mute', on: true, recording });
      journal.add({ type: 'setting-changed', setting: 'stealth', on: true, recording });
      second(journal, { recording, ...opened });
      journal.add({ type: 'setting-changed', setting: 'mute', on: false, recording });
      second(journal, { recording, ...opened });
      journal.add({ type: 'setting-changed', setting: 'mute', on: true, recording });
      second(journal, { recording, ...opened });
    });
    const by = 'chosen by 执法-001';
    assert.deepEqual(found, [['sound-muted', at(1), at(2), by], ['sound-muted', at(3), at(4), by]]); // prettier-ignore
  });

  it('says from when to when there was no picture or no sound, and why', async () => {
    const found = await told({}, (journal, opened) => {
      const { recording } = opened;
      second(journal, opened);
      journal.add({
        type: 'capture-changed',
        picture: false,
        sound: true,
        reason: 'picture-lost',
        recording,
      });
      second(journal, opened);
      journal.add({ type: 'capture-changed', picture: false, sound: false, reason: 'capture-lost', recording }); // prettier-ignore
      second(journal, opened);
      journal.add({
        type: 'capture-changed',
        picture: true,
        sound: false,
        reason: 'capture-back',
        recording,
      });
      second(journal, opened);
    });
    assert.deepEqual(found, [['picture-missing', at(1), at(3), 'picture-lost'], ['sound-missing', at(2), at(4), 'capture-lost']]); // prettier-ignore
  });

  it('misses no picture in a recording of sound, whose sound is back with its next segment', async () => {
    const found = await told({ mode: 'audio' }, (journal, opened) => {
      const { recording } = opened;
      second(journal, opened);
      journal.add({ type: 'capture-changed', picture: false, sound: false, reason: 'capture-lost', recording }); // prettier-ignore
      journal.pass(5000);
      second(journal, opened);
      second(journal, opened);
    });
    assert.deepEqual(found, [['sound-missing', at(1), at(6), 'capture-lost'], ['footage-gap', at(1), at(6), '5.00 s']]); // prettier-ignore
  });

  it('says where the footage was interrupted and for how long, by more than R-5 allows', async () => {
    const found = await told({}, (journal, opened) => {
      for (const pause of [0, 40, 41, 2500]) {
        journal.pass(pause);
        second(journal, opened);
      }
    });
    assert.deepEqual(found, [['footage-gap', at(2.04), at(2.081), '0.04 s'], ['footage-gap', at(3.081), at(5.581), '2.50 s']]); // prettier-ignore
  });

  it('takes a step of the clock for no gap, and finds the gap beside one', async () => {
    const stepped =
      (gap: number) =>
      (journal: JournalBuilder, opened: OpenRecording): void => {
        second(journal, opened);
        journal.add({ type: 'clock-set', before: at(1), after: at(3), clock: { source: 'gnss' } });
        journal.pass(2000 + gap);
        second(journal, opened);
      };
    assert.deepEqual(await told({}, stepped(0)), []);
    assert.deepEqual(await told({}, stepped(500)), [['footage-gap', at(1), at(3.5), '0.50 s']]);
  });

  it('says once of each segment that it is lost', async () => {
    const found = await told({}, (journal, opened) => {
      second(journal, opened);
      const { recording } = opened;
      for (const index of [1, 1, 2])
        journal.add({ type: 'segment-lost', recording, index, reason: 'file-missing', size: 0 });
    });
    assert.deepEqual(
      found,
      Array.from({ length: 2 }, () => ['segment-lost', 'file-missing, 0 bytes found']),
    );
  });

  it('names the recording it goes on from and the one that goes on from it, and says more where they are not there', async () => {
    const journal = newJournal();
    const one = journal.open();
    second(journal, one);
    one.close('capture-changed', 0);
    const from = journal.size;
    const two = journal.open(undefined, { continues: one.recording });
    second(journal, two);
    two.close('stopped', 0);
    const remarkOf = ({ findings }: { findings: readonly Finding[] }, code: FindingCode): unknown =>
      findings.find((finding) => finding.code === code)?.place.other;
    const [first, then] = [await judge(journal, one.recording), await judge(journal, two.recording)];
    assert.equal(remarkOf(first, 'continued-in-another'), two.recording);
    assert.equal(remarkOf(then, 'continues-another'), one.recording);
    const alone = await judge(journal, two.recording, { from });
    assert.equal(remarkOf(alone, 'beginning-not-presented'), one.recording);
    assert.equal(alone.answer, 'unsure');
    const cut = (await judge(journal, one.recording, { from: 1, to: from })).findings;
    const continued = cut.find(({ code }) => code === 'continued-in-another');
    assert.deepEqual([continued?.place.other, continued?.detail], [undefined, 'the other is not presented']);
  });

  it('has words in both languages for each remark, its place and its question', () => {
    const codes: FindingCode[] = ['sound-muted', 'picture-missing', 'sound-missing', 'footage-gap', 'segment-lost', 'continues-another', 'beginning-not-presented']; // prettier-ignore
    for (const language of LANGUAGES) {
      const wrongScript = language === 'en' ? /\p{Script=Han}/u : /[a-z]{3}/i;
      for (const code of codes) {
        const { seen, means, next } = findingWords(code, language);
        for (const text of [seen, means, next]) {
          assert.ok(text.length > 4, `${code} ${language}`);
          assert.doesNotMatch(text, wrongScript);
        }
      }
      for (const axis of AXES)
        for (const text of [
          axisName(axis, language),
          axisQuestion(axis, language),
          axisAnswerWords(axis, 'unsure', language),
        ])
          // prettier-ignore
          assert.notEqual(text, '');
      const place = placeWords({ times: [at(0), at(1)], other: 'ab'.repeat(16) }, language);
      for (const part of [at(0), at(1), 'ab'.repeat(16)]) assert.ok(place.includes(part), place);
    }
  });
});
