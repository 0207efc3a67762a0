import { randomUUID } from 'node:crypto';
import { connect, type MqttClient } from 'mqtt';
import {
  encodeMessage,
  MAX_MESSAGE_BYTES,
  MAX_PACKET_BYTES,
  PacketLengthGuard,
  RETAINED,
  topicOf,
  type MessageKind,
  type MessageOf,
} from '@mingjing/protocol';
import type { Database } from './database.ts';
import type { TlsIdentity } from './identity.ts';
import { nameCheck, tlsOptions } from './mutual-tls.ts';
import { openOrBegin } from './whole-database.ts';

const MIGRATIONS = [
  `CREATE TABLE outbox (
     sequence INTEGER PRIMARY KEY AUTOINCREMENT,
     topic TEXT NOT NULL,
     payload BLOB NOT NULL,
     retain INTEGER NOT NULL
   ) STRICT;
   CREATE INDEX outbox_topic ON outbox (topic);`,
];

export interface OutboxMessage {
  readonly sequence: number;
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly retain: boolean;
}

/**
 * Messages that wait for the broker, on disk: what {@link put} has returned for survives a kill. Of retained
 * messages only the newest of a topic waits; events wait all, in order.
 */
export class MessageOutbox {
  readonly #database: Database;

  /**
   * What waits in a damaged file, or one of a later version, is not worth a machine that does not start: the file is put
   * aside, another is begun, and `putAside` is called. Throws when no file can be opened.
   */
  constructor(path: string, putAside: (why: unknown) => void = () => undefined) {
    this.#database = openOrBegin(path, MIGRATIONS, putAside);
  }

  put(message: Omit<OutboxMessage, 'sequence'>): void {
    this.#database.transaction(() => {
      if (message.retain) this.#database.prepare('DELETE FROM outbox WHERE topic = ?').run(message.topic);
      this.#database
        .prepare('INSERT INTO outbox (topic, payload, retain) VALUES (?, ?, ?)')
        .run(message.topic, message.payload, message.retain ? 1 : 0);
    })();
  }

  /** The oldest that waits. */
  next(): OutboxMessage | undefined {
    const row = this.#database
      .prepare('SELECT sequence, topic, payload, retain FROM outbox ORDER BY sequence LIMIT 1')
      .get() as { sequence: number; topic: string; payload: Buffer; retain: number } | undefined;
    return row === undefined ? undefined : { ...row, retain: row.retain === 1 };
  }

  /** The broker has it. */
  remove(sequence: number): void {
    this.#database.prepare('DELETE FROM outbox WHERE sequence = ?').run(sequence);
  }

  get waiting(): number {
    return (this.#database.prepare('SELECT count(*) AS count FROM outbox').get() as { count: number }).count;
  }

  close(): void {
    this.#database.close();
  }
}

/** How a machine tells the others about itself. Never blocks what it is for, never loses an event. */
export class MessageLink {
  readonly #outbox: MessageOutbox;
  readonly #client: MqttClient;
  readonly #topic: (kind: MessageKind) => string;
  readonly #will: MessageKind;
  readonly #left = Promise.withResolvers<'left'>();
  readonly #listeners = new Map<string, (payload: Uint8Array) => void>();
  #draining: Promise<void> | undefined;
  #state: (() => void) | undefined;

  /** `will` is published by the broker, retained, when this process vanishes. */
  constructor(
    url: string,
    identity: TlsIdentity,
    outbox: MessageOutbox,
    will: {
      kind: 'camera-state' | 'dock-state';
      message: () => MessageOf<'camera-state'> | MessageOf<'dock-state'>;
    },
  ) {
    const { agency, role, id } = identity.certificate.name;
    this.#outbox = outbox;
    this.#will = will.kind;
    this.#topic = (kind) => topicOf(agency, role, id, kind);
    const tls = { ...tlsOptions(identity), checkServerIdentity: nameCheck(identity, 'archive') };
    this.#client = connect(url, {
      ...tls,
      clientId: `${role}-${id}-${randomUUID().slice(0, 8)}`,
      protocolVersion: 4,
      clean: true,
      reconnectPeriod: 2_000,
      connectTimeout: 10_000,
      queueQoSZero: false,
      resubscribe: false, // done at each connection, below
      manualConnect: true, // once everybody below listens
      will: {
        topic: this.#topic(will.kind),
        payload: Buffer.from(encodeMessage(will.kind, will.message())),
        qos: 1,
        retain: true,
      },
    });
    this.#client.on('packetsend', ({ cmd }) => {
      if (cmd === 'connect') limitPackets(this.#client.stream);
    });
    this.#client.on('connect', () => {
      for (const topic of this.#listeners.keys()) this.#subscribe(topic);
      this.#state?.(); // the broker may have published the will in between
      this.#drain();
    });
    this.#client.on('message', (topic, payload) => {
      if (payload.length <= MAX_MESSAGE_BYTES) this.#listeners.get(topic)?.(payload);
    });
    this.#client.on('error', () => undefined); // it reconnects by itself; what waits is on disk
    this.#client.connect();
  }

  /**
   * From now on hands on what is published on our own topic of this kind. Whoever publishes it is unknown, and the
   * broker is believed in nothing: the payload is small, and no more. `take` MUST NOT throw or block.
   */
  listen(kind: MessageKind, take: (payload: Uint8Array) => void): void {
    const topic = this.#topic(kind);
    this.#listeners.set(topic, take);
    if (this.connected) this.#subscribe(topic);
  }

  get connected(): boolean {
    return this.#client.connected;
  }

  /** Durable when it returns; sent as soon as the broker is there. */
  publish<K extends MessageKind>(kind: K, message: MessageOf<K>): void {
    const sealed = {
      topic: this.#topic(kind),
      payload: encodeMessage(kind, message),
      retain: RETAINED[kind],
    };
    const put = (): void => this.#outbox.put(sealed);
    if (kind === this.#will) this.#state = put;
    put();
    this.#drain();
  }

  /**
   * Waits up to `graceMs` for what is queued, then leaves; the rest goes next time. A broker that takes messages and
   * never acknowledges them does not hold it up.
   */
  async close(graceMs = 1_000): Promise<void> {
    if (this.connected) await within(graceMs, this.#draining);
    // A client that connects by hand would, in mqtt 5.16, come back after its end: the close of its line is seen later.
    this.#client.options.reconnectPeriod = 0;
    await within(graceMs, this.#client.endAsync(true));
    this.#left.resolve('left');
    await this.#draining; // at once: it waits for nothing but its broker, whom it has left
    this.#outbox.close();
  }

  /** A broker that grants nothing is asked again at the next connection. */
  #subscribe(topic: string): void {
    this.#client.subscribeAsync(topic, { qos: 1 }).catch(() => undefined);
  }

  #drain(): void {
    this.#draining ??= this.#sendWaiting();
  }

  /**
   * Never rejects: an outbox that cannot be read now is read again with the next message or connection.
   * INVARIANT: it ends in the same turn in which it saw that nothing waits, so that nothing put after is passed over.
   */
  async #sendWaiting(): Promise<void> {
    await Promise.resolve();
    try {
      for (
        let message = this.#outbox.next();
        message !== undefined && this.connected;
        message = this.#outbox.next()
      ) {
        if ((await this.#send(message)) !== 'acknowledged') break; // 'connect' starts again
        this.#outbox.remove(message.sequence);
      }
    } catch {
      // Whoever publishes next is told by the outbox itself.
    }
    this.#draining = undefined;
  }

  async #send({ topic, payload, retain }: OutboxMessage): Promise<'acknowledged' | 'broken' | 'left'> {
    const sent = this.#client.publishAsync(topic, Buffer.from(payload), { qos: 1, retain });
    const outcome = sent.then(
      () => 'acknowledged' as const,
      () => 'broken' as const,
    );
    return await Promise.race([outcome, this.#left.promise]);
  }
}

/** What a broker announces is not gathered beyond what any message of ours has: the line is cut. */
function limitPackets(stream: MqttClient['stream']): void {
  const guard = new PacketLengthGuard(MAX_PACKET_BYTES);
  stream.on('data', (bytes: Uint8Array) => {
    if (!guard.accepts(bytes)) stream.destroy(new Error('an MQTT packet is too long'));
  });
}

async function within(ms: number, work: Promise<unknown> | undefined): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([work, promise]).finally(() => clearTimeout(timer));
}
