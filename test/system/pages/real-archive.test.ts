import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { findingWords, verdictSentence } from '@mingjing/protocol';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import { launchBrowser } from '../../support/browser.ts';
import {
  IngestClient,
  makeArchivePlace,
  startArchive,
  type ArchivePlace,
  type RunningArchive,
} from '../../support/central-process.ts';
import {
  assertChinese,
  assertNoSideways,
  eventually,
  shownTime,
  videoFacts,
} from '../../support/page-probe.ts';
import {
  JournalBuilder,
  makeFilm,
  objectPath,
  type BuiltRecording,
} from '../../support/recording-builder.ts';
import { Reader } from '../../support/review-reader.ts';

describe('the review pages before the real archive', function () {
  this.timeout(120_000);
  let agency: TestAgency;
  let place: ArchivePlace;
  let archive: RunningArchive;
  let browser: Browser;
  let client: IngestClient;
  let journal: JournalBuilder;
  let whole: BuiltRecording;
  let cut: BuiltRecording;
  let tampered: BuiltRecording;

  before(async () => {
    [agency, browser] = await Promise.all([makeTestAgency(), launchBrowser()]);
    place = makeArchivePlace(await agency.enrol('archive', 'archive-1', { mayUnseal: true }));
    const dock = await agency.enrol('dock', 'dock-1');
    journal = new JournalBuilder(await agency.enrol('camera', 'cam-1'), agency.recipients);
    journal.powerOn();
    whole = journal.record(await makeFilm(12, '640x360'), {
      perSegment: 4,
      marks: ['key'],
      officer: '021734',
    });
    journal.pass(60_000);
    tampered = journal.record(await makeFilm(6), { perSegment: 2 });
    journal.pass(60_000);
    cut = journal.record(await makeFilm(6), { perSegment: 2, end: 'power-loss' });
    archive = await startArchive(place);
    client = new IngestClient(archive.ingest, dock, 'dock');
  });
  after(async () => {
    client.close();
    await browser.close();
    await archive.stop();
    place.remove();
    agency.close();
  });

  const signedIn = async (width?: number): Promise<Reader> => {
    const link = new URL(archive.reviewLink());
    const reader = await Reader.open(browser, `${link.origin}/`, width === undefined ? {} : { width });
    await reader.signIn(link.hash.replace('#token=', ''));
    return reader;
  };
  const open = (reader: Reader, { recording }: BuiltRecording): Promise<void> =>
    reader.openRecording({ ...journal.name, recording });

  it('show a recording by themselves once a dock has delivered it', async () => {
    const reader = await signedIn();
    await reader.page.getByText('还没有音像记录').waitFor();
    await client.deliver(journal);
    const rows = reader.page.locator('.recordings tbody tr.ant-table-row');
    await eventually('all recordings', async () => (await rows.count()) === 3);
    await reader.page.locator('.recordings').getByText('断电中断').waitFor();
    await reader.page.locator('.recordings').getByText('重点', { exact: true }).waitFor();
    await assertChinese(reader.page);
    await reader.leave();
  });

  it('play it from end to end with its track, and say that it is genuine', async () => {
    const reader = await signedIn();
    const { page } = reader;
    await open(reader, whole);
    await eventually('the first picture', async () => (await videoFacts(page)).width === 640);
    await page.getByTestId('verdict').getByText(verdictSentence('good', 'zh')).waitFor();
    await page.keyboard.press('m');
    await eventually('at the mark', async () => Math.abs((await shownTime(page)) - 4) <= 1);
    await page.keyboard.press('l');
    await page.keyboard.press('j');
    await page.keyboard.press('Space');
    await eventually('picture and sound go on', async () => {
      const { audioBytes, videoFrames } = await videoFacts(page);
      return audioBytes > 0 && videoFrames > 10 && (await shownTime(page)) >= 5;
    });
    await page.getByTestId('track-now').waitFor();
    await assertChinese(page);
    await reader.leave();
  });

  it('play what a power cut left, in a narrow window', async () => {
    const reader = await signedIn(390);
    const { page } = reader;
    await open(reader, cut);
    await eventually('the first picture', async () => (await videoFacts(page)).width === 320);
    await page.getByText(findingWords('ended-by-power-loss', 'zh').seen).waitFor();
    await page.getByText(findingWords('segment-recovered', 'zh').seen).waitFor();
    await page.keyboard.press('Space');
    await eventually('it plays into the recovered segment', async () => (await shownTime(page)) >= 5);
    await assertNoSideways(page);
    await assertChinese(page);
    await reader.leave();
  });

  it('say no, and name the segment, once a byte was changed in the store after they had said yes', async () => {
    const object = tampered.objects[2];
    assert.ok(object !== undefined);
    const link = new URL(archive.reviewLink());
    const reader = await Reader.open(browser, `${link.origin}/`, { refusals: true });
    await reader.signIn(link.hash.replace('#token=', ''));
    const { page } = reader;
    await open(reader, tampered);
    await page.getByTestId('verdict').getByText(verdictSentence('good', 'zh')).waitFor();
    const file = objectPath(place.objects, object);
    const bytes = readFileSync(file);
    bytes.writeUInt8(bytes.readUInt8(5000) ^ 1, 5000);
    writeFileSync(file, bytes);
    await page.reload();
    await page.getByTestId('verdict').getByText(verdictSentence('bad', 'zh')).waitFor();
    await page
      .getByRole('button', { name: /^第 2 段/ })
      .first()
      .waitFor();
    await assertChinese(page);
    await reader.leave();
  });
});
