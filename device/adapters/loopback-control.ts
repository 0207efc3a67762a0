import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { REFUSALS, type RefusalCode } from '@mingjing/protocol';
import type { Log } from '@mingjing/runtime';
import { ANSWERS } from '../core/answers.ts';
import { BUTTONS } from '../core/events.ts';
import type { CameraHands, Controls } from '../ports/controls.ts';

const closed = { additionalProperties: false } as const;
const Press = Compile(Type.Object({ button: Type.Enum(BUTTONS) }, closed));
const Dock = Compile(Type.Object({ attached: Type.Boolean() }, closed));
const MAX_BODY_BYTES = 4 * 1024;
const LOOPBACK_HOST = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::[0-9]{1,5})?$/;

/**
 * Buttons for programs, on the loopback only, in a simulated camera only. No page in a browser may press them:
 * whatever has an Origin, or came here by another name than the loopback's, is refused.
 */
export class LoopbackControl implements Controls {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async listen(port: number, hands: CameraHands, log: Log): Promise<LoopbackControl> {
    const server = createServer({ requestTimeout: 10_000, maxHeaderSize: 8 * 1024 }, (request, response) => {
      answer(request, hands).then(
        (value) => send(response, 200, value),
        (error: unknown) => refuse(response, error, log),
      );
    });
    server.maxConnections = 16;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
    return new LoopbackControl(server);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const done = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeIdleConnections();
    setTimeout(() => this.#server.closeAllConnections(), 500).unref();
    await done;
  }
}

class Refused extends Error {
  readonly code: RefusalCode;

  constructor(code: RefusalCode, message: string) {
    super(message);
    this.code = code;
  }
}

async function answer(request: IncomingMessage, hands: CameraHands): Promise<unknown> {
  if (request.headers.origin !== undefined || !LOOPBACK_HOST.test(request.headers.host ?? ''))
    throw new Refused('not-allowed', 'only programs on this machine may press');
  const what = `${request.method ?? ''} ${request.url ?? ''}`;
  switch (what) {
    case 'GET /state':
      return stateOf(hands);
    case 'POST /press': {
      const body = await readJson(request);
      if (!Press.Check(body)) throw new Refused('bad-request', `button: one of ${BUTTONS.join(', ')}`);
      const { code, recording } = await hands.press(body.button);
      const { ok, zh, en } = ANSWERS[code];
      return { ok, code, ...(recording === undefined ? {} : { recording }), message: { zh, en } };
    }
    case 'POST /dock': {
      const body = await readJson(request);
      if (!Dock.Check(body)) throw new Refused('bad-request', 'attached: true or false');
      await hands.dock(body.attached);
      return { ok: true, attached: body.attached };
    }
    case 'POST /shutdown':
      await hands.shutDown('asked');
      return { ok: true };
    default:
      throw new Refused('not-found', `there is no ${what}`);
  }
}

/** `state` stands for the mode: what the light shows. */
function stateOf(hands: CameraHands): unknown {
  const { mode, notice: _notice, ...view } = hands.view();
  return { state: mode, ...view };
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > MAX_BODY_BYTES) throw new Refused('too-large', 'the body is too large');
    parts.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8'));
  } catch {
    throw new Refused('bad-request', 'the body is not JSON');
  }
}

function refuse(response: ServerResponse, error: unknown, log: Log): void {
  const code = error instanceof Refused ? error.code : 'internal';
  if (code === 'internal') log.error({ err: error }, 'a control request failed');
  const message = error instanceof Error ? error.message : 'it could not be done';
  send(response, REFUSALS[code], { ok: false, code, message: { zh: message, en: message } });
}

function send(response: ServerResponse, status: number, value: unknown): void {
  const body = Buffer.from(JSON.stringify(value));
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': body.length });
  response.end(body);
}
