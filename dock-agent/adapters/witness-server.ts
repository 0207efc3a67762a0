import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MAX_ADD_CHECKPOINT_BYTES } from '@mingjing/protocol';

const LIMITS = {
  maxHeaderSize: 8 * 1024,
  headersTimeout: 5_000,
  requestTimeout: 15_000,
  keepAliveTimeout: 5_000,
};
const MAX_CONNECTIONS = 16;

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** `POST /add-checkpoint` (c2sp.org/tlog-witness), plain HTTP: only the log's signature counts, not who asks. */
export class WitnessServer {
  readonly #server: Server;

  constructor(answer: (body: Uint8Array) => Answer) {
    this.#server = createServer(LIMITS, (request, response) => {
      void serve(request, response, answer);
    });
    this.#server.maxConnections = MAX_CONNECTIONS;
  }

  /** Gives the port. */
  async listen(port: number, host: string): Promise<number> {
    this.#server.listen(port, host);
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  answer: (body: Uint8Array) => Answer,
): Promise<void> {
  const end = (status: number): void => {
    response.writeHead(status, { connection: 'close' }).end();
  };
  try {
    if (request.url !== '/add-checkpoint') {
      end(404);
    } else if (request.method !== 'POST') {
      end(405);
    } else {
      const bytes = await whole(request);
      if (bytes === undefined) {
        end(413);
        return;
      }
      const { status, type, body } = answer(bytes);
      response.writeHead(status, { 'content-type': type }).end(body);
    }
  } catch {
    // The line broke, or the memory of the witness could not be written: nothing was signed.
    if (response.headersSent) response.destroy();
    else end(500);
  }
}

/** undefined: too large. */
async function whole(request: IncomingMessage): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > MAX_ADD_CHECKPOINT_BYTES) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts);
}
