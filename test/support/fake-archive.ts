import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import {
  REVIEW_REFUSALS,
  type LiveEvents,
  type LiveSnapshot,
  type RecordingSummary,
  type ReviewRefusalCode,
} from '../../central/core/review-shapes.ts';
import type { Sample } from './review-samples.ts';

/**
 * Stands in for the archive before the pages: the review API over samples in memory, with the strictness a real
 * server would have (session, content security policy). Serves real footage.
 */
export class FakeArchive {
  readonly token = 'a-sign-in-token';
  recordings: readonly RecordingSummary[] = [];
  samples: readonly Sample[] = [];
  snapshot: LiveSnapshot = { cameras: {}, docks: {}, progress: {}, alarms: [] };
  /** The verdict waits for this. */
  verdictReady: Promise<void> = Promise.resolve();
  canUnseal = true;
  /** Every request as `METHOD path`. */
  readonly asked: string[] = [];
  readonly #dist: string;
  readonly #listeners = new Set<ServerResponse>();
  readonly #server = createServer((request, response) => {
    this.#answer(request, response).catch(() => {
      if (!response.headersSent) refuse(response, 'internal');
      else response.destroy();
    });
  });

  constructor(dist: string) {
    this.#dist = dist;
  }

  async listen(port = 0): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  tell<N extends keyof LiveEvents>(name: N, data: LiveEvents[N]): void {
    for (const listener of this.#listeners) listener.write(frame(name, data));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://archive');
    const path = url.pathname;
    this.asked.push(`${request.method ?? ''} ${path}`);
    if (!path.startsWith('/api/')) return this.#file(path, response);
    const signedIn = request.headers.cookie?.includes('session=open') ?? false;
    if (path === '/api/session') return this.#session(request, response, signedIn);
    if (!signedIn) {
      refuse(response, 'signed-out');
      return;
    }
    if (path === '/api/live') {
      this.#live(request, response);
      return;
    }
    if (path === '/api/recordings') {
      this.#list(url.searchParams, response);
      return;
    }
    return this.#recording(path, url.searchParams, response);
  }

  async #session(request: IncomingMessage, response: ServerResponse, signedIn: boolean): Promise<void> {
    if (request.method === 'POST') {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { token } = JSON.parse(Buffer.concat(chunks).toString()) as { token?: unknown };
      if (token !== this.token) {
        refuse(response, 'bad-token');
        return;
      }
      response.setHeader('set-cookie', 'session=open; HttpOnly; SameSite=Strict; Path=/');
      json(response, { signedIn: true });
      return;
    }
    const { canUnseal } = this;
    json(
      response,
      signedIn ? { signedIn, agency: 'testagency', archive: 'archive-1', canUnseal } : { signedIn: false },
    );
  }

  #live(request: IncomingMessage, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write(frame('snapshot', this.snapshot));
    this.#listeners.add(response);
    request.on('close', () => this.#listeners.delete(response));
  }

  #list(query: URLSearchParams, response: ServerResponse): void {
    const limit = Number(query.get('limit') ?? '50');
    const from = Number(query.get('before') ?? '0');
    const recordings = this.recordings.slice(from, from + limit);
    const more = from + limit < this.recordings.length;
    json(response, { recordings, ...(more ? { cursor: String(from + limit) } : {}) });
  }

  async #recording(path: string, query: URLSearchParams, response: ServerResponse): Promise<void> {
    const match = /^\/api\/recordings\/([^/]+)\/([^/]+)\/([0-9a-f]{32})(?:\/(.+))?$/.exec(path);
    const sample = this.samples.find(({ detail }) => detail.recording === match?.[3]);
    if (sample === undefined) {
      refuse(response, 'not-found');
      return;
    }
    const rest = match?.[4];
    if (rest === undefined) {
      json(response, sample.detail);
      return;
    }
    if (rest === 'verdict') {
      await this.verdictReady;
      json(response, sample.verdict);
      return;
    }
    if (sample.refused !== undefined) {
      refuse(response, sample.refused);
      return;
    }
    if (rest === 'playlist.m3u8') {
      const playlist = sample.playlists[Number(query.get('part'))];
      send(response, 'application/vnd.apple.mpegurl', playlist);
      return;
    }
    const [, kind, number] = /^(init|segments)\/([0-9]+)\.(?:mp4|m4s)$/.exec(rest) ?? [];
    if (kind === 'init') {
      send(response, 'video/mp4', sample.inits[Number(number)]);
      return;
    }
    const refused = sample.refusedSegments?.get(Number(number));
    if (refused !== undefined) {
      refuse(response, refused);
      return;
    }
    send(response, 'video/iso.segment', sample.segments.get(Number(number)));
  }

  async #file(path: string, response: ServerResponse): Promise<void> {
    const file = join(this.#dist, normalize(path === '/' ? '/index.html' : path));
    const there = await stat(file).catch(() => undefined);
    if (there?.isFile() !== true) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, {
      'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
      'content-security-policy': POLICY,
    });
    createReadStream(file).pipe(response);
  }
}

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

function frame(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

function json(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

function send(response: ServerResponse, type: string, body: Uint8Array | string | undefined): void {
  if (body === undefined) {
    refuse(response, 'footage-not-here');
    return;
  }
  response.writeHead(200, { 'content-type': type }).end(body);
}

function refuse(response: ServerResponse, code: ReviewRefusalCode): void {
  json(response, { code, message: code }, REVIEW_REFUSALS[code]);
}
