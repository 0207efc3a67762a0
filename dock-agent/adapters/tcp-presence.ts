import { connect, type Socket } from 'node:net';
import { endpointOf } from '@mingjing/runtime';
import type { CameraSpot } from '../ports/camera-spot.ts';

const INTERVAL_MS = 500;
const CONNECT_MS = 2_000;
/** A listener may be slow once; a camera that is gone stays away. */
const MISSES_TILL_GONE = 2;

/**
 * A camera listens at its bay's address while it is docked, and only then. Whoever else answers there is found out at
 * the first word: this says that something is in the bay, not what.
 */
export class TcpPresence implements CameraSpot {
  readonly url: string;
  readonly #host: string;
  readonly #port: number;
  readonly #interval: number;
  #onChange: ((present: boolean) => void) | undefined;
  #present = false;
  #misses = 0;
  #timer: NodeJS.Timeout | undefined;
  #socket: Socket | undefined;

  constructor(url: string, interval = INTERVAL_MS) {
    const { host, port } = endpointOf(url);
    this.url = url;
    this.#host = host;
    this.#port = port;
    this.#interval = interval;
  }

  start(onChange: (present: boolean) => void): void {
    this.#onChange = onChange;
    this.#probe();
  }

  stop(): Promise<void> {
    this.#onChange = undefined;
    clearTimeout(this.#timer);
    this.#socket?.destroy();
    return Promise.resolve();
  }

  #probe(): void {
    const socket = connect({ host: this.#host, port: this.#port });
    this.#socket = socket;
    socket.setTimeout(CONNECT_MS, () => socket.destroy(new Error('no answer')));
    let answered = false;
    socket.once('connect', () => {
      answered = true;
      socket.destroy();
    });
    socket.once('error', () => undefined);
    socket.once('close', () => this.#probed(answered));
  }

  #probed(answered: boolean): void {
    if (this.#onChange === undefined) return;
    this.#misses = answered ? 0 : this.#misses + 1;
    if (answered !== this.#present && (answered || this.#misses >= MISSES_TILL_GONE)) {
      this.#present = answered;
      this.#onChange(answered);
    }
    this.#timer = setTimeout(() => this.#probe(), this.#interval);
  }
}
