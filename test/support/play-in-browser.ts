import { once } from 'node:events';
import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { launchBrowser } from './browser.ts';

export interface Played {
  /** Seconds the position moved on. */
  readonly advanced: number;
  readonly width: number;
  readonly error: string | undefined;
}

/** Plays an MP4 file in Chromium as a page with one `<video>` would. */
export async function playInBrowser(file: string): Promise<Played> {
  const server = createServer((request, response) => {
    if (request.url !== '/footage.mp4')
      return void response.setHeader('content-type', 'text/html').end('<!doctype html><video muted></video>');
    response.writeHead(200, { 'content-type': 'video/mp4', 'content-length': statSync(file).size });
    createReadStream(file).pipe(response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${port ?? 0}/`);
    return await page.evaluate<Played>(PLAY);
  } finally {
    await browser.close();
    server.closeAllConnections();
    server.close();
  }
}

/** In the page: play until two seconds have gone by, or it fails. */
const PLAY = `new Promise((resolve) => {
  const video = document.querySelector('video');
  let from;
  const answer = () => resolve({ advanced: video.currentTime - from, width: video.videoWidth, error: video.error?.message });
  video.addEventListener('timeupdate', () => {
    from ??= video.currentTime;
    if (video.currentTime - from >= 2) answer();
  });
  video.addEventListener('error', answer);
  video.addEventListener('ended', answer);
  video.src = '/footage.mp4';
  void video.play();
})`;
