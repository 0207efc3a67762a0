import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { MEDIA } from '@mingjing/protocol';
import type { SoundFile } from './playback.ts';

/** RFC 9110 section 14: one range of bytes, or all of it; a range that cannot be read counts as none (section 14.2). */
export async function sendRange(
  request: FastifyRequest,
  reply: FastifyReply,
  file: SoundFile,
): Promise<FastifyReply> {
  const { size } = file;
  const range = readRange(request.headers.range, size);
  reply.header('accept-ranges', 'bytes').type(MEDIA.audio.type);
  if (range === 'unsatisfiable')
    return await reply.code(416).header('content-range', `bytes */${size}`).send();
  const [from, to] = range ?? [0, size];
  if (range !== undefined) reply.code(206).header('content-range', `bytes ${from}-${to - 1}/${size}`);
  reply.header('content-length', to - from);
  return await reply.send(Readable.from(file.read(from, to), { objectMode: false }));
}

/** Half-open. */
function readRange(header: string | undefined, size: number): [number, number] | 'unsatisfiable' | undefined {
  const [, first = '', last = ''] = /^bytes=([0-9]{0,15})-([0-9]{0,15})$/.exec(header ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  if (first === '') {
    const from = Math.max(0, size - Number(last));
    return from < size ? [from, size] : 'unsatisfiable';
  }
  const from = Number(first);
  if (last !== '' && Number(last) < from) return undefined;
  const to = last === '' ? size : Math.min(size, Number(last) + 1);
  return from < size ? [from, to] : 'unsatisfiable';
}
