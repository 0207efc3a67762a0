import type { ServerResponse } from 'node:http';
import { REFUSALS } from '@mingjing/protocol';
import { RequestRefused, sendJson, type Log } from '@mingjing/runtime';

export function refuse(response: ServerResponse, error: unknown, log: Log): void {
  const code = error instanceof RequestRefused ? error.code : 'internal';
  if (code === 'internal') log.error({ err: error }, 'a control request failed');
  const message = error instanceof RequestRefused ? error.message : 'it could not be done';
  sendJson(response, REFUSALS[code], { ok: false, code, message: { zh: message, en: message } });
}
