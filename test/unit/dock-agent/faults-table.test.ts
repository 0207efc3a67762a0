import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../../..');

/** The last cell of each row: a file, and a title in which `…` stands for what differs from case to case. */
function rows(): { fault: string; file: string; title: string }[] {
  const lines = readFileSync(join(ROOT, 'docs/FAULTS.md'), 'utf8').split('\n');
  return lines
    .filter((line) => line.startsWith('| ') && !line.startsWith('| fault |'))
    .map((line) => {
      const match = /^\| ([^|]+) \|.*\| `([a-z-]+\.test\.ts)` "(.+)" \|$/.exec(line);
      assert.ok(match, `a row without a test: ${line}`);
      const [, fault = '', file = '', title = ''] = match;
      return { fault, file, title };
    });
}

/** The titles of a file's tests, with `…` for what is filled in. */
function titles(file: string): string[] {
  const source = readFileSync(join(ROOT, 'test/integration/dock-agent', file), 'utf8');
  return [...source.matchAll(/\bit\(\s*(['`])(.+?)\1,/g)].map(([, , title = '']) =>
    title.replaceAll(/\$\{[^}]+\}/g, '…').replace(/^…, …:/, '…:'),
  );
}

describe('the table of faults', () => {
  it('names a test for each fault, and the test is there', () => {
    const all = rows();
    assert.ok(all.length >= 30, `${all.length} rows`);
    for (const { fault, file, title } of all)
      assert.ok(titles(file).includes(title), `${fault}: no test "${title}" in ${file}`);
  });
});
