import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { basename } from 'node:path';
import type { Log } from '@mingjing/runtime';
import type { Watchdog } from '../ports/watchdog.ts';

const REOPEN_MS = 10_000;
/** A driver that is petted more often than this is petted enough. */
const EVERY_MS = 1_000;

/**
 * The kernel's watchdog (Documentation/watchdog/watchdog-api.rst): opening the device starts it, any byte pets it, a
 * `V` just before closing stops it, unless the driver was built or loaded with `nowayout`. Node has no ioctl, so the
 * time it waits is the driver's: given as a parameter of its module (`bcm2835_wdt heartbeat=15`,
 * `softdog soft_margin=15`) or by `wdctl --settimeout`. Only one process can hold it: not beside systemd's own
 * RuntimeWatchdogSec.
 */
export class DeviceWatchdog implements Watchdog {
  readonly #path: string;
  readonly #log: Log;
  #handle: number | undefined;
  #triedMono = -Infinity;
  #pettedMono = -Infinity;
  #closed = false;

  constructor(path: string, log: Log) {
    this.#path = path;
    this.#log = log;
    this.#open();
  }

  ready(): void {
    // a device waits for nobody
  }

  status(): void {
    // and asks nothing
  }

  pet(): void {
    const now = performance.now();
    if (this.#closed || now - this.#pettedMono < EVERY_MS / 2) return;
    if (this.#handle === undefined && now - this.#triedMono >= REOPEN_MS) this.#open();
    this.#say('\0');
    this.#pettedMono = now;
  }

  close(): Promise<void> {
    this.#closed = true;
    const handle = this.#handle;
    if (handle === undefined) return Promise.resolve();
    this.#say('V');
    this.#handle = undefined;
    try {
      closeSync(handle);
    } catch (err) {
      this.#log.error({ err, path: this.#path }, 'the watchdog could not be closed');
    }
    return Promise.resolve();
  }

  #open(): void {
    this.#triedMono = performance.now();
    try {
      this.#handle = openSync(this.#path, 'w');
      this.#log.info({ path: this.#path, seconds: timeoutOf(this.#path) }, 'the watchdog watches');
    } catch (err) {
      this.#log.error({ err, path: this.#path }, 'nobody watches: the watchdog cannot be opened');
    }
  }

  /** At once and in this thread: a write to the driver waits for nothing. */
  #say(byte: string): void {
    if (this.#handle === undefined) return;
    try {
      writeSync(this.#handle, byte);
    } catch (err) {
      this.#log.error({ err, path: this.#path }, 'the watchdog does not listen');
    }
  }
}

/** As the driver tells it, if it does. */
function timeoutOf(path: string): number | undefined {
  const name = basename(path) === 'watchdog' ? 'watchdog0' : basename(path);
  try {
    return Number(readFileSync(`/sys/class/watchdog/${name}/timeout`, 'latin1'));
  } catch {
    return undefined;
  }
}
