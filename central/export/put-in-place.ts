import { lstat, mkdir, mkdtemp, open, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { syncDirectory } from '@mingjing/runtime';
import { ExportError } from './errors.ts';

/** Throws 'output-exists' if anything stands at `out`. */
export async function requireFree(out: string): Promise<void> {
  if (await lstat(out).catch(unlessMissing)) throw taken(out);
}

/**
 * Makes a directory `out`, whole or not at all: `fill` writes into a fresh one beside it, which nobody else uses, and
 * when all of it is durable it gets its name. What stands at `out` is never replaced: `code` 'output-exists'. When it
 * rejects, nothing is left behind, unless the disk failed at the very last step, which makes the name durable.
 */
export async function putInPlace(out: string, fill: (directory: string) => Promise<void>): Promise<void> {
  await requireFree(out);
  await makeParents(dirname(out));
  const directory = await mkdtemp(`${out}.partial-`); // mode 0700
  try {
    await fill(directory);
    await syncTree(directory);
    await takeName(directory, out);
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
  syncDirectory(dirname(out));
}

/** rename(2) replaces an empty directory: so the name is claimed with one, which only the first can make. */
async function takeName(directory: string, out: string): Promise<void> {
  try {
    await mkdir(out, { mode: 0o700 });
  } catch (error) {
    throw codeOf(error) === 'EEXIST' ? taken(out, error) : error;
  }
  try {
    await rename(directory, out);
  } catch (error) {
    await rmdir(out).catch(() => undefined); // unless somebody has put something into it
    throw codeOf(error) === 'ENOTEMPTY' ? taken(out, error) : error;
  }
}

async function makeParents(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = path; made !== dirname(first); made = dirname(made)) syncDirectory(dirname(made));
}

/** Every file, then the directory that names it. */
async function syncTree(directory: string): Promise<void> {
  for (const item of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, item.name);
    await (item.isDirectory() ? syncTree(path) : syncFile(path));
  }
  syncDirectory(directory);
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

function taken(out: string, cause?: unknown): ExportError {
  return new ExportError('output-exists', `${out} exists already: choose another directory`, { cause });
}

function unlessMissing(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
