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

const patterns = process.argv.slice(2);
const gates = patterns.length === 0 ? runGates() : { passed: 0, failed: 0, skipped: 0 };
const tests = runTests(patterns.length === 0 ? DEFAULT_TESTS : patterns);
if (tests.passed === 0 && tests.failed === 0) {
  console.log('no test ran');
  tests.failed = 1;
}
const passed = gates.passed + tests.passed;
const failed = gates.failed + tests.failed;
console.log(`${passed} passed, ${failed} failed${tests.skipped > 0 ? `, ${tests.skipped} skipped` : ''}`);
process.exitCode = failed === 0 ? 0 : 1;
