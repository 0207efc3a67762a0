import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { chromium, type Browser } from 'playwright-core';

/** Debian's Chromium, talking to nobody but the page. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** Builds the pages into a directory of the test's own. What the archive itself serves, script/bootstrap builds: others serve from it. */
export async function buildPages(outDir: string): Promise<void> {
  const pages = new URL('../../central/pages/', import.meta.url).pathname;
  await promisify(execFile)('vite', [
    'build',
    pages,
    '--outDir',
    outDir,
    '--emptyOutDir',
    '--logLevel',
    'error',
  ]);
}
