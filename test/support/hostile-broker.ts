import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { Aedes } from 'aedes';
import { tlsOptions, type TlsIdentity } from '@mingjing/runtime';

/** A broker in the hands of an attacker who has the archive's TLS key, and not its evidence key. */
export class HostileBroker {
  /** What was published, by topic, the newest. */
  readonly heard = new Map<string, Buffer>();
  readonly subscribed = new Set<string>();
  readonly #aedes = new Aedes();
  readonly #server: Server;
  readonly #sockets = new Set<TLSSocket>();

  constructor(identity: TlsIdentity) {
    this.#server = createServer(tlsOptions(identity), (socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => this.#sockets.delete(socket));
      this.#aedes.handle(socket);
    });
    this.#aedes.on('publish', ({ topic, payload }) => void this.heard.set(topic, Buffer.from(payload)));
    this.#aedes.on('subscribe', (subscriptions) => {
      for (const { topic } of subscriptions) this.subscribed.add(topic);
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async open(): Promise<this> {
    await this.#aedes.listen();
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  async send(topic: string, payload: Uint8Array): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const packet = {
        cmd: 'publish',
        topic,
        payload: Buffer.from(payload),
        qos: 1,
        retain: false,
        dup: false,
      } as const;
      this.#aedes.publish(packet, (error?: Error | null) => (error ? reject(error) : resolve()));
    });
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#aedes.close(() => resolve()));
    this.#server.close();
  }
}
