import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Checks that are not tests. Each counts as one, so that the closing line tells of them too. */
const GATES: readonly (readonly [name: string, ...command: string[]])[] = [
  ['types', 'npm', 'run', '--silent', 'types'],
  ['lint', 'npm', 'run', '--silent', 'lint'],
  ['format', 'npm', 'run', '--silent', 'format'],
  ['dependency rules', 'npm', 'run', '--silent', 'deps'],
];

const DEFAULT_TESTS = [
  'test/unit/**/*.test.ts',
  'test/contract/**/*.test.ts',
  'test/integration/**/*.test.ts',
  'test/system/**/*.test.ts',
];

/** Building the machine, booting it and one scenario take five minutes on two idle cores. */
const HARDWARE_MS = 40 * 60_000;

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

function runGates(): Counts {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const [name, command, ...args] of GATES) {
    const { status } = spawnSync(command ?? '', args, { stdio: 'inherit' });
    console.log(`${status === 0 ? '✔' : '✘'} ${name}`);
    counts[status === 0 ? 'passed' : 'failed'] += 1;
  }
  return counts;
}

/** Runs mocha in a process of its own and believes its report, not its exit code alone. */
function runTests(patterns: readonly string[]): Counts {
  const directory = mkdtempSync(join(tmpdir(), 'mingjing-report-'));
  const report = join(directory, 'counts.json');
  const { status } = spawnSync('mocha', ['--reporter', 'test/support/reporter.cjs', ...patterns], {
    stdio: 'inherit',
    env: { ...process.env, MINGJING_REPORT: report },
  });
  try {
    const counts = JSON.parse(readFileSync(report, 'utf8')) as Counts;
    return status !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
  } catch {
    return { passed: 0, failed: 1, skipped: 0 }; // mocha did not come to its end
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** One short scenario of the real adapters on virtual hardware; the others are run by hand. */
function runHardware(): Counts {
  if (process.arch !== 'x64') {
    console.log(`- virtual hardware: the machine it boots is x86-64, this one is ${process.arch}`);
    return { passed: 0, failed: 0, skipped: 1 };
  }
  const { stdout } = spawnSync('script/test-hardware', ['smoke'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    timeout: HARDWARE_MS,
  });
  console.log(stdout);
  const [, passed, failed] = /^(\d+) passed, (\d+) failed$/m.exec(stdout) ?? [];
  return { passed: Number(passed ?? 0), failed: Number(failed ?? 1), skipped: 0 };
}

const NONE: Counts = { passed: 0, failed: 0, skipped: 0 };
const patterns = process.argv.slice(2);
const whole = patterns.length === 0;
const gates = whole ? runGates() : NONE;
const tests = runTests(whole ? DEFAULT_TESTS : patterns);
const hardware = whole ? runHardware() : NONE;
if (tests.passed === 0 && tests.failed === 0) {
  console.log('no test ran');
  tests.failed = 1;
}
const all = [gates, tests, hardware];
const sum = (of: keyof Counts): number => all.reduce((total, counts) => total + counts[of], 0);
const [passed, failed, skipped] = [sum('passed'), sum('failed'), sum('skipped')];
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = failed === 0 ? 0 : 1;
