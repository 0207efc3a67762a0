import type { Alarm, ArchiveNote, MessageKind, MessageOf } from '@mingjing/protocol';

/** A message the broker has let in: its author is who the topic says, its shape is checked. */
export type BrokerMessage = {
  [K in Told]: {
    readonly kind: K;
    readonly role: 'camera' | 'dock' | 'archive';
    readonly id: string;
    readonly message: MessageOf<K>;
  };
}[Told];

/** What machines tell. Orders go the other way. */
type Told = Exclude<MessageKind, 'command'>;

/**
 * The meeting point of machines. It MUST NOT let a machine speak for another, and MUST bound what one machine can make
 * it hold. It keeps the newest state of each machine in memory; who must not lose a message keeps it until the broker
 * has it.
 */
export interface Broker {
  /** Resolves with the port once connections are taken. */
  listen(): Promise<number>;
  /** Publishes an alarm of the archive's own. MUST NOT throw: an alarm never stops what raised it. */
  raise(alarm: Alarm): void;
  /** Publishes an order to one camera: to none but it. Resolves when the broker has taken it; who is away never gets it. */
  order(camera: string, order: ArchiveNote): Promise<void>;
  close(): Promise<void>;
}
