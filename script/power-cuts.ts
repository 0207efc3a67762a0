import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cutCamera } from '../test/support/power-cuts.ts';

const CAMERAS = 4;
const cuts = Number(process.argv[2] ?? 200);
if (!Number.isInteger(cuts) || cuts < CAMERAS || cuts > 100_000)
  throw new RangeError(`script/power-cuts [${CAMERAS} or more]`);

const results = await Promise.all(
  Array.from({ length: CAMERAS }, (_, n) =>
    cutCamera({
      directory: mkdtempSync(join(tmpdir(), 'mingjing-cuts-')),
      cuts: Math.floor(cuts / CAMERAS) + (n < cuts % CAMERAS ? 1 : 0),
      say: (line) => void process.stderr.write(`\r\x1b[K${n + 1}: ${line}`),
    }),
  ),
);
process.stderr.write('\n');

const sum = (of: (result: (typeof results)[number]) => number): number =>
  results.reduce((total, result) => total + of(result), 0);
const lostMs = results.flatMap((result) => result.lostMs.map(Math.round)).toSorted((a, b) => a - b);
const quantile = (share: number): number => lostMs[Math.max(0, Math.ceil(lostMs.length * share) - 1)] ?? NaN;
const lost = results.flatMap((result) => result.lost);
const rows: [string, number | string][] = [
  ['cuts (SIGKILL at a random instant of a recording)', sum(({ cuts: n }) => n)],
  ['starts that failed', sum(({ failedBoots }) => failedBoots)],
  ['journals that do not verify', sum(({ badJournals }) => badJournals)],
  ['recordings acknowledged', sum(({ acknowledged }) => acknowledged.recordings)],
  ['marks acknowledged', sum(({ acknowledged }) => acknowledged.marks)],
  ['acknowledged and lost', lost.length],
  ['open recording lost, median', `${quantile(0.5)} ms`],
  ['open recording lost, p99', `${quantile(0.99)} ms`],
  ['open recording lost, most', `${quantile(1)} ms`],
];
console.log('| what | figure |\n|---|---|');
for (const [what, figure] of rows) console.log(`| ${what} | ${figure} |`);
for (const one of lost) console.error(`✘ ${one}`);
const failed = lost.length + sum(({ failedBoots, badJournals }) => failedBoots + badJournals);
process.exitCode = failed === 0 ? 0 : 1;
