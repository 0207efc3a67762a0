import { readdir, readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { httpsUrl, type Endpoint } from '@mingjing/runtime';
import type { CameraSpot } from '../ports/camera-spot.ts';

export interface UsbPresenceOptions {
  /** The way of ports to the bay's plug: `1-1.4` as in sysfs, or `0000:00:14.0/1.4` behind a named controller. */
  readonly port: string;
  /** What every camera calls itself on its gadget's line; of IPv6 link-local addresses the interface is added. */
  readonly camera: Endpoint;
  readonly sysfs?: string;
  readonly intervalMs?: number;
}

const INTERVAL_MS = 500;
/** `…/<controller>/usb<bus>/…/<bus>-<port>.<port>:<configuration>.<interface>` */
const USB_INTERFACE = /\/([^/]+)\/usb\d+\/(?:[^/]+\/)*(\d+-(\d+(?:\.\d+)*)):\d+\.\d+$/;
const LINK_LOCAL = /^fe80:/i;

/** The network interface that a USB gadget in one port makes, by looking at sysfs again and again (decision 0033). */
export class UsbPresence implements CameraSpot {
  readonly #options: UsbPresenceOptions;
  readonly #sysfs: string;
  #onChange: ((present: boolean) => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  /** Of the interface that is there: a name may come again, its index does not. */
  #index: string | undefined;
  #url: string;

  constructor(options: UsbPresenceOptions) {
    this.#options = options;
    this.#sysfs = options.sysfs ?? '/sys';
    this.#url = httpsUrl(options.camera);
  }

  get url(): string {
    return this.#url;
  }

  start(onChange: (present: boolean) => void): void {
    this.#onChange = onChange;
    this.#next();
  }

  async stop(): Promise<void> {
    this.#onChange = undefined;
    clearTimeout(this.#timer);
    await this.#looking;
  }

  #next(): void {
    this.#looking = this.#look().then((found) => {
      if (this.#onChange === undefined) return;
      this.#found(found);
      this.#timer = setTimeout(() => this.#next(), this.#options.intervalMs ?? INTERVAL_MS);
    });
  }

  #found(found: { name: string; index: string } | undefined): void {
    if (found?.index === this.#index) return;
    if (this.#index !== undefined) this.#onChange?.(false);
    this.#index = found?.index;
    if (found === undefined) return;
    const { host, port } = this.#options.camera;
    this.#url = httpsUrl({ host: LINK_LOCAL.test(host) ? `${host}%${found.name}` : host, port });
    this.#onChange?.(true);
  }

  /** Of several in one port the first by name. What vanishes while it is looked at is not there. */
  async #look(): Promise<{ name: string; index: string } | undefined> {
    const net = join(this.#sysfs, 'class', 'net');
    const names = await readdir(net).catch((): string[] => []);
    for (const name of names.toSorted()) {
      try {
        if (!this.#isOurs(await realpath(join(net, name, 'device')))) continue;
        return { name, index: (await readFile(join(net, name, 'ifindex'), 'utf8')).trim() };
      } catch {
        // no device behind it, or gone
      }
    }
    return undefined;
  }

  #isOurs(device: string): boolean {
    const [, controller = '', path, ports = ''] = USB_INTERFACE.exec(device) ?? [];
    const { port } = this.#options;
    return port === path || port === `${controller}/${ports}`;
  }
}
