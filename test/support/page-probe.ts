import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';

/** What a person reads on the page, names for screen readers included; identifiers and commands left out. */
export async function wordsOnPage(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`(() => {
    const shown = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
    const free = (element) => element.closest('[translate="no"], script, style, noscript') === null;
    const words = [document.title];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const element = node.parentElement;
      const text = node.data.trim();
      if (text !== '' && element !== null && free(element) && shown(element)) words.push(text);
    }
    for (const element of document.body.querySelectorAll('[aria-label], [title], [aria-valuetext], [placeholder]')) {
      if (!free(element) || !shown(element)) continue;
      for (const name of ['aria-label', 'title', 'aria-valuetext', 'placeholder']) {
        const text = element.getAttribute(name);
        if (text !== null && text !== '') words.push(text);
      }
    }
    return words;
  })()`);
}

/** What stays as it is in Chinese: units, digests, keys of the keyboard, names of machines, file names. */
const TECHNICAL =
  /\b(?:SHA-256|UTC|GPS|[kMG]?B|[JKLM]|cam-[0-9]+|dock-[0-9]+|archive-[0-9]+|data\/\S+|[0-9a-f]{8,64})\b/g;

export async function assertChinese(page: Page): Promise<void> {
  const foreign = (await wordsOnPage(page)).filter((text) => /[A-Za-z]/.test(text.replaceAll(TECHNICAL, '')));
  assert.deepEqual(foreign, []);
}

export async function assertEnglish(page: Page): Promise<void> {
  const foreign = (await wordsOnPage(page)).filter((text) => /[\u3000-\u9fff\uff00-\uffef]/.test(text));
  assert.deepEqual(foreign, []);
}

export async function assertNoSideways(page: Page): Promise<void> {
  const [wide, window] = await page.evaluate<[number, number]>(
    '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
  );
  assert.ok(wide <= window, `the page is ${wide} px wide in a window of ${window} px`);
}

interface VideoFacts {
  readonly currentTime: number;
  readonly width: number;
  readonly audioBytes: number;
  readonly videoFrames: number;
}

export async function videoFacts(page: Page): Promise<VideoFacts> {
  return page.evaluate<VideoFacts>(`(() => {
    const video = document.querySelector('video');
    return {
      currentTime: video.currentTime,
      width: video.videoWidth,
      audioBytes: video.webkitAudioDecodedByteCount,
      videoFrames: video.getVideoPlaybackQuality().totalVideoFrames,
    };
  })()`);
}

/** Seconds into the recording, as the time line says. */
export async function shownTime(page: Page): Promise<number> {
  return Number(await page.getByRole('slider').first().getAttribute('aria-valuenow'));
}

/** Asks again until it holds, or says what was seen last. */
export async function eventually(what: string, holds: () => Promise<boolean>, limit = 15_000): Promise<void> {
  const end = Date.now() + limit;
  while (!(await holds())) {
    assert.ok(Date.now() < end, `not within ${limit} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
