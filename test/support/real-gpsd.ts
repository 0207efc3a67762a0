import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from './processes.ts';

/** Debian's gpsd on one serial line and one port of the loopback, in the foreground. */
export class RealGpsd {
  readonly port: number;
  readonly #device: string;
  #child: ChildProcess | undefined;

  private constructor(device: string, port: number) {
    this.#device = device;
    this.port = port;
  }

  static async start(device: string): Promise<RealGpsd> {
    const gpsd = new RealGpsd(device, await freePort());
    gpsd.resume();
    return gpsd;
  }

  /** -n: it listens to the receiver whether or not somebody watches. -b: it never speaks to it. */
  resume(): void {
    const options = ['-N', '-n', '-b', '-S', String(this.port), this.#device];
    this.#child = spawn('/usr/sbin/gpsd', options, { stdio: 'ignore' });
  }

  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill();
    await gone;
  }
}
