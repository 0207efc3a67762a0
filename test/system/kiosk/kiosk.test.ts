import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchBrowser } from '../../support/browser.ts';
import { fillEight, KioskRig } from '../../support/dock-agent/kiosk-rig.ts';
import { assertChinese, assertEnglish, assertNoSideways, eventually } from '../../support/page-probe.ts';

const SIZES = [
  { width: 1080, height: 1920 },
  { width: 1280, height: 800 },
];

interface Facts {
  readonly inside: boolean;
  readonly cut: boolean;
  readonly size: number;
}

/** Of each tile: is it in the window, is a part of it cut off, how large is its word. */
const FACTS = `[...document.querySelectorAll('.tile')].map((tile) => {
  const word = tile.querySelector('.word');
  const face = tile.querySelector('.face');
  const { bottom, right } = tile.getBoundingClientRect();
  return {
    inside: bottom <= innerHeight && right <= innerWidth,
    cut: face.scrollHeight > face.clientHeight + 1 || word.scrollWidth > face.clientWidth,
    size: Number.parseFloat(getComputedStyle(word).fontSize),
  };
})`;

describe('the kiosk in a real browser', function () {
  this.timeout(120_000);
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let rig: KioskRig;
  let complaints: string[];
  let strangers: string[];

  before(async () => {
    browser = await launchBrowser();
  });
  after(async () => {
    await browser.close();
  });
  beforeEach(async () => {
    [complaints, strangers] = [[], []];
    rig = new KioskRig(8);
    fillEight(rig);
    await rig.open();
    context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    page = await context.newPage();
    page.on('pageerror', ({ message }) => complaints.push(message));
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) complaints.push(message.text());
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(`${rig.url}/`)) strangers.push(request.url());
    });
  });
  afterEach(async () => {
    await context.close();
    await rig.close();
    assert.deepEqual(complaints, []);
    assert.deepEqual(strangers, []);
  });

  async function open(language: 'zh-CN' | 'en'): Promise<void> {
    await page.goto(`${rig.url}/?lang=${language}`);
    await page.waitForSelector('.tile[data-bay="8"]');
  }
  const tile = async (bay: number): Promise<string> =>
    (await page.textContent(`.tile[data-bay="${bay}"]`)) ?? '';
  async function says(selector: string, words: RegExp): Promise<void> {
    await eventually(`${selector} says ${words.source}`, async () =>
      words.test((await page.textContent(selector)) ?? ''),
    );
  }

  it('shows each bay with its sign, its officer, its battery, and the time that is left', async () => {
    await open('zh-CN');
    assert.match(await tile(1), /上传中.*36% · 约 12 分钟.*赵示例.*34%/);
    assert.match(await tile(2), /待确认/);
    assert.match(await tile(3), /充电中.*录像已全部存档/);
    assert.match(await tile(4), /就绪/);
    assert.match(await tile(5), /有问题.*记录仪没有应答/);
    assert.match(await tile(6), /不接入.*其他单位的记录仪.*cam-106/);
    assert.match(await tile(7), /识别中.*请勿取出/);
    assert.match(await tile(8), /空.*可放入记录仪/);
    assert.match((await page.textContent('#uplink')) ?? '', /存档已连接/);
    assert.match((await page.textContent('#storage')) ?? '', /36%/);
    assert.match((await page.textContent('#alarm-strip')) ?? '', /仓位 6.*请取出.*还有 2 条/);
    const shapes = await page.evaluate<string[]>(
      `[...document.querySelectorAll('.tile .top use')].map((use) => use.getAttribute('href'))`,
    );
    assert.equal(new Set(shapes).size, 8, 'a shape for each sign');
  });

  for (const size of SIZES)
    it(`fits ${size.width} × ${size.height} in both languages, words large enough for three metres`, async () => {
      await page.setViewportSize(size);
      for (const language of ['zh-CN', 'en'] as const) {
        await open(language);
        await (language === 'en' ? assertEnglish(page) : assertChinese(page));
        await assertNoSideways(page);
        const facts = await page.evaluate<Facts[]>(FACTS);
        assert.ok(
          facts.every(({ inside, cut }) => inside && !cut),
          JSON.stringify(facts),
        );
        assert.ok(
          facts.every(({ size: pixels }) => pixels >= 40),
          JSON.stringify(facts),
        );
      }
    });

  it('is live: a tile changes as the dock does', async () => {
    await open('en');
    rig.messages.showBay(8, 'identifying', undefined);
    await says('.tile[data-bay="8"]', /Checking/);
    rig.messages.showBay(8, 'transferring', 'cam-108');
    await says('.tile[data-bay="8"]', /Uploading.*cam-108/);
    rig.messages.showBay(1, 'empty', undefined);
    await says('.tile[data-bay="1"]', /Empty/);
    rig.feed.learn({ type: 'uplink', up: false });
    await says('#uplink', /not connected/);
  });

  it('says that the line is lost while the dock is away, and goes on by itself', async () => {
    await open('zh-CN');
    await rig.close();
    await says('#lost', /连接已断开.*自动重新连接/);
    assert.ok(await page.isVisible('#lost'));
    rig.messages.showBay(8, 'transferring', 'cam-108');
    await rig.open(rig.port);
    await says('.tile[data-bay="8"]', /上传中/);
    assert.ok(!(await page.isVisible('#lost')));
  });

  it('tells more of a bay that is touched, and of all alarms', async () => {
    await open('en');
    await page.click('.tile[data-bay="1"]');
    assert.match(
      (await page.textContent('#detail')) ?? '',
      /cam-101[^]*A-0001[^]*812 mA · 31.4 °C[^]*310 of 840 files/,
    );
    await page.click('#detail form button');
    await page.click('#alarm-strip');
    assert.equal(await page.locator('#alarm-list li').count(), 3);
    await page.click('#alarms form button');
    await page.click('#language');
    await says('.tile[data-bay="1"]', /上传中/);
  });

  it('is used by the keyboard alone', async () => {
    await open('en');
    await page.focus('.tile[data-bay="6"]');
    await page.keyboard.press('Enter');
    assert.match((await page.textContent('#detail')) ?? '', /Refused[^]*Take it out/);
    await page.keyboard.press('Escape');
    assert.ok(!(await page.isVisible('#detail')));
  });

  it('shows thirty bays without scrolling', async () => {
    await rig.close();
    rig = new KioskRig(30);
    fillEight(rig);
    await rig.open();
    for (const size of SIZES) {
      await page.setViewportSize(size);
      await page.goto(`${rig.url}/`);
      await page.waitForSelector('.tile[data-bay="30"]');
      const facts = await page.evaluate<Facts[]>(FACTS);
      assert.ok(
        facts.every(({ inside }) => inside),
        JSON.stringify(facts),
      );
    }
  });
});
