import { readdirSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { extname } from 'node:path';

export interface PageFile {
  readonly type: string;
  readonly bytes: Buffer;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.ts': 'text/javascript; charset=utf-8',
};
/** What of the camera's own rules the page shares: pure, and the same words on every panel. */
const SHARED = ['answers', 'cues', 'gestures', 'screen-figures', 'screen-words', 'signals'].map(
  (name) => `core/${name}.ts`,
);

/**
 * The page, by path, read once: a request picks from this list and never names a file. Its modules are the sources
 * with their types taken out, as Node itself does it; paths are those of the sources, so their imports hold.
 */
export function readPageFiles(): ReadonlyMap<string, PageFile> {
  const device = new URL('../../', import.meta.url);
  const own = readdirSync(new URL('web/', device))
    .filter((name) => TYPES[extname(name)] !== undefined)
    .map((name) => `web/${name}`);
  return new Map(
    [...own, ...SHARED].map((path) => {
      const text = readFileSync(new URL(path, device), 'utf8');
      const bytes = Buffer.from(path.endsWith('.ts') ? stripTypeScriptTypes(text) : text);
      return [`/${path}`, { type: TYPES[extname(path)] ?? 'application/octet-stream', bytes }];
    }),
  );
}
