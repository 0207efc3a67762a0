import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';

export const REPOSITORY = new URL('../../', import.meta.url).pathname;
const READY_MS = 30_000;
const STOP_MS = 15_000;

/** One of our programs as a real process, which says on its standard output when it is ready. */
export class Program {
  readonly name: string;
  readonly #args: readonly string[];
  readonly #logFile: string;
  #child: ChildProcess | undefined;

  constructor(name: string, args: readonly string[], logFile: string) {
    this.name = name;
    this.#args = args;
    this.#logFile = logFile;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Undefined while it runs, or when a signal ended it. */
  get exitCode(): number | undefined {
    return this.#child?.exitCode ?? undefined;
  }

  get running(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Resolves with the ready line's JSON. */
  async start(): Promise<Readonly<Record<string, unknown>>> {
    const child = spawn(process.execPath, this.#args, { cwd: REPOSITORY, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    const log = createWriteStream(this.#logFile, { flags: 'a' });
    child.stderr.pipe(log);
    const lines = createInterface({ input: child.stdout });
    const ready = (async () => {
      for await (const line of lines)
        if (line.startsWith('{')) return JSON.parse(line) as Record<string, unknown>;
      throw new Error(`${this.name} ended before it was ready; see ${this.#logFile}`);
    })();
    const answer = await Promise.race([ready, delay(READY_MS, undefined, { ref: false })]);
    if (answer === undefined)
      throw new Error(`${this.name} was not ready in ${READY_MS} ms; see ${this.#logFile}`);
    child.stdout.resume();
    return answer;
  }

  /** The power goes. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Asks it to end; kills it if it does not listen. Gives whether it listened. */
  async stop(): Promise<boolean> {
    const timer = setTimeout(() => this.#child?.kill('SIGKILL'), STOP_MS);
    await this.#end('SIGTERM');
    clearTimeout(timer);
    return this.#child?.signalCode !== 'SIGKILL';
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child === undefined || !this.running) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }
}

/** A port nobody listens on now, on loopback. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Asks until the answer is there. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  ms = 30_000,
  everyMs = 100,
): Promise<T> {
  const deadline = Date.now() + ms;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${ms} ms`);
    await delay(everyMs);
  }
}

export async function untilExists(path: string): Promise<void> {
  await until(`${path} exists`, () => existsSync(path), 10_000, 50);
}
