import type { CameraState, MessageOf } from '@mingjing/protocol';
import { MessageLink, MessageOutbox, type Log, type TlsIdentity } from '@mingjing/runtime';
import type { Messages } from '../ports/messages.ts';
import type { OrderLine } from '../ports/order-line.ts';

/** Messages through an MQTT broker; what cannot be sent yet waits on disk. */
export class MqttMessages implements Messages {
  readonly configured = true;
  readonly orderLine: OrderLine = {
    listen: (take) => this.#link.listen('command', take),
    along: (more) => (this.#more = more),
  };
  #more: () => Pick<CameraState, 'ordered' | 'uplink'> = () => ({});
  readonly #link: MessageLink;
  readonly #log: Log;

  constructor(url: string, identity: TlsIdentity, outboxPath: string, log: Log) {
    this.#log = log;
    const outbox = new MessageOutbox(outboxPath, (err) =>
      log.error({ err, path: outboxPath }, 'the outbox was damaged: it is put aside, and another begun'),
    );
    this.#link = new MessageLink(url, identity, outbox, {
      kind: 'camera-state',
      message: () => ({ at: new Date().toISOString(), online: false, state: 'off' }),
    });
  }

  get connected(): boolean {
    return this.#link.connected;
  }

  state(message: MessageOf<'camera-state'>): void {
    this.#attempt(() => this.#link.publish('camera-state', { ...message, ...this.#more() }));
  }

  alarm(message: MessageOf<'alarm'>): void {
    this.#attempt(() => this.#link.publish('alarm', message));
  }

  async close(): Promise<void> {
    await this.#link.close();
  }

  /** A full disk must not stop a recorder from closing what it has. */
  #attempt(publish: () => void): void {
    try {
      publish();
    } catch (err) {
      this.#log.error({ err }, 'a message could not be kept');
    }
  }
}

/** For cameras without a broker. */
export class NoMessages implements Messages {
  readonly configured = false;
  readonly connected = false;

  state(): void {
    // nobody listens
  }

  alarm(): void {
    // nobody listens; the journal has it
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
