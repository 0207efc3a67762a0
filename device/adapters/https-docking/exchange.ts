import type { IncomingMessage, ServerResponse } from 'node:http';
import { fromDecimal, REFUSALS, type RefusalCode } from '@mingjing/protocol';
import { RuntimeError } from '@mingjing/runtime';

/** A receipt with four certificates has under 8 KiB; the schema allows more. */
const MAX_BODY_BYTES = 256 * 1024;

/** What is refused, and with which status. */
export class Refused extends Error {
  readonly code: RefusalCode;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: RefusalCode, message: string, status?: number, headers = {}) {
    super(message);
    this.code = code;
    this.status = status ?? REFUSALS[code];
    this.headers = headers;
  }
}

export function asRefusal(error: unknown): Refused {
  if (error instanceof Refused) return error;
  if (error instanceof RuntimeError && error.code === 'peer-not-trusted')
    return new Refused('not-allowed', error.message);
  return new Refused('internal', 'the camera could not do it');
}

export function granted<T extends object>(answer: T | RefusalCode, what: string): T {
  if (typeof answer === 'string') throw new Refused(answer, `${what}: ${answer}`);
  return answer;
}

export function numberOf(query: URLSearchParams, name: string, fallback?: number): number {
  const text = query.get(name);
  if (text === null && fallback !== undefined) return fallback;
  try {
    return fromDecimal(text ?? '');
  } catch {
    throw new Refused('bad-request', `${name} must be a plain decimal number`);
  }
}

/** The JSON of a body that fits its shape. */
export async function readJson<T>(
  request: IncomingMessage,
  shape: { Check(value: unknown): value is T },
  what: string,
): Promise<T> {
  const value = parse(await readBody(request));
  if (!shape.Check(value)) throw new Refused('bad-request', `not ${what}`);
  return value;
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) throw tooLarge();
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > MAX_BODY_BYTES) throw tooLarge();
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function tooLarge(): Refused {
  return new Refused('too-large', `a body has at most ${MAX_BODY_BYTES} bytes`);
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new Refused('bad-request', 'the body is not JSON');
  }
}

export function sendJson(response: ServerResponse, value: unknown, status = 200, headers = {}): void {
  const body = Buffer.from(JSON.stringify(value));
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': body.length,
    ...headers,
  });
  response.end(body);
}

/** As fast as it is taken. Returns when the source, too, is done: also when the line was cut meanwhile. */
export async function sendBody(body: AsyncIterable<Uint8Array>, response: ServerResponse): Promise<void> {
  response.on('error', () => response.destroy());
  for await (const piece of body) {
    if (response.destroyed) return;
    if (!response.write(piece)) await takesMore(response);
  }
  response.end();
}

async function takesMore(response: ServerResponse): Promise<void> {
  if (response.destroyed) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.once('drain', done);
    response.once('close', done);
  });
}
