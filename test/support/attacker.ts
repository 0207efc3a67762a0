import { createHash } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Somebody who has an export on disk and bends it as well as can be done without keys. */
export function copyExport(from: string, to: string): string {
  cpSync(from, to, { recursive: true });
  return to;
}

export function filesOf(bag: string): string[] {
  return readdirSync(bag, { recursive: true, withFileTypes: true })
    .filter((item) => item.isFile())
    .map((item) => join(item.parentPath, item.name).slice(bag.length + 1))
    .sort();
}

/** Writes both manifests anew, so that the bag is consistent in itself again. */
export function rewriteManifests(bag: string): void {
  const manifest = (paths: readonly string[]): string =>
    paths.map((path) => `${sha256(join(bag, path))}  ${path}\n`).join('');
  const payload = filesOf(bag).filter((path) => path.startsWith('data/'));
  writeFileSync(join(bag, 'manifest-sha256.txt'), manifest(payload));
  const tags = filesOf(bag).filter((path) => !path.startsWith('data/') && path !== 'tagmanifest-sha256.txt');
  writeFileSync(join(bag, 'tagmanifest-sha256.txt'), manifest(tags));
}

/** Changes one byte, calls `judge`, changes it back. */
export async function withFlippedByte<T>(file: string, at: number, judge: () => Promise<T>): Promise<T> {
  const original = readFileSync(file);
  const bent = Buffer.from(original);
  bent[at] = (bent[at] ?? 0) ^ 0x01;
  writeFileSync(file, bent);
  try {
    return await judge();
  } finally {
    writeFileSync(file, original);
  }
}

function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
