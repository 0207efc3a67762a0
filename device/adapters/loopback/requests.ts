import type { IncomingMessage, ServerResponse } from 'node:http';
import { REFUSALS, type RefusalCode } from '@mingjing/protocol';
import type { Log } from '@mingjing/runtime';

const MAX_BODY_BYTES = 4 * 1024;

export class Refused extends Error {
  readonly code: RefusalCode;

  constructor(code: RefusalCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** The body as JSON, of whatever shape. `Refused`: 'too-large', 'bad-request'. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
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

export function refuse(response: ServerResponse, error: unknown, log: Log): void {
  const code = error instanceof Refused ? error.code : 'internal';
  if (code === 'internal') log.error({ err: error }, 'a control request failed');
  const message = error instanceof Refused ? error.message : 'it could not be done';
  sendJson(response, REFUSALS[code], { ok: false, code, message: { zh: message, en: message } });
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  if (response.headersSent) return void response.destroy();
  const body = Buffer.from(JSON.stringify(value));
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': body.length });
  response.end(body);
}
