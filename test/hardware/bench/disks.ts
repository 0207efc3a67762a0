import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, statSync, truncateSync, writeFileSync, copyFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { REPOSITORY } from '../../support/processes.ts';

const execute = promisify(execFile);
const PROGRAM = ['protocol', 'runtime', 'device', 'package.json'] as const;
const WORKSPACES = ['@mingjing/device', '@mingjing/runtime', '@mingjing/protocol'] as const;

/** An ext4 image of a directory, with so much room beside it. */
export async function makeDisk(path: string, from: string | undefined, bytes: number): Promise<void> {
  writeFileSync(path, '');
  truncateSync(path, bytes);
  await execute('mkfs.ext4', ['-q', '-F', '-m', '0', ...(from === undefined ? [] : ['-d', from]), path]);
}

/** The program as it stands in this tree, with the packages that it needs and no others. */
export async function makeCodeDisk(path: string, scratch: string): Promise<void> {
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(scratch, { recursive: true });
  for (const part of PROGRAM) cpSync(join(REPOSITORY, part), join(scratch, part), { recursive: true });
  const { stdout } = await execute(
    'npm',
    ['ls', '--omit=dev', '--all', '--parseable', ...WORKSPACES.flatMap((name) => ['-w', name])],
    { cwd: REPOSITORY, maxBuffer: 1 << 24 },
  ).catch((error: unknown) => error as { stdout: string });
  for (const line of stdout.split('\n')) {
    const place = relative(REPOSITORY, line);
    const unwanted = !place.startsWith('node_modules/') || /@types\//.test(place);
    if (!unwanted) cpSync(line, join(scratch, place), { recursive: true, verbatimSymlinks: true });
  }
  await makeDisk(path, scratch, 160 * 1024 * 1024);
  rmSync(scratch, { recursive: true, force: true });
}

/** Everything of an SD card that is out of its slot, as a next boot would find it. The card itself is not touched. */
export async function readCard(card: string, into: string): Promise<void> {
  rmSync(into, { recursive: true, force: true });
  mkdirSync(into, { recursive: true });
  const copy = join(into, '..', 'card-copy.img');
  copyFileSync(card, copy);
  try {
    // 1: mended, which is what replaying the file system's journal comes to.
    await execute('e2fsck', ['-fy', copy]).catch((error: unknown) => {
      if ((error as { code?: unknown }).code !== 1) throw error;
    });
    await execute('debugfs', ['-R', `rdump / ${into}`, copy]);
  } finally {
    rmSync(copy);
  }
}

export function sizeOf(path: string): number {
  return statSync(path).size;
}
