import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** One thing to run, in a process group of its own. */
export interface Job {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly env?: Readonly<Record<string, string>>;
  /** Over it the whole group is killed, and the job has failed. */
  readonly limitMs: number;
  readonly count: (ended: { readonly status: number | null; readonly output: string }) => Counts;
}

const ONE_FAILED: Counts = { passed: 0, failed: 1, skipped: 0 };
/** How long output may still come from what outlived the killed group. */
const DRAIN_MS = 2_000;

/** Runs the jobs in their order, so many at a time. What a job says is printed in one piece, when it has ended. */
export async function runJobs(jobs: readonly Job[], lanes: number): Promise<Counts> {
  const waiting = [...jobs];
  const running = new Set<ChildProcess>();
  const interrupted = (): void => {
    for (const child of running) killGroup(child);
    process.exit(130);
  };
  process.once('SIGINT', interrupted);
  process.once('SIGTERM', interrupted);
  const all: Counts[] = [];
  const lane = async (): Promise<void> => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift())
      all.push(await run(job, running));
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  process.off('SIGINT', interrupted);
  process.off('SIGTERM', interrupted);
  return sum(all);
}

export function sum(all: readonly Counts[]): Counts {
  const of = (key: keyof Counts): number => all.reduce((total, counts) => total + counts[key], 0);
  return { passed: of('passed'), failed: of('failed'), skipped: of('skipped') };
}

async function run(job: Job, running: Set<ChildProcess>): Promise<Counts> {
  const [command, ...args] = job.command;
  const began = performance.now();
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: { ...process.env, ...job.env },
  });
  running.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const limit = AbortSignal.timeout(job.limitMs);
  const kill = (): void => killGroup(child);
  limit.addEventListener('abort', kill);
  const exited = once(child, 'exit').catch((error: unknown) => (output += String(error)));
  const closed = once(child, 'close').catch(() => undefined);
  await exited;
  const late = limit.aborted;
  limit.removeEventListener('abort', kill);
  await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, DRAIN_MS).unref())]);
  kill(); // whatever it left behind
  child.stdout.destroy();
  child.stderr.destroy();
  running.delete(child);
  const counts = late ? ONE_FAILED : job.count({ status: child.exitCode, output });
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const over = late ? `, over its limit of ${job.limitMs / 1000} s and killed` : '';
  process.stdout.write(`${output}${counts.failed === 0 ? '✔' : '✘'} ${job.name} (${seconds} s${over})\n`);
  return counts;
}

function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // nobody is left in it
  }
}
