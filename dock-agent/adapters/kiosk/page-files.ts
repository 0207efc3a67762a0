import { createHash } from 'node:crypto';
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

/** What of the dock's own rules the page shares: pure, and the same words everywhere. */
const SHARED = ['core/station-words.ts'];

/**
 * The page, by path, read once: a request picks from this list and never names a file. Its modules are the sources with
 * their types taken out, as Node itself does it; paths are those of the sources, so their imports hold. `edition` changes with any byte of it: an open page loads itself anew.
 */
export function readPageFiles(): { files: ReadonlyMap<string, PageFile>; edition: string } {
  const dock = new URL('../../', import.meta.url);
  const own = readdirSync(new URL('web/', dock)).map((name) => `web/${name}`);
  const edition = createHash('sha256');
  const files = new Map<string, PageFile>();
  for (const path of [...own, ...SHARED].toSorted()) {
    const type = TYPES[extname(path)];
    if (type === undefined) continue;
    const text = readFileSync(new URL(path, dock), 'utf8');
    const bytes = Buffer.from(path.endsWith('.ts') ? stripTypeScriptTypes(text) : text);
    files.set(`/${path}`, { type, bytes });
    edition.update(path).update(bytes);
  }
  return { files, edition: edition.digest('hex').slice(0, 16) };
}
