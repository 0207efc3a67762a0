import { RuntimeError } from './errors.ts';

export interface AnswerHead {
  readonly status: number;
  /** By lower-case name; the last of a name counts. */
  readonly headers: ReadonlyMap<string, string>;
  /** Bytes of the body; undefined: it is not told in front (RFC 9112, 6.3). */
  readonly length: number | undefined;
  /** The line is of use for another request. */
  readonly keepAlive: boolean;
}

const STATUS = /^HTTP\/1\.1 ([2-5][0-9]{2})(?: [\t\x20-\x7e\x80-\xff]*)?$/;
const HEADER = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[\t ]*([\t\x20-\x7e\x80-\xff]*)$/;
const LENGTH = /^[0-9]{1,15}$/;

/** Reads the head of an answer, all up to the empty line, without it. `code` 'peer-broke-protocol'. */
export function readAnswerHead(text: string): AnswerHead {
  const [first = '', ...lines] = text.split('\r\n');
  const status = STATUS.exec(first)?.[1];
  if (status === undefined) throw broken('no status line of HTTP/1.1');
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [, name = '', value = ''] = HEADER.exec(line) ?? [];
    const key = name.toLowerCase();
    if (key === '') throw broken('a header that is none');
    if (key === 'content-length' && headers.has(key)) throw broken('two lengths');
    headers.set(key, value.trim());
  }
  const told = headers.get('content-length');
  if (told !== undefined && (!LENGTH.test(told) || headers.has('transfer-encoding')))
    throw broken('a length that is none');
  const keepAlive = !/\bclose\b/i.test(headers.get('connection') ?? '');
  return { status: Number(status), headers, length: told === undefined ? told : Number(told), keepAlive };
}

function broken(why: string): RuntimeError {
  return new RuntimeError('peer-broke-protocol', `an answer with ${why}`);
}
