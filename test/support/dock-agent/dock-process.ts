import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const MAIN = resolve(import.meta.dirname, '../../../dock-agent/main.ts');

/** The dock's own process, started, killed and started again. */
export class DockProcess {
  readonly #config: string;
  #child: ChildProcess | undefined;
  #error = '';

  constructor(directory: string, config: object) {
    this.#config = join(directory, 'dock.json');
    writeFileSync(this.#config, JSON.stringify(config));
  }

  get error(): string {
    return this.#error;
  }

  /** Resolves when it says that it is ready, with what it tells besides. */
  async start(environment: Readonly<Record<string, string>> = {}): Promise<{ readonly kiosk?: string }> {
    const child = spawn(process.execPath, [MAIN, '--config', this.#config], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
    });
    this.#child = child;
    let output = '';
    child.stderr.on('data', (part: Buffer) => (this.#error += part.toString()));
    await new Promise<void>((done, fail) => {
      child.stdout.on('data', (part: Buffer) => {
        output += part.toString();
        if (output.includes('\n')) done();
      });
      child.once('exit', (code) => fail(new Error(`the dock ended with ${String(code)}: ${this.#error}`)));
    });
    const { ready, ...more } = JSON.parse(output) as { ready: boolean; kiosk?: string };
    if (!ready) throw new Error(`the dock said ${output}`);
    return more;
  }

  /** Gives the exit code; null when it was killed. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null)
      return child?.exitCode ?? null;
    const ended = once(child, 'exit') as Promise<[number | null]>;
    child.kill(signal);
    return (await ended)[0];
  }

  /** Resident memory, bytes (Linux). */
  get resident(): number {
    const status = readFileSync(`/proc/${String(this.#child?.pid)}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) * 1024;
  }
}
