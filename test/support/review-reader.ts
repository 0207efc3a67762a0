import assert from 'node:assert/strict';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { RecordingKey } from '../../central/core/review-shapes.ts';

export interface ReaderOptions {
  readonly locale?: string;
  readonly width?: number;
  /** Refusals the reader is meant to meet: the browser reports them as errors of its own. */
  readonly refusals?: boolean;
}

/** Somebody at a browser of their own, who notices every error the page makes. */
export class Reader {
  readonly page: Page;
  readonly errors: string[] = [];
  readonly #context: BrowserContext;
  readonly #base: string;

  constructor(context: BrowserContext, page: Page, base: string, refusals: boolean) {
    this.#context = context;
    this.page = page;
    this.#base = base;
    page.on('pageerror', (error) => this.errors.push(error.message));
    page.on('console', (message) => {
      const refused = refusals && message.text().startsWith('Failed to load resource');
      if (['error', 'warning'].includes(message.type()) && !refused) this.errors.push(message.text());
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(base) && !request.url().startsWith('blob:'))
        this.errors.push(`asked elsewhere: ${request.url()}`);
    });
  }

  static async open(browser: Browser, base: string, options: ReaderOptions = {}): Promise<Reader> {
    const { locale = 'zh-CN', width = 1280, refusals = false } = options;
    const context = await browser.newContext({ locale, viewport: { width, height: 900 } });
    const page = await context.newPage();
    return new Reader(context, page, base, refusals);
  }

  async signIn(token: string): Promise<void> {
    await this.page.goto(`${this.#base}#token=${token}`);
    await this.page.locator('.recordings, .cards, .steps').first().waitFor();
  }

  async openRecording({ device, epoch, recording }: RecordingKey): Promise<void> {
    await this.page.goto(`${this.#base}#/recordings/${device}/${epoch}/${recording}`);
    await this.page.locator('.recording').waitFor();
  }

  async choose(language: '中文' | 'English'): Promise<void> {
    await this.page.getByText(language, { exact: true }).click();
    await this.page
      .locator(`html[lang="${language === 'English' ? 'en' : 'zh-CN'}"]`)
      .waitFor({ state: 'attached' });
  }

  /** Ends, and fails if the page made an error on the way. */
  async leave(): Promise<void> {
    await this.#context.close();
    assert.deepEqual(this.errors, []);
  }
}
