import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A program that is just ending may still write a file. */
const REMOVAL = { recursive: true, force: true, maxRetries: 10, retryDelay: 100 } as const;

/** Directories that are removed after each test of the suite that called this. */
export function temporaryDirectories(): () => string {
  const made: string[] = [];
  afterEach(() => {
    for (const directory of made.splice(0)) rmSync(directory, REMOVAL);
  });
  return () => {
    const directory = mkdtempSync(join(tmpdir(), 'mingjing-test-'));
    made.push(directory);
    return directory;
  };
}
