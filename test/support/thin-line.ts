import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** A line to a port on this machine, which can be made thin, stand still, or break. What is said on it, it does not know. */
export class ThinLine {
  /** Bytes a second towards the port; undefined: as they come. */
  bytesPerSecond: number | undefined;
  /** Nothing moves, and nobody is told. */
  stalled = false;
  /** One byte of the next large piece, whichever way it goes, arrives as another. */
  bends = false;
  /** Bytes that were let through towards the port. */
  passed = 0;
  /** Connections so far. */
  opened = 0;
  #target: number;
  #port = 0;
  #server: Server | undefined;
  readonly #sockets = new Set<Socket>();

  constructor(target: number) {
    this.#target = target;
  }

  get port(): number {
    return this.#port;
  }

  async open(target = this.#target): Promise<this> {
    this.#target = target;
    const server = createServer((near) => this.#join(near));
    server.listen(this.#port, '127.0.0.1');
    await once(server, 'listening');
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
    return this;
  }

  /** At once: every connection breaks, and there is no other. */
  async break(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    const closed = once(server, 'close');
    server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #join(near: Socket): void {
    this.opened += 1;
    const far = connect(this.#target, '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(one);
      one.on('error', () => undefined);
      one.once('close', () => {
        this.#sockets.delete(one);
        other.destroy();
      });
    }
    void this.#carry(near, far, true);
    void this.#carry(far, near, false);
  }

  async #carry(from: Socket, to: Socket, counts: boolean): Promise<void> {
    try {
      for await (const piece of from as AsyncIterable<Buffer>) {
        while (this.stalled && !from.destroyed) await delay(20);
        if (counts && this.bytesPerSecond !== undefined)
          await delay((piece.length * 1000) / this.bytesPerSecond);
        if (counts) this.passed += piece.length;
        if (this.bends && piece.length > 1_000) {
          this.bends = false;
          piece.writeUInt8(piece.readUInt8(500) ^ 1, 500);
        }
        if (!to.write(piece)) await drainedOrClosed(to);
      }
      to.end();
    } catch {
      to.destroy();
    }
  }
}

async function drainedOrClosed(socket: Socket): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      socket.off('drain', done);
      socket.off('close', done);
      resolve();
    };
    socket.on('drain', done);
    socket.on('close', done);
  });
}
