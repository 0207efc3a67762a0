import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { createServer, type Server } from 'node:tls';
import { tlsOptions, type TlsIdentity } from '@mingjing/runtime';

const CONNACK = Buffer.from([0x20, 0x02, 0x00, 0x00]); // MQTT 3.1.1, 3.2
const [CONNECT, PUBLISH] = [1, 3];

/** A broker that lets clients in, takes what they publish, and acknowledges nothing. */
export class SilentBroker {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Reads that began with a PUBLISH. */
  published = 0;
  url = '';

  constructor(identity: TlsIdentity) {
    this.#server = createServer(tlsOptions(identity), (socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('data', (bytes: Buffer) => {
        const kind = (bytes[0] ?? 0) >> 4;
        if (kind === CONNECT) socket.write(CONNACK);
        if (kind === PUBLISH) this.published += 1;
      });
    });
  }

  async open(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.url = `mqtts://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }
}
