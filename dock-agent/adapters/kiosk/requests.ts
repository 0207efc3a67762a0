import type { IncomingMessage, ServerResponse } from 'node:http';
import { REFUSALS } from '@mingjing/protocol';
import { readJson, RequestRefused, sendJson, type Log } from '@mingjing/runtime';
import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';

/** Reads a body of this shape. `RequestRefused`: 'too-large', 'bad-request'. */
export function bodyReader<T extends TSchema>(schema: T): (request: IncomingMessage) => Promise<Static<T>> {
  const validator = Compile(schema);
  return async (request) => {
    if (request.headers['content-type'] !== 'application/json')
      throw new RequestRefused('bad-request', 'the body must be application/json');
    const value = await readJson(request);
    if (!validator.Check(value)) throw new RequestRefused('bad-request', 'the body has another shape');
    return value;
  };
}

export function refuse(response: ServerResponse, error: unknown, log: Log): void {
  const code = error instanceof RequestRefused ? error.code : 'internal';
  if (code === 'internal') log.error({ err: error }, 'the kiosk could not answer');
  const message = error instanceof RequestRefused ? error.message : 'it could not be done';
  // What is left of a refused body is not read.
  if (!response.headersSent) response.setHeader('connection', 'close');
  sendJson(response, REFUSALS[code], { code, message });
}
