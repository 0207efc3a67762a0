import { execFile, spawn, type ChildProcessByStdio } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipelineScript, type CommandLine } from '../../core/command-line.ts';

/** util-linux: has the kernel kill a program when we are gone, however we went (prctl(2), PR_SET_PDEATHSIG). */
const SETPRIV = '/usr/bin/setpriv';
/** A program that never ends its line is not waited for. */
const MAX_LINE_CHARACTERS = 1_000;

export interface MediaListener {
  bytes(bytes: Uint8Array): void;
  /** One line of standard error, never longer than 1,000 characters. */
  line(line: string): void;
  /** Behind the last byte and line; once. */
  closed(how: string): void;
}

/**
 * One program, or several joined by pipes, in a process group of its own. Nobody of the group outlives us: it is killed
 * when we exit and, where setpriv is there, when we are killed; else a program ends when it next writes to us.
 */
export class MediaChild {
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #onExit = (): void => this.kill('SIGKILL');
  #line = '';
  #failure: string | undefined;
  #closed = false;

  constructor(commands: readonly CommandLine[], listener: MediaListener) {
    const { program, args } = leashed(onlyOrJoined(commands.map(leashed)));
    this.#child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    process.once('exit', this.#onExit);
    this.#child.stdout.on('data', (bytes: Buffer) => listener.bytes(bytes));
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      for (const line of this.#lines(text)) listener.line(line);
    });
    // 'close' comes behind the last byte of the pipes; a child that never began gives 'error' first.
    this.#child.once('error', (error) => {
      this.#failure = error.message;
    });
    this.#child.once('close', (code, signal) => {
      this.#closed = true;
      process.off('exit', this.#onExit);
      this.kill('SIGKILL', true);
      if (this.#line.trim() !== '') listener.line(this.#line.trim());
      listener.closed(this.#failure ?? signal ?? `status ${code ?? 'unknown'}`);
    });
  }

  /** Sends a signal to the whole group. `afterwards`: to whoever is left of it. */
  kill(signal: NodeJS.Signals, afterwards = false): void {
    const { pid } = this.#child;
    if (pid === undefined || (this.#closed && !afterwards)) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // nobody is left
    }
  }

  /** Nothing is heard of it any more, and nobody waits for it: for a group that even SIGKILL does not end. */
  abandon(): void {
    this.#child.stdout.destroy();
    this.#child.stderr.destroy();
    this.#child.unref();
  }

  #lines(text: string): string[] {
    const lines = (this.#line + text).split(/[\r\n]+/);
    this.#line = (lines.pop() ?? '').slice(0, MAX_LINE_CHARACTERS);
    return lines.map((line) => line.trim().slice(0, MAX_LINE_CHARACTERS)).filter((line) => line !== '');
  }
}

/** Runs a program for at most so long and gives what it said; never rejects. */
export function runBriefly(
  { program, args }: CommandLine,
  timeoutMs: number,
): Promise<{ readonly passed: boolean; readonly output: string }> {
  const leashedCommand = leashed({ program, args });
  return new Promise((resolve) => {
    const options = { timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: 1024 * 1024 } as const;
    const child = execFile(leashedCommand.program, leashedCommand.args, options, (error, stdout, stderr) =>
      resolve({ passed: error === null, output: `${stdout}\n${stderr}` }),
    );
    child.stdin?.end();
  });
}

function onlyOrJoined(commands: readonly CommandLine[]): CommandLine {
  const [only, ...more] = commands;
  if (only === undefined) throw new Error('invariant: a pipeline has a program');
  return more.length === 0 ? only : { program: '/bin/sh', args: ['-c', pipelineScript(commands)] };
}

const hasSetpriv = existsSync(SETPRIV);

function leashed(command: CommandLine): CommandLine {
  if (!hasSetpriv || command.program === SETPRIV) return command;
  return { program: SETPRIV, args: ['--pdeathsig', 'KILL', '--', command.program, ...command.args] };
}

/** What a program makes of the input, in memory only. Rejects if it fails, takes too long or gives too much. */
export function feed(
  command: CommandLine,
  input: readonly Uint8Array[],
  { timeoutMs, maxBytes }: { readonly timeoutMs: number; readonly maxBytes: number },
): Promise<Uint8Array> {
  const { program, args } = leashed(command);
  return new Promise((resolve, reject) => {
    const child = execFile(
      program,
      args,
      { encoding: 'buffer', timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: maxBytes },
      (error, stdout, stderr) => {
        if (error === null) resolve(Uint8Array.from(stdout));
        else if (error.killed === true) reject(new Error(`not within ${timeoutMs} ms and ${maxBytes} bytes`));
        else reject(new Error(stderr.toString().trim().split('\n').at(-1)?.slice(0, 300) ?? error.message));
      },
    );
    // It may have enough before it has read everything.
    child.stdin?.on('error', () => undefined);
    for (const piece of input) child.stdin?.write(piece);
    child.stdin?.end();
  });
}
