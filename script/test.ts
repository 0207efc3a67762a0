import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runJobs, sum, type Counts, type Job } from './lib/test-jobs.ts';

/** Most tests wait for clocks, disks and children, so more run at once than there are cores. */
const LANES = 3;

/** Checks that are not tests. Each counts as one, so that the closing line tells of them too. */
const GATES = [
  ['types', 'types'],
  ['lint', 'lint'],
  ['format', 'format'],
  ['dependency rules', 'deps'],
] as const;
const GATE_MS = 10 * 60_000;

/** One file of tests. The longest takes about two minutes. */
const FILE_MS = 12 * 60_000;
/** Building the machine, booting it and one scenario take five minutes on two idle cores. */
const HARDWARE_MS = 40 * 60_000;

const UNIT = 'test/unit/**/*.test.ts';
/** The slowest first: they are not to be waited for in the end. */
const ONE_BY_ONE = ['system', 'contract', 'integration'].map((kind) => `test/${kind}/**/*.test.ts`);

/** These keep pace with real pictures, sound or an emulated board: beside too many others they come late. They go last. */
const IN_STEP = [
  'test/{contract,integration}/device/{camera,capture,ffmpeg-*,web-camera,whole-recorder}.test.ts',
  'test/{contract,integration}/dock-agent/charg*.test.ts',
];
const LANES_IN_STEP = 2;

const reports = mkdtempSync(join(tmpdir(), 'mingjing-reports-'));
let jobs = 0;

function gate(name: string, script: string): Job {
  return {
    name,
    command: ['npm', 'run', '--silent', script],
    limitMs: GATE_MS,
    count: ({ status }) => ({ passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1, skipped: 0 }),
  };
}

/** mocha in a process of its own. Its report is believed, not its exit code alone. */
function tests(name: string, files: readonly string[]): Job {
  const report = join(reports, `${(jobs += 1)}.json`);
  return {
    name,
    command: ['mocha', '--reporter', 'test/support/reporter.cjs', ...files],
    env: { MINGJING_REPORT: report },
    limitMs: FILE_MS,
    count: ({ status }) => {
      try {
        const counts = JSON.parse(readFileSync(report, 'utf8')) as Counts;
        return status !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
      } catch {
        return { passed: 0, failed: 1, skipped: 0 }; // mocha did not come to its end
      }
    },
  };
}

/** One short scenario of the real adapters on virtual hardware; the others are run by hand. */
function hardware(): Job {
  if (process.arch !== 'x64')
    return {
      name: `virtual hardware: the machine it boots is x86-64, this one is ${process.arch}`,
      command: ['true'],
      limitMs: GATE_MS,
      count: () => ({ passed: 0, failed: 0, skipped: 1 }),
    };
  return {
    name: 'virtual hardware',
    command: ['script/test-hardware', 'smoke'],
    limitMs: HARDWARE_MS,
    count: ({ output }) => {
      const [, passed, failed] = /^(\d+) passed, (\d+) failed$/m.exec(output) ?? [];
      return { passed: Number(passed ?? 0), failed: Number(failed ?? 1), skipped: 0 };
    },
  };
}

async function everything(): Promise<Counts> {
  const inStep = globSync(IN_STEP);
  const others = globSync(ONE_BY_ONE).filter((file) => !inStep.includes(file));
  const one = (file: string): Job => tests(file, [file]);
  const gates = GATES.map(([name, script]) => gate(name, script));
  const most = [...gates, hardware(), ...others.map(one), tests('unit tests', globSync(UNIT))];
  return sum([await runJobs(most, LANES), await runJobs(inStep.map(one), LANES_IN_STEP)]);
}

const patterns = process.argv.slice(2);
const counts =
  patterns.length === 0
    ? await everything()
    : await runJobs(
        globSync(patterns).map((file) => tests(file, [file])),
        LANES,
      );
rmSync(reports, { recursive: true });
const ran = counts.passed + counts.failed > 0;
if (!ran) console.log('no test ran');
const failed = ran ? counts.failed : 1;
console.log(
  `${counts.passed} passed, ${failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''}`,
);
process.exitCode = failed === 0 ? 0 : 1;
