import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { FastifyReply } from 'fastify';
import { ReviewRefused } from '../core/errors.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};
const NOT_BUILT = `<!doctype html><meta charset="utf-8"><title>明镜 Mingjing</title>
<p>页面尚未构建：请运行 <code>npm run build -w @mingjing/central</code>。</p>
<p>The pages are not built yet: run <code>npm run build -w @mingjing/central</code>.</p>`;
/** Every part of the path is a plain name: nothing leads out of the directory, or to a hidden file. */
const PATH = /^(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$/;

/** Sends a file of the built pages; the first page for paths that are the pages' own business. */
export async function sendPage(directory: string, url: string, reply: FastifyReply): Promise<FastifyReply> {
  const path = url.split(/[?#]/, 1)[0] ?? '/';
  const type = TYPES[extname(path)];
  if (PATH.test(path) && type !== undefined) {
    const file = join(directory, path);
    if (!(await isFile(file))) throw new ReviewRefused('not-found', 'nothing is here');
    const hashed = path.startsWith('/assets/');
    return await reply
      .header('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache')
      .type(type)
      .send(createReadStream(file));
  }
  const index = join(directory, 'index.html');
  reply.header('cache-control', 'no-cache').type('text/html; charset=utf-8');
  return (await isFile(index))
    ? await reply.send(createReadStream(index))
    : await reply.code(503).send(NOT_BUILT);
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
