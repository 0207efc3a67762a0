import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RefusalCode } from '@mingjing/protocol';

/** What the small pages of a machine are asked is smaller. */
const MAX_BODY_BYTES = 4 * 1024;

/** A request that is not granted; the message is for whoever debugs, pages have their own words. */
export class RequestRefused extends Error {
  readonly code: RefusalCode;

  constructor(code: RefusalCode, message: string) {
    super(message);
    this.name = 'RequestRefused';
    this.code = code;
  }
}

/** The body as JSON, of whatever shape; at most 4 KiB. `RequestRefused`: 'too-large', 'bad-request'. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > MAX_BODY_BYTES) throw new RequestRefused('too-large', 'the body is too large');
    parts.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8'));
  } catch {
    throw new RequestRefused('bad-request', 'the body is not JSON');
  }
}

/** Cuts the line where an answer has begun already. */
export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  if (response.headersSent) return void response.destroy();
  const body = Buffer.from(JSON.stringify(value));
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': body.length });
  response.end(body);
}
