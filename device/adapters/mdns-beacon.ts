import { setTimeout as delay } from 'node:timers/promises';
import { asksForCameras, cameraAnswer, MulticastLink, type MulticastPlace } from '@mingjing/runtime';
import type { Beacon } from '../ports/beacon.ts';

/** How often it looks whether its network is still the same. */
const LOOK_MS = 5_000;
/** A goodbye is a datagram: the socket is left so long to send it. */
const GOODBYE_MS = 50;

/** This camera as an instance of `_mingjing-camera._tcp`, by multicast DNS (RFC 6762, RFC 6763). */
export class MdnsBeacon implements Beacon {
  readonly #device: string;
  readonly #link: MulticastLink;
  #port: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(device: string, place: MulticastPlace) {
    this.#device = device;
    this.#link = new MulticastLink(place, ({ packet, from }) => {
      if (!asksForCameras(packet)) return;
      // RFC 6762 section 6.7: who asks from another port hears the multicast not.
      this.#say(true, from.port === (place.port ?? 5353) ? undefined : from);
    });
    this.#link.onOpen(() => this.#say(true));
  }

  up(port: number): void {
    this.#port = port;
    clearTimeout(this.#timer);
    this.#look();
  }

  async down(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#port === undefined) return;
    this.#say(false);
    this.#port = undefined;
    await delay(GOODBYE_MS);
    if (!this.#isUp()) this.#link.close();
  }

  #isUp(): boolean {
    return this.#port !== undefined;
  }

  #look(): void {
    this.#link.refresh();
    this.#timer = setTimeout(() => this.#look(), LOOK_MS);
    this.#timer.unref();
  }

  #say(there: boolean, to?: { readonly address: string; readonly port: number }): void {
    const { address } = this.#link;
    if (this.#port === undefined || address === undefined) return;
    this.#link.send(cameraAnswer(this.#device, this.#port, address, there), to);
  }
}
