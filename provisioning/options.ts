import { InvalidArgumentError } from 'commander';
import { readLimited } from './adapters/private-files.ts';

const MAX_PASSPHRASE_BYTES = 4096;

export function wholeNumber(text: string): number {
  if (!/^[0-9]{1,9}$/.test(text)) throw new InvalidArgumentError('要整数 · not a whole number');
  return Number(text);
}

/** The first line of a file. */
export function readPassphrase(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  return readLimited(path, MAX_PASSPHRASE_BYTES, 'bad-argument').split(/\r?\n/)[0];
}

export function say(...lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}
