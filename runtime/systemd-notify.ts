import { spawn, type ChildProcess } from 'node:child_process';
import type { Log } from './log.ts';

/** It waits until systemd has read what it says; one that takes longer waits for nobody. */
const PATIENCE_MS = 5_000;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The service manager's watchdog, sd_notify(3). Its socket takes datagrams, which Node cannot send on a Unix socket,
 * so systemd's own `systemd-notify` is run for each word: a few milliseconds, once in a third of WatchdogSec. It is
 * not the main process, so the unit needs NotifyAccess=all.
 */
export class SystemdWatchdog {
  readonly #log: Log;
  readonly #everyMs: number;
  readonly #words = new Map<string, string>();
  #talker: ChildProcess | undefined;
  #spoken: Promise<void> = Promise.resolve();
  #pettedMono = -Infinity;
  #status = '';
  #closed = false;

  private constructor(everyMs: number, log: Log) {
    this.#everyMs = everyMs;
    this.#log = log;
  }

  /** Undefined: this process was not started by systemd, or systemd does not want to hear from it. */
  static fromEnvironment(log: Log, environment: Environment = process.env): SystemdWatchdog | undefined {
    const { NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID } = environment;
    if (NOTIFY_SOCKET === undefined || NOTIFY_SOCKET === '') return undefined;
    const ours = WATCHDOG_PID === undefined || WATCHDOG_PID === String(process.pid);
    const millis = ours && WATCHDOG_USEC !== undefined ? Number(WATCHDOG_USEC) / 1000 : Infinity;
    return new SystemdWatchdog(millis > 0 ? millis / 3 : Infinity, log);
  }

  /** The program has started, well or ill. */
  ready(): void {
    this.#say('READY', '1');
  }

  status(words: string): void {
    if (words === this.#status) return;
    this.#status = words;
    this.#say('STATUS', words.replaceAll(/[\r\n]+/g, ' ').slice(0, 200));
  }

  /** MUST be called from the main loop itself, at least once a second. */
  pet(): void {
    const now = performance.now();
    if (this.#everyMs === Infinity || now - this.#pettedMono < this.#everyMs) return;
    this.#pettedMono = now;
    this.#say('WATCHDOG', '1');
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#say('STOPPING', '1');
    this.#closed = true;
    while (this.#talker !== undefined) await this.#spoken;
  }

  /** While one is speaking the words gather, and go together when it has ended. */
  #say(name: string, value: string): void {
    if (this.#closed) return;
    this.#words.set(name, value);
    this.#speak();
  }

  #speak(): void {
    if (this.#talker !== undefined || this.#words.size === 0) return;
    const words = [...this.#words].map(([name, value]) => `${name}=${value}`);
    this.#words.clear();
    const talker = spawn('systemd-notify', words, { stdio: 'ignore', timeout: PATIENCE_MS });
    this.#talker = talker;
    this.#spoken = new Promise((resolve) => {
      const ended = (trouble?: string): void => {
        if (this.#talker !== talker) return;
        this.#talker = undefined;
        if (trouble !== undefined) this.#log.warn({ trouble }, 'systemd could not be told');
        this.#speak();
        resolve();
      };
      talker.once('error', (error) => ended(error.message));
      talker.once('exit', (code, signal) =>
        ended(code === 0 ? undefined : `ended by ${signal ?? `status ${code}`}`),
      );
    });
  }
}
