import { createConnection, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

export interface QmpEvent {
  readonly event: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

interface Waiting {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

interface Reply {
  readonly return?: unknown;
  readonly error?: { readonly desc: string };
}

/** QEMU's machine protocol: what is done to the machine from outside, and what it tells of itself. */
export class Qmp {
  readonly events: QmpEvent[] = [];
  readonly #socket: Socket;
  readonly #waiting: Waiting[] = [];

  private constructor(socket: Socket) {
    this.#socket = socket;
    createInterface({ input: socket }).on('line', (line) => this.#take(JSON.parse(line) as object));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      for (const { reject } of this.#waiting.splice(0)) reject(new Error('the machine is gone'));
    });
  }

  static async connect(path: string): Promise<Qmp> {
    const qmp = new Qmp(createConnection(path));
    await qmp.execute('qmp_capabilities');
    return qmp;
  }

  async execute(command: string, args: object = {}): Promise<unknown> {
    return await new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#socket.write(`${JSON.stringify({ execute: command, arguments: args })}\n`);
    });
  }

  /** Whether the machine told of it. */
  saw(event: string): boolean {
    return this.events.some((seen) => seen.event === event);
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(message: object): void {
    if ('event' in message) this.events.push(message as QmpEvent);
    else if ('return' in message || 'error' in message) {
      const { error, return: value } = message as Reply;
      const waiting = this.#waiting.shift();
      if (error === undefined) waiting?.resolve(value);
      else waiting?.reject(new Error(error.desc));
    }
  }
}
