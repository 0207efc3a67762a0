import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import { verdictSentence } from '@mingjing/protocol';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import { launchBrowser } from '../../support/browser.ts';
import {
  IngestClient,
  makeArchivePlace,
  startArchive,
  type ArchivePlace,
  type RunningArchive,
} from '../../support/central-process.ts';
import { recordWithGaps } from '../../support/odd-recordings.ts';
import {
  assertChinese,
  assertEnglish,
  assertNoSideways,
  eventually,
  shownTime,
  videoFacts,
} from '../../support/page-probe.ts';
import { JournalBuilder, makeFilm, makePhoto, type BuiltRecording } from '../../support/recording-builder.ts';
import { Reader, type ReaderOptions } from '../../support/review-reader.ts';

describe('the review pages, of sound, photos and films with gaps', function () {
  this.timeout(120_000);
  let agency: TestAgency;
  let place: ArchivePlace;
  let archive: RunningArchive;
  let browser: Browser;
  let journal: JournalBuilder;
  let sound: BuiltRecording;
  let cutSound: BuiltRecording;
  let photo: BuiltRecording;
  let gaps: BuiltRecording;
  let further: BuiltRecording;
  const readers: Reader[] = [];

  before(async () => {
    [agency, browser] = await Promise.all([makeTestAgency(), launchBrowser()]);
    place = makeArchivePlace(await agency.enrol('archive', 'archive-1', { mayUnseal: true }));
    journal = new JournalBuilder(await agency.enrol('camera', 'cam-1'), agency.recipients);
    journal.powerOn();
    gaps = recordWithGaps(journal, await makeFilm(8, '640x360'));
    further = journal.record(await makeFilm(3), { continues: gaps.recording });
    photo = journal.takePhoto(await makePhoto(), { during: gaps.recording, officer: '021734' });
    journal.pass(60_000);
    sound = journal.recordSound(12, { perSegment: 4, marks: ['key'], officer: '021734' });
    journal.pass(60_000);
    cutSound = journal.recordSound(6, { perSegment: 3, end: 'power-loss' });
    archive = await startArchive(place);
    const client = new IngestClient(archive.ingest, await agency.enrol('dock', 'dock-1'), 'dock');
    await client.deliver(journal);
    await client.receipt('cam-1', 1);
    client.close();
  });
  afterEach(async () => {
    for (const reader of readers.splice(0)) await reader.leave();
  });
  after(async () => {
    await browser.close();
    await archive.stop();
    place.remove();
    agency.close();
  });

  const signedIn = async (options?: ReaderOptions): Promise<Reader> => {
    const link = new URL(archive.reviewLink());
    const reader = await Reader.open(browser, `${link.origin}/`, options);
    readers.push(reader);
    await reader.signIn(link.hash.replace('#token=', ''));
    return reader;
  };
  const reading = async ({ recording }: BuiltRecording, options?: ReaderOptions): Promise<Page> => {
    const reader = await signedIn(options);
    await reader.openRecording({ ...journal.name, recording });
    return reader.page;
  };
  const heard = (page: Page): Promise<{ time: number; bytes: number; rate: number }> =>
    page.evaluate(`(() => {
      const audio = document.querySelector('audio');
      return { time: audio.currentTime, bytes: audio.webkitAudioDecodedByteCount, rate: audio.playbackRate };
    })()`);

  it('name the kind of each, and list one kind alone', async () => {
    const { page } = await signedIn();
    const rows = page.locator('.recordings tbody tr.ant-table-row');
    await eventually('all of them', async () => (await rows.count()) === 5);
    for (const [kind, count] of [
      ['录音', 2],
      ['照片', 1],
      ['录像', 2],
    ] as const)
      // prettier-ignore
      assert.equal(await rows.getByText(kind, { exact: true }).count(), count, kind);
    await page.getByRole('radiogroup').getByText('照片').click();
    await eventually('one photo', async () => (await rows.count()) === 1);
    await assertChinese(page);
    await page.getByRole('radiogroup').getByText('全部').click();
    await eventually('all again', async () => (await rows.count()) === 5);
    await assertNoSideways(page);
  });

  it('play sound from end to end, from any place, and stop at its end', async () => {
    const page = await reading(sound);
    await page.getByTestId('verdict').getByText(verdictSentence('good', 'zh')).waitFor();
    await page.getByText('录音', { exact: true }).first().waitFor();
    await page.keyboard.press('Space');
    await eventually(
      'it is heard',
      async () => (await heard(page)).bytes > 0 && (await shownTime(page)) >= 1,
    );
    await page.keyboard.press('m');
    await eventually('at the mark', async () => Math.abs((await shownTime(page)) - 4) <= 1);
    await page.keyboard.press('l');
    await eventually('on to its end', async () => (await shownTime(page)) === 12);
    await page.getByRole('button', { name: '播放', exact: true }).waitFor();
    await assertChinese(page);
  });

  it('play what a power cut left of sound, in a narrow window', async () => {
    const page = await reading(cutSound, { width: 390 });
    await page.keyboard.press('Space');
    await eventually('into the recovered segment', async () => (await shownTime(page)) >= 4);
    await assertNoSideways(page);
    await assertChinese(page);
  });

  it('show a photo, and lead to what was being recorded', async () => {
    const page = await reading(photo);
    await eventually('the picture', async () =>
      page.evaluate<boolean>(`document.querySelector('.photo img')?.naturalWidth === 640`),
    );
    await page.getByTestId('verdict').getByText(verdictSentence('good', 'zh')).waitFor();
    await assertChinese(page);
    await page.locator('.belonging a').click();
    await page.getByText('画面中断，仅录声音').waitFor();
    await page.locator('.belonging').getByText('由此接续').waitFor();
    assert.equal(await page.locator(`.belonging a[href$="${further.recording}"]`).count(), 1);
    assert.equal(await page.locator(`.belonging a[href$="${photo.recording}"]`).count(), 1);
  });

  it('play a film through lost sound, a gap and lost picture, and say in words what happened', async () => {
    const page = await reading(gaps, { locale: 'en' });
    for (const words of [
      '0:02: Sound lost; picture goes on',
      '0:04: No footage for 0:02',
      '0:06: Picture lost; sound goes on',
      '0:07: Picture is back',
    ])
      await page.getByRole('button', { name: words }).waitFor();
    assert.equal(await page.locator('.rail .gap').count(), 1);
    assert.equal(await page.locator('.rail .lack').count(), 2);
    await eventually('the first picture', async () => (await videoFacts(page)).width === 640);
    await page.keyboard.press('Space');
    await eventually('without sound', async () => (await shownTime(page)) === 3);
    await page.getByText('Sound only, no picture').first().waitFor();
    await eventually('to its end', async () => (await shownTime(page)) === 8, 30_000);
    assert.equal((await videoFacts(page)).width, 640, 'the picture is back');
    await assertEnglish(page);
  });
});
