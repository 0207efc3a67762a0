import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import type { Browser, Page } from 'playwright-core';
import type { MemoryDesk } from '../../support/dock-agent/memory-desk.ts';
import { launchBrowser } from '../../support/browser.ts';
import { KioskPage } from '../../support/dock-agent/kiosk-page.ts';
import { deskOfTwo, fillEight, KioskRig } from '../../support/dock-agent/kiosk-rig.ts';
import { assertChinese, assertEnglish, assertNoSideways, eventually } from '../../support/page-probe.ts';

const PASSPHRASE = 'correct horse battery';

describe('take, return and service at the kiosk', function () {
  this.timeout(120_000);
  let browser: Browser;
  let kiosk: KioskPage;
  let page: Page;
  let rig: KioskRig;
  let desk: MemoryDesk;
  let did: string[];

  before(async () => {
    browser = await launchBrowser();
  });
  after(async () => {
    await browser.close();
  });
  beforeEach(async () => {
    desk = deskOfTwo();
    did = [];
    rig = new KioskRig(8, {
      desk,
      service: {
        isRight: (passphrase) => Promise.resolve(passphrase === PASSPHRASE),
        desk: {
          log: () => [
            { at: Date.now(), level: 'info', message: 'of no importance', fields: '' },
            { at: Date.now(), level: 'error', message: '<img src=x onerror=alert(1)>', fields: '{"bay":1}' },
          ],
          retry: (bay) => (did.push(`retry ${bay}`), true),
          switchBay: (bay, on) => {
            rig.feed.learn({ type: 'switched', bay, on });
            return true;
          },
        },
      },
    });
    fillEight(rig);
    await rig.open();
    kiosk = await KioskPage.open(browser, () => rig.url);
    ({ page } = kiosk);
  });
  afterEach(async () => {
    await kiosk.close();
    await rig.close();
  });

  async function open(language: 'zh-CN' | 'en'): Promise<void> {
    await page.goto(`${rig.url}/?lang=${language}`);
    await page.waitForSelector('.tile[data-bay="8"]');
  }
  /** One key after another, by finger. */
  async function touch(keys: string): Promise<void> {
    for (const key of keys) await page.locator('.keys button', { hasText: new RegExp(`^${key}$`) }).click();
  }
  const next = (): Promise<void> => page.click('.keypad .main-action');

  it('gives a camera out by finger alone: number, PIN, check, bay', async () => {
    await open('zh-CN');
    await page.click('#open-desk');
    await page.click('.keys button:has-text("字母")');
    await touch('A-');
    await page.click('.keys button:has-text("数字")');
    await touch('0001');
    await assertChinese(page);
    await next();
    await touch('2905');
    await page.click('.keys button:has-text("删除")');
    await touch('514');
    await assertChinese(page);
    await next();
    await kiosk.says('#desk-place', /赵示例 · A-0001.*ZF-2026-0001.*2027-12-31/);
    await assertChinese(page);
    await page.click('.offers li:nth-child(1) .offer');
    await kiosk.says('.check', /电量100% · 充足.*剩余空间58 GB · 充足.*时钟准确.*人员赵示例/);
    await assertChinese(page);
    await page.click('.choices .main-action');
    await kiosk.says('.take-number', /^4$/);
    await assertChinese(page);
    assert.equal(desk.cameras.get('cam-104')?.holder, 'A-0001');
    await page.click('#desk-place button');
    assert.ok(!(await page.isVisible('#desk')));
    await eventually('the session has ended', () => Promise.resolve(desk.sessions === 0));
  });

  it('opens by a card reader that types, and says what is wrong with a camera before it is taken', async () => {
    await open('en');
    await kiosk.enter('A-0001');
    await kiosk.enter('290514');
    await page.click('.offers li:nth-child(2) .offer');
    await kiosk.says('.check', /Battery57% · low.*Clockin doubt/);
    await kiosk.says('.choices', /Take it all the same/);
    await assertEnglish(page);
    desk.refuseNext = 'camera-unreachable';
    await page.click('.choices .main-action');
    await kiosk.says('#desk-notice', /does not answer/);
    assert.equal(desk.cameras.get('cam-103')?.holder, undefined);
    await page.keyboard.press('Escape');
    await eventually('the session has ended', () => Promise.resolve(desk.sessions === 0));
  });

  it('has a PIN set at first use, twice the same, and no simple one', async () => {
    await open('en');
    await kiosk.enter('20417');
    await kiosk.enter('0');
    await kiosk.says('.keypad', /First use/);
    await kiosk.enter('4071');
    await kiosk.enter('4072');
    await kiosk.says('#desk-notice', /differ/);
    await kiosk.enter('1234');
    await kiosk.enter('1234');
    await kiosk.says('#desk-notice', /Too simple/);
    await kiosk.enter('4071');
    await kiosk.enter('4071');
    await kiosk.says('.who-is-it', /20417/);
    assert.equal(desk.pins.get('20417'), '4071');
  });

  it('says what is wrong with a number or a PIN, and until when it is locked', async () => {
    await open('en');
    await kiosk.enter('X-9');
    await kiosk.enter('1111');
    await kiosk.says('#desk-notice', /not on the roster/);
    await kiosk.enter('A-0001');
    for (let count = 0; count < 5; count += 1) {
      await kiosk.enter('1111');
      await kiosk.says('#desk-notice', /Wrong PIN/);
      await kiosk.says('.keypad', /A-0001/);
    }
    await kiosk.enter('290514');
    await kiosk.says('#desk-notice', /Too many wrong PINs.*\(\d\d:\d\d\)/);
  });

  it('takes back what sits in a bay, and asks for what does not', async () => {
    const check = { battery: 'good', storage: 'good', clock: 'good' } as const;
    desk.put({ device: 'cam-101', bay: 1, check, recommended: true }, 'A-0001');
    desk.put({ device: 'cam-999', bay: 9, check, recommended: true }, 'A-0001');
    await open('en');
    await kiosk.enter('A-0001');
    await kiosk.enter('290514');
    await kiosk.says('.returns', /cam-101in bay 1.*cam-999put it in/);
    assert.ok(await page.isDisabled('.returns li:nth-child(2) button'));
    await page.click('.returns li:nth-child(1) button');
    await kiosk.says('#desk-notice', /cam-101: Given back/);
    assert.equal(desk.cameras.get('cam-101')?.holder, undefined);
  });

  it('keeps no PIN on the page, and lets go of the session when the page is loaded anew', async () => {
    await open('en');
    await kiosk.enter('A-0001');
    await kiosk.enter('290514');
    await kiosk.says('.who-is-it', /A-0001/);
    const kept = await page.evaluate<string>(
      `document.documentElement.outerHTML + JSON.stringify({ ...localStorage, ...sessionStorage }) + document.cookie`,
    );
    assert.doesNotMatch(kept, /290514/);
    assert.doesNotMatch(kept, /[0-9a-f]{32}/);
    await page.reload();
    assert.ok(!(await page.isVisible('#desk')));
  });

  for (const [language, words] of [
    ['zh-CN', assertChinese],
    ['en', assertEnglish],
  ] as const)
    it(`lets a technician in by the passphrase alone, in ${language}`, async () => {
      await open(language);
      await page.click('#open-service');
      await kiosk.enter('admin');
      await kiosk.says('#service-notice', /口令不对|Wrong/);
      assert.ok(!(await page.isVisible('#service-room')));
      await kiosk.enter(PASSPHRASE);
      await kiosk.says('#service-log', /of no importance.*<img/);
      await words(page);
      await assertNoSideways(page);
      await page.check('#service-trouble');
      assert.equal(await page.locator('#service-log li').count(), 1);
      await page.click('#service-bays li[data-bay="5"] button:first-of-type');
      await eventually('it was retried', () => Promise.resolve(did.includes('retry 5')));
      await page.click('#service-bays li[data-bay="5"] button:last-of-type');
      await kiosk.says('#service-bays li[data-bay="5"] strong', /停用|Off/);
      assert.ok(await page.isDisabled('#service-bays li[data-bay="5"] button:first-of-type'));
      await page.click('#service-leave');
      await kiosk.says('.tile[data-bay="5"]', /停用|Off/);
      assert.doesNotMatch(await page.evaluate<string>('document.cookie'), /kiosk/);
    });
});
