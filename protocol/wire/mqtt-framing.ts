import { MAX_MESSAGE_BYTES } from './mqtt.ts';

/** Topic, will and packet heads come on top of a message. */
export const MAX_PACKET_BYTES = MAX_MESSAGE_BYTES + 2048;

/**
 * Watches the length of MQTT packets as they stream by (MQTT 3.1.1 section 2.2: one byte of type, then one to four
 * bytes of remaining length). Tells a packet that is too long from its head, before anybody collects its body.
 */
export class PacketLengthGuard {
  readonly #limit: number;
  #state: 'type' | 'length' | 'body' = 'type';
  #length = 0;
  #digit = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** False as soon as a packet announces more than the limit, or its length is malformed. */
  accepts(bytes: Uint8Array): boolean {
    for (let offset = 0; offset < bytes.length;) {
      if (this.#state === 'body') {
        const step = Math.min(this.#length, bytes.length - offset);
        this.#length -= step;
        offset += step;
        if (this.#length === 0) this.#state = 'type';
        continue;
      }
      if (!this.#readHead(bytes[offset] ?? 0)) return false;
      offset += 1;
    }
    return true;
  }

  #readHead(byte: number): boolean {
    if (this.#state === 'type') {
      this.#state = 'length';
      this.#length = 0;
      this.#digit = 0;
      return true;
    }
    this.#length += (byte & 0x7f) * 128 ** this.#digit;
    this.#digit += 1;
    if (byte >= 0x80) return this.#digit < 4;
    this.#state = this.#length === 0 ? 'type' : 'body';
    return this.#length <= this.#limit;
  }
}
