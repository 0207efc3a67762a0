import assert from 'node:assert/strict';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { eventually } from '../page-probe.ts';

/** The kiosk in a browser that complains of every mistake of the page, and of whatever it asks of others. */
export class KioskPage {
  readonly page: Page;
  readonly #context: BrowserContext;
  readonly #complaints: string[] = [];

  private constructor(context: BrowserContext, page: Page, url: () => string) {
    this.#context = context;
    this.page = page;
    page.on('pageerror', ({ message }) => this.#complaints.push(message));
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) this.#complaints.push(message.text());
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(`${url()}/`)) this.#complaints.push(request.url());
    });
  }

  /** `url`: where the kiosk is now. */
  static async open(browser: Browser, url: () => string): Promise<KioskPage> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    return new KioskPage(context, await context.newPage(), url);
  }

  async close(): Promise<void> {
    await this.#context.close();
    assert.deepEqual(this.#complaints, []);
  }

  async says(selector: string, words: RegExp): Promise<void> {
    let last = '';
    await eventually(`${selector} says ${words.source}`, async () => {
      last = (await this.page.textContent(selector)) ?? '';
      return words.test(last);
    }).catch((error: unknown) => {
      throw new Error(`it says: ${last}`, { cause: error });
    });
  }

  /** Types, and presses Enter, as a card reader does. */
  async enter(text: string): Promise<void> {
    await this.page.keyboard.type(text);
    await this.page.keyboard.press('Enter');
  }
}
