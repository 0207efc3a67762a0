import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { REPOSITORY } from './processes.ts';

export function systemdAnalyze(...args: readonly string[]): { status: number | null; told: string } {
  const { status, stdout, stderr, error } = spawnSync('systemd-analyze', args, { encoding: 'utf8' });
  if (error !== undefined) throw error;
  return { status, told: stdout + stderr };
}

/** A unit as it is, but for the program and the user, which are not on this machine; gives its path. */
export function installedUnit(unit: string, directory: string): string {
  const path = join(directory, basename(unit));
  const here = readFileSync(unit, 'utf8')
    .replaceAll('/opt/mingjing/node_modules/.bin/node', process.execPath)
    .replaceAll('/opt/mingjing', REPOSITORY.replace(/\/$/, ''))
    .replace(/^User=.*$/m, 'User=root')
    .replace(/^Group=.*$/m, 'Group=root');
  writeFileSync(path, here);
  return path;
}
