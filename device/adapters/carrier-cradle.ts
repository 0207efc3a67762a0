import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '@mingjing/runtime';
import type { CameraHands, Controls } from '../ports/controls.ts';

const LOOK_MS = 250;
/** A plug that is being pushed in makes and breaks: it counts when it held for so many looks. */
const STEADY_LOOKS = 3;
/** What could not be attached (the address is not there yet) is tried again. */
const RETRY_MS = 2_000;

/**
 * Knows by the network interface that leads to the dock (a USB gadget, or Ethernet) whether the camera stands in it:
 * the line has a carrier. Linux: /sys/class/net/<interface>/carrier; it cannot be read while the interface is down.
 */
export class CarrierCradle implements Controls {
  readonly #path: string;
  readonly #hands: CameraHands;
  readonly #log: Log;
  readonly #timer: NodeJS.Timeout;
  #seen = false;
  #looks = 0;
  #busy = false;
  #pauseUntil = 0;

  constructor(networkInterface: string, hands: CameraHands, log: Log, root = '/sys/class/net') {
    this.#path = join(root, networkInterface, 'carrier');
    this.#hands = hands;
    this.#log = log;
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  close(): Promise<void> {
    clearInterval(this.#timer);
    return Promise.resolve();
  }

  #look(): void {
    const there = this.#carrier();
    this.#looks = there === this.#seen ? this.#looks + 1 : 1;
    this.#seen = there;
    if (this.#looks < STEADY_LOOKS || this.#busy || performance.now() < this.#pauseUntil) return;
    // Asked of the camera each time: one whose storage was opened anew has to be told again.
    if (this.#hands.view().attached === there) return;
    this.#busy = true;
    this.#hands
      .dock(there)
      .catch((err: unknown) => this.#log.warn({ err, there }, 'the line to the dock could not be changed'))
      .finally(() => {
        this.#busy = false;
        this.#pauseUntil = performance.now() + RETRY_MS;
      });
  }

  #carrier(): boolean {
    try {
      return readFileSync(this.#path, 'latin1').trim() === '1';
    } catch {
      return false;
    }
  }
}
