import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Network interfaces as sysfs shows them, in a directory of one's own. */
export class FakeSysfs {
  readonly root: string;
  #index = 2;

  constructor(root: string) {
    this.root = root;
    mkdirSync(join(root, 'class', 'net'), { recursive: true });
  }

  /** The interface of a gadget in `port`, such as `1-1.4`, behind the controller `0000:00:14.0`. */
  plug(name: string, port: string): void {
    const bus = `usb${port.split('-')[0] ?? ''}`;
    const hubs = port.split('.').map((_, n, parts) => parts.slice(0, n + 1).join('.'));
    this.#add(name, join('devices/pci0000:00/0000:00:14.0', bus, ...hubs, `${port}:1.0`));
  }

  /** A network card. */
  card(name: string): void {
    this.#add(name, 'devices/pci0000:00/0000:00:1f.6');
  }

  unplug(name: string): void {
    rmSync(join(this.root, 'class', 'net', name), { force: true });
  }

  #add(name: string, device: string): void {
    const own = join(this.root, device, 'net', name);
    rmSync(own, { recursive: true, force: true });
    mkdirSync(own, { recursive: true });
    symlinkSync('../..', join(own, 'device'));
    this.#index += 1;
    writeFileSync(join(own, 'ifindex'), `${this.#index}\n`);
    symlinkSync(own, join(this.root, 'class', 'net', name));
  }
}
