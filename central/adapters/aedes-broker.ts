import { Duplex } from 'node:stream';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { Aedes, type Client } from 'aedes';
import {
  decodeMessage,
  encodeMessage,
  MAX_PACKET_BYTES,
  PacketLengthGuard,
  parseTopic,
  topicOf,
  type Alarm,
  type ArchiveNote,
} from '@mingjing/protocol';
import { requirePeer, tlsOptions, type Log, type TlsIdentity } from '@mingjing/runtime';
import { mayReceive, maySubscribe, refusePublish, type BrokerPeer } from '../core/topic-rules.ts';
import type { Broker, BrokerMessage } from '../ports/broker.ts';

export interface AedesBrokerOptions {
  readonly identity: TlsIdentity;
  readonly host: string;
  readonly port: number;
  readonly log: Log;
  readonly onMessage: (message: BrokerMessage) => void;
}

const CONNECTIONS_PER_PEER = 8;
const CONNECT_MILLIS = 10_000;
/** A silent line is found dead after one and a half times this (MQTT 3.1.1 section 3.1.2.10). */
const KEEPALIVE_SECONDS = 300;

/**
 * An MQTT 3.1.1 broker in this process: TLS with certificates of the agency, states kept in memory. Sessions end with
 * their connection, so that nothing piles up for who has gone.
 */
export class AedesBroker implements Broker {
  readonly #options: AedesBrokerOptions;
  readonly #aedes: Aedes;
  readonly #server: Server;
  readonly #peers = new WeakMap<object, BrokerPeer>();
  readonly #connections = new Map<string, number>();
  readonly #sockets = new Set<TLSSocket>();
  /** Who spoke last on a topic: a dead line's last will must not overwrite what a new line has said. */
  readonly #speakers = new Map<string, Client>();

  constructor(options: AedesBrokerOptions) {
    this.#options = options;
    this.#aedes = new Aedes({
      connectTimeout: CONNECT_MILLIS,
      keepaliveLimit: KEEPALIVE_SECONDS,
      queueLimit: 64,
      maxInflightInbound: 64,
      maxTopicLevels: 8,
      preConnect: (client, packet, callback) => {
        const peer = this.#peerOf(client);
        // Client ids of one machine cannot meet those of another: nobody is pushed out by a stranger.
        Object.assign(packet, { clean: true, clientId: `${nameOf(peer)}/${packet.clientId}` });
        callback(null, true);
      },
      authorizePublish: (client, packet, callback) => {
        callback(client === null ? null : this.#refusal(client, packet));
      },
      authorizeSubscribe: (client, subscription, callback) => {
        const allowed = maySubscribe(this.#peerOf(client), subscription.topic);
        callback(null, allowed ? subscription : null);
      },
      authorizeForward: (client, packet) => (mayReceive(this.#peerOf(client), packet.topic) ? packet : null),
      published: (packet, client, callback) => {
        if ((client as Client | null) !== null) this.#published(packet.topic, packet.payload, client);
        callback();
      },
    });
    this.#aedes.on('clientError', (client, error) =>
      options.log.info(
        { peer: nameOf(this.#peerOf(client)), reason: error.message },
        'broker connection ended',
      ),
    );
    this.#aedes.on('connectionError', (_client, error) =>
      options.log.info({ reason: error.message }, 'broker connection refused'),
    );
    this.#aedes.on('clientDisconnect', (client) => {
      for (const [topic, speaker] of this.#speakers) if (speaker === client) this.#speakers.delete(topic);
    });
    this.#server = createServer({ ...tlsOptions(options.identity), handshakeTimeout: CONNECT_MILLIS });
    this.#server.on('secureConnection', (socket) => this.#connect(socket));
    this.#server.on('tlsClientError', (error) => options.log.info({ reason: error.message }, 'TLS refused'));
  }

  async listen(): Promise<number> {
    await this.#aedes.listen();
    const { host, port } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, resolve);
    });
    return (this.#server.address() as AddressInfo).port;
  }

  raise(alarm: Alarm): void {
    const { agency, role, id } = this.#options.identity.certificate.name;
    const topic = topicOf(agency, role, id, 'alarm');
    const payload = Buffer.from(encodeMessage('alarm', alarm));
    this.#aedes.publish({ cmd: 'publish', topic, payload, qos: 1, retain: false, dup: false }, (error) => {
      if (error !== undefined && (error as Error | null) !== null)
        this.#options.log.warn({ reason: error.message }, 'alarm not published');
    });
  }

  async order(camera: string, order: ArchiveNote): Promise<void> {
    const { agency } = this.#options.identity.certificate.name;
    const topic = topicOf(agency, 'camera', camera, 'command');
    const payload = Buffer.from(encodeMessage('command', order));
    await new Promise<void>((resolve, reject) => {
      this.#aedes.publish(
        { cmd: 'publish', topic, payload, qos: 1, retain: false, dup: false },
        (error?: Error | null) => {
          if (error === undefined || error === null) resolve();
          else reject(error);
        },
      );
    });
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    await new Promise<void>((resolve) => {
      this.#aedes.close(resolve);
    });
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #connect(socket: TLSSocket): void {
    const { identity, log } = this.#options;
    socket.on('error', () => undefined);
    try {
      const peer = requirePeer(socket, identity, ['camera', 'dock', 'archive']).name;
      const key = nameOf(peer);
      const count = this.#connections.get(key) ?? 0;
      if (count >= CONNECTIONS_PER_PEER) throw new Error(`${key} has ${count} connections already`);
      this.#connections.set(key, count + 1);
      this.#sockets.add(socket);
      socket.once('close', () => {
        this.#sockets.delete(socket);
        const left = (this.#connections.get(key) ?? 1) - 1;
        if (left === 0) this.#connections.delete(key);
        else this.#connections.set(key, left);
      });
      const connection = new GuardedConnection(socket, MAX_PACKET_BYTES);
      this.#peers.set(connection, peer);
      this.#aedes.handle(connection);
    } catch (error) {
      log.warn({ reason: error instanceof Error ? error.message : 'unknown' }, 'broker connection refused');
      socket.destroy();
    }
  }

  #peerOf(client: Client): BrokerPeer {
    const peer = this.#peers.get(client.conn);
    if (peer === undefined) throw new Error('invariant: every connection was let in under a name');
    return peer;
  }

  #refusal(
    client: Client,
    { topic, payload, retain }: { topic: string; payload: Buffer | string; retain: boolean },
  ): Error | null {
    const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
    const why = refusePublish(this.#peerOf(client), { topic, payload: bytes, retain });
    if (why !== undefined) return new Error(why);
    const speaker = this.#speakers.get(topic);
    // A closed client publishes one thing only: its last will.
    if (client.closed && speaker !== undefined && speaker !== client && !speaker.closed)
      return new Error('a newer connection speaks for this machine');
    if (!client.closed) this.#speakers.set(topic, client);
    return null;
  }

  #published(topic: string, payload: Buffer | string, client: Client): void {
    const parsed = parseTopic(topic);
    if (parsed === undefined || parsed.kind === 'command') return;
    const { kind, role, id } = parsed;
    const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
    try {
      this.#options.onMessage({ kind, role, id, message: decodeMessage(kind, bytes) } as BrokerMessage);
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown';
      this.#options.log.error({ peer: nameOf(this.#peerOf(client)), reason }, 'message not taken');
    }
  }
}

/** A TLS connection that ends when a packet announces more bytes than any message of ours has. */
class GuardedConnection extends Duplex {
  readonly #socket: TLSSocket;

  constructor(socket: TLSSocket, limit: number) {
    super();
    this.#socket = socket;
    const guard = new PacketLengthGuard(limit);
    socket.on('data', (bytes: Buffer) => {
      if (!guard.accepts(bytes)) this.destroy(new Error('an MQTT packet is too long'));
      else if (!this.push(bytes)) socket.pause();
    });
    socket.once('end', () => this.push(null));
    socket.once('error', (error: Error) => this.destroy(error));
    socket.once('close', () => this.destroy());
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(bytes, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(() => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }
}

function nameOf({ role, id }: BrokerPeer): string {
  return `${role}-${id}`;
}
