import type { Alarm, MessageKind, MessageOf } from '@mingjing/protocol';

/** A message the broker has let in: its author is who the topic says, its shape is checked. */
export type BrokerMessage = {
  [K in MessageKind]: {
    readonly kind: K;
    readonly role: 'camera' | 'dock' | 'archive';
    readonly id: string;
    readonly message: MessageOf<K>;
  };
}[MessageKind];

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
  close(): Promise<void>;
}
