import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const HERE = new URL('..', import.meta.url).pathname;
const READY = 'root.ext4'; // put in place last

/** Outlives the tree: what is built from the same inputs is built once. */
export function cacheDirectory(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'mingjing', 'hardware');
}

/** Kernel, drivers and root file system, built if they are missing or were built from other inputs. */
export async function builtImage(): Promise<string> {
  const cache = cacheDirectory();
  mkdirSync(cache, { recursive: true });
  const image = join(cache, `image-${inputs()}`);
  if (existsSync(join(image, READY))) return image;
  for (const name of readdirSync(cache)) {
    if (name.startsWith('image-') || name.startsWith('.building-'))
      rmSync(join(cache, name), { recursive: true });
  }
  const build = [join(HERE, 'build-image'), image, join(cache, 'downloads'), process.execPath];
  const root = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const [command = '', ...args] = [...root, ...build];
  const [code] = (await once(spawn(command, args, { stdio: 'inherit' }), 'exit')) as [number | null];
  if (code !== 0) throw new Error(`test/hardware/build-image ended with ${code ?? 'a signal'}`);
  return image;
}

function inputs(): string {
  const hash = createHash('sha256').update(process.version);
  const files = readdirSync(join(HERE, 'guest')).map((name) => join('guest', name));
  for (const file of ['build-image', 'initrd-init', ...files.sort()]) {
    hash.update(`\0${file}\0`).update(readFileSync(join(HERE, file)));
  }
  return hash.digest('hex').slice(0, 16);
}
