import {
  cameraQuestion,
  camerasIn,
  httpsUrl,
  MulticastLink,
  type Heard,
  type MulticastPlace,
} from '@mingjing/runtime';
import type { CameraSpot } from '../ports/camera-spot.ts';

const ASK_MS = 2_000;
/** A camera that was not heard for so many questions is gone. */
const MISSES_TILL_GONE = 3;

interface Spot {
  onChange: ((present: boolean) => void) | undefined;
  url: string;
  /** Where it was heard, and in answer to which question; undefined: it is not there. */
  heard: { readonly address: string; readonly port: number; round: number } | undefined;
  /** The question in whose time it left: it comes again in answer to another. */
  left: number;
}

/**
 * Cameras that announce themselves on the dock's network (decision 0033). An announcement is a hint: it names a place to
 * ask, the place it came from, and nothing else of it is used. Only the cameras that were asked for are remembered. However
 * much is said, a camera comes once a question and leaves once: each coming is work for the bay, and may close a relay.
 */
export class MdnsBrowser {
  readonly #link: MulticastLink;
  readonly #askMs: number;
  readonly #spots = new Map<string, Spot>();
  #round = 0;
  #started = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(place: MulticastPlace, askMs = ASK_MS) {
    this.#askMs = askMs;
    this.#link = new MulticastLink(place, (heard) => this.#hear(heard));
    this.#link.onOpen(() => this.#link.send(cameraQuestion()));
  }

  /** The place of this camera, wherever it is. Once for each. */
  spot(device: string): CameraSpot {
    const spot: Spot = {
      onChange: undefined,
      url: httpsUrl({ host: '127.0.0.1', port: 1 }),
      heard: undefined,
      left: -1,
    };
    this.#spots.set(device, spot);
    return {
      get url() {
        return spot.url;
      },
      start: (onChange) => {
        spot.onChange = onChange;
        this.#start();
      },
      stop: () => {
        if (spot.onChange !== undefined) this.#stop();
        spot.onChange = undefined;
        spot.heard = undefined;
        return Promise.resolve();
      },
    };
  }

  #start(): void {
    this.#started += 1;
    if (this.#started === 1) this.#ask();
  }

  #stop(): void {
    this.#started -= 1;
    if (this.#started > 0) return;
    clearTimeout(this.#timer);
    this.#link.close();
  }

  #ask(): void {
    this.#round += 1;
    for (const spot of this.#spots.values())
      if (spot.heard !== undefined && this.#round - spot.heard.round > MISSES_TILL_GONE) this.#leave(spot);
    this.#link.refresh();
    this.#link.send(cameraQuestion());
    this.#timer = setTimeout(() => this.#ask(), this.#askMs);
  }

  #hear({ packet, from: { address } }: Heard): void {
    for (const { device, port, there } of camerasIn(packet)) {
      const spot = this.#spots.get(device);
      if (spot?.onChange === undefined) continue;
      const { heard } = spot;
      if (heard === undefined) {
        if (there && spot.left !== this.#round) this.#come(spot, address, port);
      } else if (heard.address !== address) {
        // Who says the same elsewhere is not believed while the first is still heard.
      } else if (there && heard.port === port) {
        heard.round = this.#round;
      } else {
        this.#leave(spot);
      }
    }
  }

  #come(spot: Spot, address: string, port: number): void {
    spot.heard = { address, port, round: this.#round };
    spot.url = httpsUrl({ host: address, port });
    spot.onChange?.(true);
  }

  #leave(spot: Spot): void {
    spot.heard = undefined;
    spot.left = this.#round;
    spot.onChange?.(false);
  }
}
