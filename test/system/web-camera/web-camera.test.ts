import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { HOLD_TO_STOP_MS } from '../../../device/core/gestures.ts';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import { launchBrowser } from '../../support/browser.ts';
import { auditJournal } from '../../support/device-journal.ts';
import { CameraProgram } from '../../support/device-program.ts';
import {
  assertChinese,
  assertEnglish,
  assertNoSideways,
  eventually,
  videoFacts,
} from '../../support/page-probe.ts';
import { freePort, until } from '../../support/processes.ts';
import { temporaryDirectories } from '../../support/temporary.ts';

describe('the web camera in a real browser', function () {
  this.timeout(120_000);
  const temporary = temporaryDirectories();
  let agency: TestAgency;
  let identity: string;
  let browser: Browser;
  let context: BrowserContext;
  let camera: CameraProgram;
  let page: Page;
  let complaints: string[];

  before(async () => {
    [agency, browser] = await Promise.all([makeTestAgency(), launchBrowser()]);
    identity = await agency.enrol('camera', 'cam-1', { epoch: 1 });
  });

  after(async () => {
    await browser.close();
    agency.close();
  });

  beforeEach(async () => {
    complaints = [];
    camera = new CameraProgram(temporary(), identity, {
      web: { port: await freePort() },
      officer: { number: 'A-0001', name: '示范执法员', certificate: 'ZF-2026-0001' },
    });
    await camera.start();
    context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    page = await context.newPage();
    page.on('pageerror', ({ message }) => complaints.push(message));
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) complaints.push(message.text());
    });
    await page.goto(camera.web);
    await showsMode('待机');
  });

  afterEach(async () => {
    await context.close();
    await camera.stop();
    assert.deepEqual(complaints, []);
  });

  async function showsMode(words: string): Promise<void> {
    await eventually(`the screen says ${words}`, async () =>
      ((await page.textContent('#screen-mode')) ?? '').includes(words),
    );
  }

  async function says(selector: string, words: RegExp): Promise<void> {
    await eventually(`${selector} says ${words.source}`, async () =>
      words.test((await page.textContent(selector)) ?? ''),
    );
  }

  async function isLit(lamp: 'green' | 'yellow' | 'red'): Promise<boolean> {
    return (await page.getAttribute(`#light-${lamp}`, 'data-lit')) === 'true';
  }

  /** By the mouse, as long as told. */
  async function holdByMouse(id: string, millis: number): Promise<void> {
    const box = await page.locator(id).boundingBox();
    assert.ok(box !== null);
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.down();
    await page.waitForTimeout(millis);
    await page.mouse.up();
  }

  it('records by the mouse: red light, living picture, mark, and a long press to stop', async () => {
    assert.ok(await isLit('green'));
    await eventually('the picture plays', async () => (await videoFacts(page)).currentTime > 0);
    const { currentTime, width } = await videoFacts(page);
    assert.equal(width, 320);
    await holdByMouse('#button-record', 100);
    await showsMode('正在录像');
    await eventually('the red light is lit', () => isLit('red'));
    assert.ok(!(await isLit('green')));
    await says('#screen-next', /长按录像键停止/);
    await says('#caption', /执法/);
    await eventually(
      'the picture goes on',
      async () => (await videoFacts(page)).currentTime > currentTime + 2,
    );
    await holdByMouse('#button-mark', 100);
    await says('#screen-notice', /已标记/);
    await holdByMouse('#button-record', 100);
    await says('#screen-notice', /停止请长按/);
    await showsMode('正在录像');
    await holdByMouse('#button-record', HOLD_TO_STOP_MS + 300);
    await showsMode('待机');
    await says('#log', /录制已停止并保存/);
  });

  it('is used by the keyboard alone', async () => {
    await page.keyboard.press('r', { delay: 80 });
    await showsMode('正在录像');
    await page.focus('#button-mark');
    await page.keyboard.press('Enter', { delay: 80 });
    await says('#screen-notice', /已标记/);
    await page.keyboard.press('m', { delay: 1_300 });
    await says('#screen-notice', /已重点标记/);
    await page.keyboard.press('r', { delay: HOLD_TO_STOP_MS + 300 });
    await showsMode('待机');
    const names = await page.evaluate<string[]>(
      `[...document.querySelectorAll('button, input, [role=switch]')].filter((one) => one.checkVisibility())
        .map((one) => one.ariaLabel ?? (one.labels?.[0] ?? document.getElementById(one.getAttribute('aria-labelledby')) ?? one).textContent.trim())`,
    );
    assert.ok(names.length >= 18);
    assert.ok(names.every((name) => name !== ''));
  });

  it('records sound alone and takes photos, each by one press', async () => {
    await page.keyboard.press('p', { delay: 80 });
    await says('#screen-notice', /已拍照并保存/);
    await page.keyboard.press('a', { delay: 80 });
    await showsMode('正在录音');
    await eventually('the yellow light is lit', () => isLit('yellow'));
    await page.keyboard.press('a', { delay: HOLD_TO_STOP_MS + 300 });
    await showsMode('待机');
  });

  it('says in words what is wrong: low battery, no camera, and that it ended in order', async () => {
    await page.keyboard.press('r', { delay: 80 });
    await showsMode('正在录像');
    await page.click('#picture');
    await says('#screen-warnings', /没有画面/);
    await eventually(
      'the lens is dark',
      async () => (await page.textContent('#blind')) === '无画面' && (await page.isVisible('#blind')),
    );
    await showsMode('正在录像');
    await page.click('#picture');
    await eventually('the picture is back', async () => !(await page.isVisible('#blind')));
    await page.locator('#battery').fill('15');
    await says('#screen-warnings', /电量低/);
    await page.locator('#battery').fill('5');
    await says('#gone-title', /已关机/);
    await says('#gone-what', /已保存/);
    await until('the process has ended', () => !camera.running);
    const journal = camera.openJournal();
    const closed = [...auditJournal(journal, identity).recordings.values()].map(
      (one) => one.closed?.body.reason,
    );
    journal.close();
    assert.deepEqual(closed, ['battery-low']);
  });

  it('tells how to start again when the battery was pulled, and knows when that was done', async () => {
    await page.keyboard.press('r', { delay: 80 });
    await showsMode('正在录像');
    await page.click('#cut');
    await page.click('#sure button[value=no]');
    assert.ok(camera.running);
    await page.click('#cut');
    await page.click('#sure button[value=yes]');
    await says('#gone-title', /电池已拔掉/);
    await says('#gone-restart', /device\/main\.ts --config .*camera\.json --simulate/);
    assert.ok(!camera.running);
    await camera.start();
    await says('#gone-next', /请打开它打印的新地址/);
    await page.goto(camera.web);
    await showsMode('待机');
    assert.ok(!(await page.isVisible('#gone')));
  });

  it('lets go of a button when the window is left', async () => {
    await page.keyboard.down('m');
    await page.waitForTimeout(100);
    await page.evaluate(`window.dispatchEvent(new Event('blur'))`);
    await says('#screen-notice', /不能标记/);
    await page.keyboard.up('m');
  });

  it('speaks Chinese or English, and fits a telephone', async () => {
    await page.locator('#battery').fill('18');
    await says('#screen-warnings', /电量低/);
    await assertChinese(page);
    await assertNoSideways(page);
    await page.setViewportSize({ width: 390, height: 844 });
    await assertNoSideways(page);
    await page.click('#language');
    await says('#screen-mode', /Standby/);
    await assertEnglish(page);
    await assertNoSideways(page);
    await page.setViewportSize({ width: 1280, height: 900 });
    await assertNoSideways(page);
    await page.reload();
    await says('#screen-mode', /Standby/);
  });

  it('stands still for who asked for less motion', async () => {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.keyboard.press('m', { delay: 80 });
    await says('#log', /未执行/);
    const moved = await page.evaluate<number>(
      `document.getElementById('case').getAnimations().filter((one) => one.effect.getKeyframes().some((frame) => 'transform' in frame)).length`,
    );
    assert.equal(moved, 0);
  });

  it('shows nothing to a browser that has no link', async () => {
    const stranger = await browser.newContext();
    const other = await stranger.newPage();
    const answer = await other.goto(new URL(camera.web).origin);
    assert.equal(answer?.status(), 403);
    assert.match((await other.textContent('body')) ?? '', /启动时打印的地址/);
    await stranger.close();
  });
});
