import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpuSeconds, peakMemory } from '../processes.ts';

/** What every role is told. */
export interface Job {
  readonly streams: number;
  /** Objects of one stream. */
  readonly count: number;
  readonly size: number;
  readonly tls: boolean;
  /** Identity directories of a test agency. */
  readonly identities: { readonly camera: string; readonly dock: string; readonly archive: string };
  /** For the sink: empty, removed afterwards. */
  readonly directory: string;
}

export interface Figures {
  /** From the first object asked for to the last one safe. */
  readonly seconds: number;
  /** Of all processes, user and system, in that time. */
  readonly cpuSeconds: number;
  /** Of each, where that is known. */
  readonly cpuOf?: Readonly<Record<string, number>>;
  /** The most resident memory of each process. */
  readonly peakBytes: Readonly<Record<string, number>>;
}

export interface Process {
  readonly name: string;
  readonly pid: number;
}

/** Processor time of all of them, from now on. */
export function meter(processes: readonly Process[]): () => Figures {
  const began = performance.now();
  const before = processes.map(({ pid }) => cpuSeconds(pid) ?? 0);
  const spent = (): [string, number][] =>
    processes.map(({ name, pid }, n) => [name, (cpuSeconds(pid) ?? 0) - (before[n] ?? 0)]);
  return () => ({
    seconds: (performance.now() - began) / 1000,
    cpuSeconds: spent().reduce((sum, [, seconds]) => sum + seconds, 0),
    cpuOf: Object.fromEntries(spent()),
    peakBytes: Object.fromEntries(processes.map(({ name, pid }) => [name, peakMemory(pid)])),
  });
}

/** A role in a process of its own. It says `{ ready }` once, then whatever its way of doing things needs. */
export class Role implements Process {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #said: unknown[] = [];
  #listen: (() => void) | undefined;
  #failed: Error | undefined;

  constructor(file: string, name: string, job: Job, more: object = {}) {
    this.name = name;
    this.#child = fork(file, [name, JSON.stringify({ ...job, ...more })]);
    this.#child.on('message', (message) => {
      this.#said.push(message);
      this.#listen?.();
    });
    this.#child.once('exit', (code) => {
      this.#failed = new Error(`${name} ended with ${String(code)}`);
      this.#listen?.();
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  tell(message: object): void {
    this.#child.send(message);
  }

  /** The next thing it says. */
  async hear(): Promise<unknown> {
    while (this.#said.length === 0) {
      if (this.#failed !== undefined) throw this.#failed;
      await new Promise<void>((resolve) => (this.#listen = resolve));
    }
    return this.#said.shift();
  }

  async end(): Promise<void> {
    if (this.#failed !== undefined) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}

/** In the role's own process. */
export function say(message: object): void {
  process.send?.(message);
}

export function playRole(roles: Readonly<Record<string, (job: never) => Promise<void>>>): void {
  const [name = '', job = '{}'] = process.argv.slice(2);
  const role = roles[name];
  if (role === undefined) throw new Error(`no role ${name}`);
  role(JSON.parse(job) as never).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
}
