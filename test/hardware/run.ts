import { parseArgs } from 'node:util';
import { Bench } from './bench/bench.ts';
import type { Scenario } from './bench/scenario.ts';
import { powerCuts } from './scenarios/power-cuts.ts';
import { SCENARIOS, SMOKE } from './scenarios/index.ts';

const HELP = `script/test-hardware               全部场景 · all scenarios
script/test-hardware smoke         一个短场景 · the short one, for every change
script/test-hardware NAME …        ${SCENARIOS.map(({ name }) => name).join(', ')}
script/test-hardware power-cuts N  录像中断电 N 次 · pulls the battery N times while recording, prints a table
--keep                             保留日志与存储卡 · keeps logs and cards
`;

interface Outcome {
  readonly scenario: Scenario;
  readonly seconds: number;
  readonly error?: unknown;
}

function chosen(names: readonly string[]): readonly Scenario[] {
  if (names.length === 0) return SCENARIOS;
  if (names[0] === 'power-cuts') return [powerCuts(Number(names[1] ?? 10))];
  return names.map((name) => {
    if (name === 'smoke') return SMOKE;
    const found = SCENARIOS.find((scenario) => scenario.name === name);
    if (found === undefined) throw new RangeError(`no scenario "${name}"\n${HELP}`);
    return found;
  });
}

async function runOne(scenario: Scenario, bench: Bench): Promise<Outcome> {
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1000;
  const say = (line: string): void =>
    void process.stderr.write(`\x1b[2m${seconds().toFixed(0).padStart(5)} s  ${line}\x1b[0m\n`);
  process.stderr.write(`${scenario.name}: ${scenario.title}\n`);
  try {
    await scenario.run(bench, say);
    return { scenario, seconds: seconds() };
  } catch (error) {
    process.stderr.write(
      `${await bench.logs()}\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    return { scenario, seconds: seconds(), error };
  } finally {
    await bench.switchEverythingOff();
  }
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { keep: { type: 'boolean' }, help: { type: 'boolean' } },
  });
  if (values.help === true) {
    process.stdout.write(HELP);
    return 0;
  }
  const scenarios = chosen(positionals);
  const bench = await Bench.open((line) => void process.stderr.write(`${line}\n`));
  const outcomes: Outcome[] = [];
  let keep = values.keep === true;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void bench.close(keep).finally(() => process.exit(130)));
  }
  try {
    for (const scenario of scenarios) outcomes.push(await runOne(scenario, bench));
    keep ||= outcomes.some(({ error }) => error !== undefined);
  } finally {
    await bench.close(keep);
  }
  for (const { scenario, seconds, error } of outcomes) {
    const mark = error === undefined ? '✔' : '✘';
    process.stdout.write(
      `${mark} ${scenario.name.padEnd(18)} ${seconds.toFixed(0).padStart(4)} s  ${scenario.title}\n`,
    );
  }
  const failed = outcomes.filter(({ error }) => error !== undefined).length;
  if (keep) process.stdout.write(`logs and cards: ${bench.directory}\n`);
  process.stdout.write(`${outcomes.length - failed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}

process.exitCode = await main();
