import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { findingWords, placeWords, verdictSentence } from '@mingjing/protocol';
import { formatTime } from '../../../central/pages/src/words/format.ts';
import { buildPages, launchBrowser } from '../../support/browser.ts';
import { FakeArchive } from '../../support/fake-archive.ts';
import {
  assertChinese,
  assertEnglish,
  assertNoSideways,
  eventually,
  shownTime,
  videoFacts,
} from '../../support/page-probe.ts';
import { Reader, type ReaderOptions } from '../../support/review-reader.ts';
import {
  makeHistory,
  makeSamples,
  summaryOf,
  type Sample,
  type SampleName,
} from '../../support/review-samples.ts';

describe('the review pages in a real browser', function () {
  this.timeout(120_000);
  const dist = mkdtempSync(join(tmpdir(), 'mingjing-pages-'));
  let samples: Readonly<Record<SampleName, Sample>>;
  let browser: Browser;
  let archive: FakeArchive;
  let base: string;
  let readers: Reader[] = [];

  before(async () => {
    [samples, browser] = await Promise.all([makeSamples(), launchBrowser(), buildPages(dist)]);
  });
  after(async () => {
    await browser.close();
    rmSync(dist, { recursive: true });
  });
  beforeEach(async () => {
    archive = new FakeArchive(dist);
    archive.samples = Object.values(samples);
    archive.recordings = archive.samples.map(({ detail }) => summaryOf(detail));
    archive.snapshot = busyStation();
    base = await archive.listen();
    readers = [];
  });
  afterEach(async () => {
    for (const reader of readers) await reader.leave();
    await archive.close();
  });

  const reader = async (options?: ReaderOptions): Promise<Reader> => {
    const one = await Reader.open(browser, base, options);
    readers.push(one);
    return one;
  };
  const signedIn = async (options?: ReaderOptions): Promise<Reader> => {
    const one = await reader(options);
    await one.signIn(archive.token);
    return one;
  };
  const reading = async (name: SampleName, options?: ReaderOptions): Promise<Reader> => {
    const one = await signedIn(options);
    await one.openRecording(samples[name].detail);
    return one;
  };

  describe('signing in', () => {
    it('says where the link is when there is none', async () => {
      const { page } = await reader();
      await page.goto(base);
      await page.getByText('review-link.txt').waitFor();
      await page.getByRole('heading', { name: '请登录' }).waitFor();
      await assertChinese(page);
    });

    it('takes the token from the address and leaves no trace of it there', async () => {
      const { page } = await signedIn();
      assert.ok(!page.url().includes('token'));
      await page.reload();
      await page.getByRole('heading', { name: '音像记录', exact: true }).waitFor();
      assert.equal(archive.asked.filter((what) => what === 'POST /api/session').length, 1);
    });

    it('explains a link that was used before', async () => {
      const { page } = await reader({ refusals: true });
      await page.goto(`${base}#token=used-up`);
      await page.getByText('登录链接无效或已被使用').waitFor();
    });
  });

  describe('the list', () => {
    it('shows state, key mark and reason in words, and opens a recording by link and by keyboard', async () => {
      const { page } = await signedIn();
      for (const words of ['已送齐', '送达中', '录制中', '重点', '断电中断', '已送达 2 / 3 段'])
        await page.locator('.recordings').getByText(words, { exact: true }).first().waitFor();
      await page.locator('.recordings a').first().focus();
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: '核验结论' }).waitFor();
    });

    it('shows cameras and docks as they are, and follows them', async () => {
      const { page } = await signedIn();
      const strip = page.locator('.live');
      await strip.getByText('48.0 MB / 120 MB · 约剩 0:09').waitFor();
      await strip.getByText('已插入采集站').waitFor();
      archive.tell('camera', { id: 'cam-0003', state: { at: now(), online: true, state: 'storage-full' } });
      await strip.getByText('存储已满').waitFor();
      archive.tell('alarm', {
        role: 'camera',
        id: 'cam-0003',
        alarm: { at: now(), id: 'b'.repeat(32), code: 'storage-full', severity: 'critical' },
      });
      await page.getByRole('alert').getByText('存储已满，已停止录像，请立即归还').waitFor();
      await assertChinese(page);
    });

    it('adds a new recording by itself', async () => {
      const { page } = await signedIn();
      const rows = page.locator('.recordings tbody tr.ant-table-row');
      const before = await rows.count();
      archive.recordings = [...makeHistory(1), ...archive.recordings];
      archive.tell('recordings-changed', {});
      await eventually('one more row', async () => (await rows.count()) === before + 1);
    });

    it('reads on to earlier recordings', async () => {
      archive.recordings = [...archive.recordings, ...makeHistory(60)];
      const { page } = await signedIn();
      await page.getByRole('button', { name: '载入更早的记录' }).click();
      await page.getByText('共 67 条').waitFor();
    });

    it('says what to do next when there is nothing yet', async () => {
      archive.recordings = [];
      archive.snapshot = { cameras: {}, docks: {}, progress: {}, alarms: [] };
      const { page } = await signedIn();
      await page.getByText('把记录仪插入采集站。').waitFor();
      await assertChinese(page);
    });
  });

  describe('the player', () => {
    it('plays picture and sound', async () => {
      const { page } = await reading('good');
      await eventually('the first picture', async () => (await videoFacts(page)).width === 640);
      await page.keyboard.press('Space');
      await eventually('time goes on', async () => {
        const { currentTime, audioBytes, videoFrames } = await videoFacts(page);
        return currentTime > 1.5 && audioBytes > 0 && videoFrames > 10;
      });
      await page.keyboard.press('Space');
    });

    it('goes where marks, keys and the time line point', async () => {
      const { page } = await reading('good');
      await eventually('the first picture', async () => (await videoFacts(page)).width === 640);
      const at = (seconds: number): Promise<void> =>
        eventually(
          `at ${seconds} s`,
          async () => Math.abs((await videoFacts(page)).currentTime - seconds) < 0.3,
        );
      await page.locator('.time-bar').getByRole('button', { name: '重点标记，0:14' }).click();
      await at(14.5);
      await page.keyboard.press('ArrowLeft');
      await at(9.5);
      await page.keyboard.press('l');
      await at(19.5);
      await page.keyboard.press('j');
      await at(9.5);
      await page.keyboard.press('m');
      await at(14.5);
      await page.keyboard.press('m');
      await at(6.2); // behind the last mark the first comes again
      await page.getByRole('slider').first().focus();
      await page.keyboard.press('Home');
      await at(0);
      await page
        .getByRole('slider')
        .first()
        .click({ position: { x: 300, y: 12 } });
      await eventually('somewhere in the middle', async () => (await shownTime(page)) > 8);
    });

    it('moves the dot on the track with the picture, and the picture with the dot', async () => {
      const { page } = await reading('good');
      await eventually('the first picture', async () => (await videoFacts(page)).width === 640);
      const dot = async (): Promise<number> => Number(await page.getByTestId('track-now').getAttribute('cy'));
      const before = await dot();
      await page.locator('.mark-list button').last().click();
      await eventually('the dot went north', async () => (await dot()) < before - 10);
      await page.locator('.track .way-end').click();
      await eventually('at the end', async () => (await shownTime(page)) >= 23);
    });

    it('goes on from one part to the next across a gap, in the size of each', async () => {
      const { page } = await reading('bad');
      await eventually('the first part', async () => (await videoFacts(page)).width === 640);
      await page.getByRole('slider').first().focus();
      for (let n = 0; n < 4; n += 1) await page.keyboard.press('ArrowRight');
      await eventually('near the end of the first part', async () => (await shownTime(page)) === 20);
      await page.keyboard.press('Space');
      await eventually('the second part plays', async () => {
        const { width, currentTime } = await videoFacts(page);
        return width === 480 && currentTime > 0.5 && (await shownTime(page)) > 30;
      });
      await page.keyboard.press('Space');
      await page.keyboard.press('j');
      await eventually('back over the gap', async () => (await videoFacts(page)).width === 640);
    });

    it('plays over a segment that is missing', async () => {
      const { page } = await reading('gap');
      await eventually('the first picture', async () => (await videoFacts(page)).width === 640);
      for (let n = 0; n < 3; n += 1) await page.keyboard.press('ArrowRight');
      await eventually('behind the gap', async () => (await shownTime(page)) >= 20);
      await page.keyboard.press('Space');
      await eventually('it plays there', async () => (await shownTime(page)) >= 22);
    });

    it('plays sound alone, and says so', async () => {
      const { page } = await reading('sound');
      await page.getByText('仅有声音，没有画面').waitFor();
      await page.keyboard.press('Space');
      await eventually('sound', async () => (await videoFacts(page)).audioBytes > 0);
    });

    it('shows what comes before footage that was altered, says why it stops there, and goes on behind', async () => {
      const { page } = await reading('altered', { refusals: true });
      await eventually('the first picture', async () => (await videoFacts(page)).width === 640);
      await eventually('the archive refused', () =>
        Promise.resolve(archive.asked.some((what) => what.endsWith('/segments/1.m4s'))),
      );
      await page.keyboard.press('ArrowRight');
      await eventually('at 5 s', async () => (await shownTime(page)) === 5);
      await page.keyboard.press('Space');
      await eventually('it plays', async () => (await shownTime(page)) >= 6);
      await page.getByText('这一部分影像与记录仪签名的不一致，未予播放').waitFor();
      assert.ok((await shownTime(page)) >= 9);
      await assertChinese(page);
      await page.getByRole('button', { name: '跳到后面的影像' }).click();
      await eventually('the last segment', async () => (await shownTime(page)) >= 20);
      await page.keyboard.press('Space');
      await eventually('it plays on', async () => (await shownTime(page)) >= 22);
      await page.keyboard.press('j');
      await page.getByText('这一部分影像与记录仪签名的不一致，未予播放').waitFor();
      await page.keyboard.press('j');
      await eventually('back before it', async () => (await shownTime(page)) < 10);
      await page.locator('video').waitFor();
    });

    it('says that the archive holds no key', async () => {
      const { page } = await reading('sealed', { refusals: true });
      await page.getByText('档案库没有解封密钥，无法播放').waitFor();
      await page.getByTestId('verdict').waitFor();
    });

    it('says that nothing has arrived, and shows it once it has', async () => {
      const { page } = await reading('open');
      await page.getByText('内容尚未送达').waitFor();
      const { detail } = samples.open;
      const arrived = { ...samples.good, detail: { ...samples.good.detail, recording: detail.recording } };
      archive.samples = [arrived];
      archive.tell('recordings-changed', {});
      await eventually('the first picture', async () => (await page.locator('video').count()) === 1);
      await eventually('it can be played', async () => (await videoFacts(page)).width === 640);
    });
  });

  describe('the verdict', () => {
    it('says yes, and what remains to be remarked', async () => {
      const { page } = await reading('good');
      await page.getByTestId('verdict').getByText(verdictSentence('good', 'zh')).waitFor();
      await page.getByText(findingWords('clock-free-running', 'zh').means).waitFor();
      const muted = page.locator('.finding', { hasText: findingWords('sound-muted', 'zh').seen });
      const [from = '', to = ''] = samples.good.verdict.findings.at(-1)?.place.times ?? [];
      await muted.getByText(`${formatTime(from)} 至 ${formatTime(to)}`).waitFor();
    });

    it('says no, and where, and shows the place', async () => {
      const { page } = await reading('bad');
      await page.getByTestId('verdict').getByText(verdictSentence('bad', 'zh')).waitFor();
      const [finding] = samples.bad.verdict.findings;
      assert.ok(finding !== undefined);
      await page.getByRole('button', { name: placeWords(finding.place, 'zh') }).click();
      await eventually('at the second segment', async () => (await shownTime(page)) === 10);
      await page.getByText('技术细节', { exact: true }).click();
      await page.getByText(samples.bad.detail.certificate.fingerprint).waitFor();
      await page.getByText('mingjing verify').waitFor();
      await assertChinese(page);
    });

    it('shows that it is at work, and lets one watch meanwhile', async () => {
      let finish = (): void => undefined;
      archive.verdictReady = new Promise((resolve) => (finish = resolve));
      const { page } = await reading('good');
      await page.getByText('正在核验', { exact: true }).waitFor();
      await page.getByText('已用时 0:02').waitFor();
      await eventually('the first picture', async () => (await videoFacts(page)).width === 640);
      finish();
      await page.getByTestId('verdict').waitFor();
    });
  });

  describe('languages and windows', () => {
    for (const width of [1280, 390]) {
      it(`speaks one language at a time and fits into ${width} px`, async () => {
        archive.recordings = [...archive.recordings, ...makeHistory(5)];
        const one = await signedIn({ width });
        const { page } = one;
        await assertNoSideways(page);
        await assertChinese(page);
        await one.choose('English');
        await assertEnglish(page);
        await assertNoSideways(page);
        for (const name of ['good', 'bad', 'gap', 'open'] as const) {
          await one.openRecording(samples[name].detail);
          await page.locator('[data-testid=verdict], .verdict p').first().waitFor();
          for (const fold of await page.locator('.ant-collapse-header').all()) await fold.click();
          await assertEnglish(page);
          await assertNoSideways(page);
          await one.choose('中文');
          await assertChinese(page);
          await assertNoSideways(page);
          await one.choose('English');
        }
      });
    }

    it('begins in the language of the browser and keeps the one that was chosen', async () => {
      const one = await signedIn({ locale: 'en-GB' });
      await one.page.getByRole('heading', { name: 'Recordings' }).waitFor();
      await one.choose('中文');
      await one.page.reload();
      await one.page.getByRole('heading', { name: '音像记录', exact: true }).waitFor();
    });

    it('takes a browser of a third language for Chinese', async () => {
      const { page } = await signedIn({ locale: 'fr-FR' });
      await page.getByRole('heading', { name: '音像记录', exact: true }).waitFor();
    });
  });

  it('says so when the archive is gone, and goes on when it is back', async () => {
    const one = await signedIn({ refusals: true });
    const port = Number(new URL(base).port);
    await archive.close();
    await one.page.getByText('连接中断，正在重连；以下可能已过时').waitFor();
    const again = new FakeArchive(dist);
    again.recordings = makeHistory(3);
    await again.listen(port);
    archive = again;
    await one.page.getByText('共 3 条').waitFor();
    await one.page.getByText('实时', { exact: true }).waitFor();
  });
});

function now(): string {
  return new Date().toISOString();
}

function busyStation(): FakeArchive['snapshot'] {
  const at = now();
  return {
    cameras: {
      'cam-0001': { at, online: true, state: 'recording', officer: '021734', battery: 84 },
      'cam-0002': { at, online: true, state: 'docked', battery: 61, unreceipted: 12 },
      'cam-0003': { at, online: false, state: 'off' },
    },
    docks: {
      'dock-1': {
        at,
        online: true,
        bays: [
          { bay: 1, state: 'transferring', camera: 'cam-0002' },
          { bay: 2, state: 'empty' },
        ],
      },
    },
    progress: {
      'dock-1/1': {
        ...{ at, bay: 1, camera: 'cam-0002', bytes: 48_000_000, totalBytes: 120_000_000 },
        ...{ objects: 4, totalObjects: 12, remaining: 9000 },
      },
    },
    alarms: [
      {
        ...{ role: 'camera', id: 'cam-0002' },
        alarm: { at, id: 'a'.repeat(32), code: 'storage-low', severity: 'warning' },
      },
    ],
  };
}
