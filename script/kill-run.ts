import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { killRun } from '../test/support/kill-run.ts';

const kills = Number(process.argv[2] ?? 100);
if (!Number.isInteger(kills) || kills < 1 || kills > 10_000) throw new RangeError('script/kill-run [kills]');
const result = await killRun({
  directory: mkdtempSync(join(tmpdir(), 'mingjing-kills-')),
  kills,
  seconds: 60,
  say: (line) => void process.stderr.write(`\r\x1b[K${line}`),
});
process.stderr.write('\n');
console.log(JSON.stringify(result, undefined, 2));
process.exitCode = result.lost.length === 0 ? 0 : 1;
