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

/** Plays a film or sound in Chromium for so many seconds, as a page with one `<video>` would. */
export async function playInBrowser(file: string, seconds = 2): Promise<Played> {
  const type = file.endsWith('.wav') ? 'audio/wav' : 'video/mp4';
  const server = createServer((request, response) => {
    if (request.url !== '/footage.mp4')
      return void response.setHeader('content-type', 'text/html').end('<!doctype html><video muted></video>');
    response.writeHead(200, { 'content-type': type, 'content-length': statSync(file).size });
    createReadStream(file).pipe(response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${port ?? 0}/`);
    return await page.evaluate<Played>(play(seconds));
  } finally {
    await browser.close();
    server.closeAllConnections();
    server.close();
  }
}

/** In the page: play until so many seconds have gone by, or it fails. */
const play = (seconds: number): string => `new Promise((resolve) => {
  const video = document.querySelector('video');
  let from;
  const answer = () => resolve({ advanced: video.currentTime - from, width: video.videoWidth, error: video.error?.message });
  video.addEventListener('timeupdate', () => {
    from ??= video.currentTime;
    if (video.currentTime - from >= ${seconds}) answer();
  });
  video.addEventListener('error', answer);
  video.addEventListener('ended', answer);
  video.src = '/footage.mp4';
  void video.play();
})`;
