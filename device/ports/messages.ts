import type { MessageOf } from '@mingjing/protocol';
import type { OrderLine } from './order-line.ts';

/** How the camera tells the others about itself. MUST NOT block or throw: recording comes first. */
export interface Messages {
  /** Whether there is a broker to tell. */
  readonly configured: boolean;
  readonly connected: boolean;
  /** Absent: nobody can order anything. */
  readonly orderLine?: OrderLine;
  /** Only the newest matters. */
  state(message: MessageOf<'camera-state'>): void;
  /** Durable when it returns; sent when the broker is there. */
  alarm(message: MessageOf<'alarm'>): void;
  close(): Promise<void>;
}
