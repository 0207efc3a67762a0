import { connect, type MqttClient } from 'mqtt';
import { decodeMessage, parseTopic, type MessageKind, type MessageOf } from '@mingjing/protocol';
import { loadTlsIdentity, nameCheck, tlsOptions } from '@mingjing/runtime';

/** What dock-1 told by way of the archive’s broker: all that came, in order, by kind. */
export class DockListener {
  readonly #client: MqttClient;
  readonly #messages: { kind: MessageKind; message: unknown }[] = [];

  constructor(port: number, directory: string) {
    const identity = loadTlsIdentity(directory, 'archive');
    const tls = { ...tlsOptions(identity), checkServerIdentity: nameCheck(identity, 'archive') };
    this.#client = connect(`mqtts://127.0.0.1:${port}`, { ...tls, protocolVersion: 4 });
    this.#client.on('message', (topic, payload) => {
      const kind = parseTopic(topic)?.kind;
      if (kind !== undefined) this.#messages.push({ kind, message: decodeMessage(kind, payload) });
    });
    this.#client.subscribe('mingjing/v1/+/dock/dock-1/#', { qos: 1 });
  }

  of<K extends MessageKind>(kind: K): MessageOf<K>[] {
    return this.#messages.filter((one) => one.kind === kind).map(({ message }) => message as MessageOf<K>);
  }

  async close(): Promise<void> {
    await this.#client.endAsync(true);
  }
}
