import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, openSync, closeSync, readFileSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { join } from 'node:path';
import { freePort, until } from '../../support/processes.ts';
import { Eye } from './eye.ts';
import { Guest } from './guest.ts';
import { Qmp } from './qmp.ts';

export interface MachineParts {
  /** Kernel, initrd and root file system: test/hardware/build-image. */
  readonly image: string;
  /** ext4 images: the camera's program; its settings and identity. Both read-only. */
  readonly code: string;
  readonly settings: string;
  /** The SD card: the only thing that outlives the machine. */
  readonly card: string;
  /** For sockets and the console's log. */
  readonly directory: string;
  /** TCP port in the machine that is reached from here. */
  readonly dockingPort: number;
}

const BOOT_MS = 180_000;
const OFF_MS = 60_000;
const CARD = 'card';
const NETWORK = 'net';
/** The network interface in the machine that leads to the dock. */
export const DOCK_LINE = 'eth0';

/**
 * A computer with a camera's devices, emulated in software. Its clocks count its own instructions, 1,000 million a
 * second: on a slow or busy host it is the world that goes faster, and the machine misses nothing. Its battery is pulled with `powerCut`: what the kernel had
 * not yet given to the SD card is lost.
 */
export class Machine {
  readonly guest: Guest;
  readonly qmp: Qmp;
  readonly eye: Eye;
  /** Into the receiver of the position: /dev/ttyS1. */
  readonly gps: Socket;
  /** On the loopback, leads to the camera's docking port. */
  readonly dockingPort: number;
  readonly #process: ChildProcess;
  readonly #exit: Promise<unknown>;

  private constructor(
    process: ChildProcess,
    exit: Promise<unknown>,
    directory: string,
    dockingPort: number,
    qmp: Qmp,
  ) {
    this.#process = process;
    this.#exit = exit;
    this.qmp = qmp;
    this.dockingPort = dockingPort;
    this.guest = new Guest(join(directory, 'agent.sock'));
    this.eye = new Eye(join(directory, 'eye.sock'));
    this.gps = createConnection(join(directory, 'gps.sock'));
    this.gps.on('error', () => undefined);
  }

  static async boot(parts: MachineParts): Promise<Machine> {
    const { directory } = parts;
    mkdirSync(directory, { recursive: true });
    const port = await freePort();
    const errors = openSync(join(directory, 'qemu.log'), 'a');
    const child = spawn('qemu-system-x86_64', qemuArguments(parts, port), {
      stdio: ['ignore', 'ignore', errors],
    });
    closeSync(errors);
    const exit = once(child, 'exit');
    exit.catch(() => undefined);
    try {
      const ended = (): boolean => child.exitCode !== null || child.signalCode !== null;
      await until(
        'QEMU listens',
        () => {
          if (ended()) throw new Error(`QEMU ended: ${readFileSync(join(directory, 'qemu.log'), 'utf8')}`);
          return existsSync(join(directory, 'qmp.sock'));
        },
        10_000,
        20,
      );
      const machine = new Machine(
        child,
        exit,
        directory,
        port,
        await Qmp.connect(join(directory, 'qmp.sock')),
      );
      const timer = setTimeout(() => child.kill('SIGKILL'), BOOT_MS);
      await machine.guest.ready.finally(() => clearTimeout(timer));
      return machine;
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
  }

  get running(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** The battery is pulled. */
  async powerCut(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#ended();
  }

  /** The orderly end. */
  async powerOff(): Promise<void> {
    if (this.running) {
      this.guest.end();
      const timer = setTimeout(() => this.#process.kill('SIGKILL'), OFF_MS);
      await this.#exit;
      clearTimeout(timer);
    }
    await this.#ended();
  }

  async ejectCard(): Promise<void> {
    await this.qmp.execute('eject', { id: CARD, force: true });
  }

  /** The cable to the dock. */
  async cable(plugged: boolean): Promise<void> {
    await this.qmp.execute('set_link', { name: NETWORK, up: plugged });
  }

  async #ended(): Promise<void> {
    await this.#exit;
    this.guest.close();
    this.eye.close();
    this.qmp.close();
    this.gps.destroy();
  }
}

function qemuArguments(parts: MachineParts, port: number): string[] {
  const { image, code, settings, card, directory, dockingPort } = parts;
  const socket = (id: string): string =>
    `socket,id=${id},path=${join(directory, `${id}.sock`)},server=on,wait=off`;
  const disk = (path: string): string[] => ['-drive', `file=${path},if=virtio,format=raw,readonly=on`];
  return [
    ...['-M', 'pc', '-cpu', 'qemu64', '-smp', '1', '-m', '1536'],
    ...['-accel', 'tcg', '-icount', 'shift=0', '-rtc', 'base=utc,clock=vm'],
    ...['-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none'],
    ...['-kernel', join(image, 'kernel'), '-initrd', join(image, 'initrd')],
    ...['-append', 'console=ttyS0 quiet panic=-1 mitigations=off net.ifnames=0'],
    ...disk(join(image, 'root.ext4')),
    ...disk(code),
    ...disk(settings),
    ...['-device', 'sdhci-pci', '-drive', `id=slot,if=none,format=raw,file=${card}`],
    ...['-device', `sd-card,id=${CARD},drive=slot`],
    ...['-serial', `file:${join(directory, 'console.log')}`],
    ...['-chardev', socket('gps'), '-serial', 'chardev:gps'],
    ...['-chardev', socket('agent'), '-device', 'virtio-serial-pci'],
    ...['-device', 'virtserialport,chardev=agent,name=mingjing.bench'],
    ...['-chardev', socket('eye'), '-device', 'virtserialport,chardev=eye,name=mingjing.eye'],
    ...['-netdev', `user,id=${NETWORK},restrict=on,hostfwd=tcp:127.0.0.1:${port}-10.0.2.15:${dockingPort}`],
    ...['-device', `virtio-net-pci,netdev=${NETWORK},romfile=`],
    ...['-device', 'i6300esb', '-action', 'watchdog=poweroff'],
    ...['-qmp', `unix:${join(directory, 'qmp.sock')},server=on,wait=off`],
  ];
}
