import { EventEmitter } from 'node:events';
import type { SerialPort } from 'serialport';

/** No Firmata message of a board with 128 pins is longer. */
const MAX_MESSAGE_BYTES = 4_096;

/**
 * The line as Firmata sees it. What the board sends is handled inside a guard: firmata-io gathers a message without end
 * and throws on a pin it does not know, and a board must not be able to end this process.
 */
export class GuardedLine extends EventEmitter {
  readonly #port: SerialPort;

  /** Bytes that wait for the rest of their message. */
  gathered: () => number = () => 0;

  /** `onBroken`: what came was no Firmata. */
  constructor(port: SerialPort, onBroken: (why: string) => void) {
    super();
    this.#port = port;
    port.on('data', (bytes: Buffer) => {
      try {
        this.emit('data', bytes);
      } catch (error) {
        onBroken(`the board broke the protocol: ${error instanceof Error ? error.message : 'unknown'}`);
        return;
      }
      if (this.gathered() > MAX_MESSAGE_BYTES) onBroken('the board sends a message without end');
    });
  }

  write(bytes: Uint8Array, written: () => void): void {
    if (this.#port.isOpen) this.#port.write(Buffer.from(bytes), () => written());
    else written();
  }
}
