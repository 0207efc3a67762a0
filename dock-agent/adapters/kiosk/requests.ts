import type { IncomingMessage, ServerResponse } from 'node:http';
import { REFUSALS, type RefusalCode } from '@mingjing/protocol';
import type { Log } from '@mingjing/runtime';
import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';

const MAX_BODY_BYTES = 4 * 1024;

/** A request that is not granted; the message is for whoever debugs, the page has its own words. */
export class Refused extends Error {
  readonly code: RefusalCode;

  constructor(code: RefusalCode, message: string) {
    super(message);
    this.name = 'Refused';
    this.code = code;
  }
}

/** Reads a body of this shape. `Refused`: 'too-large', 'bad-request'. */
export function bodyReader<T extends TSchema>(schema: T): (request: IncomingMessage) => Promise<Static<T>> {
  const validator = Compile(schema);
  return async (request) => {
    const value = await readJson(request);
    if (!validator.Check(value)) throw new Refused('bad-request', 'the body has another shape');
    return value;
  };
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  if (request.headers['content-type'] !== 'application/json')
    throw new Refused('bad-request', 'the body must be application/json');
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
  if (code === 'internal') log.error({ err: error }, 'the kiosk could not answer');
  const message = error instanceof Refused ? error.message : 'it could not be done';
  // What is left of a refused body is not read.
  if (!response.headersSent) response.setHeader('connection', 'close');
  sendJson(response, REFUSALS[code], { code, message });
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  if (response.headersSent) return void response.destroy();
  const body = Buffer.from(JSON.stringify(value));
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': body.length });
  response.end(body);
}
