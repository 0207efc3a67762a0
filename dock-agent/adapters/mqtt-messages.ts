import type { DockState } from '@mingjing/protocol';
import { MessageLink, MessageOutbox, type TlsIdentity } from '@mingjing/runtime';
import type { ShownState } from '../core/bay-model.ts';
import type { BayAlarm, BayProgress, Messages } from '../ports/messages.ts';

type Bay = DockState['bays'][number];

/** The dock on MQTT: state retained, with a last will; progress; alarms through the outbox on disk. */
export class MqttMessages implements Messages {
  readonly #link: MessageLink;
  readonly #bays = new Map<number, Bay>();

  constructor(url: string, identity: TlsIdentity, outboxPath: string, bays: readonly number[]) {
    for (const bay of bays) this.#bays.set(bay, { bay, state: 'empty' });
    const message = (): DockState => this.#state(false);
    this.#link = new MessageLink(url, identity, new MessageOutbox(outboxPath), {
      kind: 'dock-state',
      message,
    });
    this.#link.publish('dock-state', this.#state(true));
  }

  showBay(bay: number, state: ShownState, camera: string | undefined): void {
    this.#bays.set(bay, { bay, state, ...(camera === undefined ? {} : { camera }) });
    this.#link.publish('dock-state', this.#state(true));
  }

  progress({ remaining, ...progress }: BayProgress): void {
    const rest = remaining === undefined ? {} : { remaining };
    this.#link.publish('progress', { at: new Date().toISOString(), ...progress, ...rest });
  }

  alarm({ id, bay, code, severity, detail }: BayAlarm): void {
    const at = new Date().toISOString();
    this.#link.publish('alarm', { at, id, code, severity, detail: `bay ${bay}: ${detail}`.slice(0, 1024) });
  }

  async close(): Promise<void> {
    this.#link.publish('dock-state', this.#state(false));
    await this.#link.close();
  }

  #state(online: boolean): DockState {
    return { at: new Date().toISOString(), online, bays: [...this.#bays.values()] };
  }
}
