import { createConnection, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

export interface Outcome {
  readonly status: number;
  readonly output: string;
}

const TIMEOUT_MS = 60_000;

/** The hand inside the machine: guest/bench-agent at the other end of a virtio serial line. */
export class Guest {
  /** Resolves when the agent runs. */
  readonly ready: Promise<void>;
  readonly #socket: Socket;
  readonly #asked = new Map<string, (outcome: Outcome | Error) => void>();
  #last = 0;

  constructor(path: string) {
    this.#socket = createConnection(path);
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    this.ready = promise;
    this.ready.catch(() => undefined);
    createInterface({ input: this.#socket }).on('line', (line) => {
      const [id = '', status, output = ''] = line.split(' ');
      if (id === 'ready') resolve(undefined);
      this.#asked.get(id)?.({
        status: Number(status),
        output: Buffer.from(output, 'base64').toString('utf8'),
      });
    });
    this.#socket.on('error', () => undefined);
    this.#socket.on('close', () => {
      const gone = new Error('the machine is gone');
      reject(gone);
      for (const settle of this.#asked.values()) settle(gone);
    });
  }

  /** Runs a bash script as root; gives status and output, both streams together. */
  async attempt(script: string, timeoutMs = TIMEOUT_MS): Promise<Outcome> {
    this.#last += 1;
    const id = String(this.#last);
    const outcome = await new Promise<Outcome | Error>((resolve) => {
      const timer = setTimeout(() => resolve(new Error(`not within ${timeoutMs} ms: ${script}`)), timeoutMs);
      this.#asked.set(id, (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
      this.#socket.write(`${id} ${Buffer.from(script).toString('base64')}\n`);
    });
    this.#asked.delete(id);
    if (outcome instanceof Error) throw outcome;
    return outcome;
  }

  /** The same; a status that is not 0 is an error. */
  async run(script: string, timeoutMs?: number): Promise<string> {
    const { status, output } = await this.attempt(script, timeoutMs);
    if (status === 0) return output;
    throw new Error(`in the machine: status ${status} of ${script}\n${output.slice(-2_000)}`);
  }

  /** The agent ends, and with it the machine. */
  end(): void {
    this.#socket.write('end -\n');
  }

  close(): void {
    this.#socket.destroy();
  }
}
