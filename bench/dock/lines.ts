import { once } from 'node:events';
import {
  connect as connectTcp,
  createServer as createTcpServer,
  type AddressInfo,
  type Socket,
} from 'node:net';
import { connect as connectTls, createServer as createTlsServer, type ConnectionOptions } from 'node:tls';
import { loadTlsIdentity, tlsOptions } from '@mingjing/runtime';

export interface LineEnd {
  readonly tls: boolean;
  readonly role: 'camera' | 'dock' | 'archive';
  readonly identity: string;
}

/** Listens on loopback; gives the port. With TLS as all our lines have it: 1.3, both ends shown. */
export async function listen(
  { tls, role, identity }: LineEnd,
  take: (socket: Socket) => void,
): Promise<number> {
  const server = tls
    ? createTlsServer(tlsOptions(loadTlsIdentity(identity, role)), take)
    : createTcpServer({ noDelay: true }, take);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

export interface Reading {
  /** Where the next bytes go. */
  readonly room: () => Buffer;
  /** False: no more for now; call `resume()` on the socket. A few records may still come. */
  readonly came: (count: number) => boolean;
}

/** Connects, and reads into the reader's own memory. */
export function connect({ tls, role, identity }: LineEnd, port: number, { room, came }: Reading): Socket {
  const onread = { buffer: room, callback: (count: number) => came(count) };
  if (!tls) return connectTcp({ port, host: '127.0.0.1', noDelay: true, onread });
  const options = {
    ...tlsOptions(loadTlsIdentity(identity, role)),
    port,
    host: '127.0.0.1',
    checkServerIdentity: () => undefined,
    onread, // Node takes it for TLS, too; its types do not say so
  };
  return connectTls(options as ConnectionOptions);
}
