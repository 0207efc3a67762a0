import { CHUNK_BYTES } from '../age/payload.ts';
import { concat, dataView, equalBytes, toUtf8 } from '../encoding/bytes.ts';
import { ProtocolError } from '../errors.ts';
import { parseStamp, type Stamp } from './stamp.ts';

/**
 * RIFF/WAVE (IBM and Microsoft, Multimedia Programming Interface and Data Specifications 1.0, 1991, chapters 2 and 3):
 * a chunk is four characters, a 32-bit little-endian size, a body, and a zero if the size is odd; a reader passes over
 * chunks it does not know. Identifiers that belong to one form, like `fmt ` and `data`, are in small letters.
 */
const STAMP_CHUNK = 'mjst';
const FMT_BYTES = 16;
const CHUNK_HEAD = 8;
const RIFF_HEAD = 12;
/** Size of a stream whose end is not known yet: what writers to pipes put there, and readers take as "to the end". */
const STREAMING = 0xffff_ffff;

/** One age chunk: the head is durable as one piece, and so is every piece of sound behind it. */
export const WAV_HEAD_BYTES = CHUNK_BYTES;
export const WAV_CHUNK_BYTES = CHUNK_BYTES;

export interface WavFormat {
  readonly channels: number;
  readonly samplesPerSecond: number;
  readonly bitsPerSample: number;
}

/** What the camera records: PCM, signed 16 bit little-endian. */
export const WAV_FORMAT: WavFormat = { channels: 1, samplesPerSecond: 48_000, bitsPerSample: 16 };
const SAMPLE_BYTES = frameBytes(WAV_FORMAT);
export const WAV_BYTES_PER_SECOND = WAV_FORMAT.samplesPerSecond * SAMPLE_BYTES;

/** The head of a segment of sound; samples begin right behind it. `code` 'out-of-range': too long a stamp. */
export function wavHead(stamp: Stamp): Uint8Array {
  return wavHeadOf(toUtf8(JSON.stringify(stamp)));
}

/** The same for a stamp whose exact bytes are at hand. */
export function wavHeadOf(stamp: Uint8Array): Uint8Array {
  const named = chunk(STAMP_CHUNK, stamp);
  const junk = WAV_HEAD_BYTES - RIFF_HEAD - CHUNK_HEAD - FMT_BYTES - named.length - 2 * CHUNK_HEAD;
  if (junk < 0) throw new ProtocolError('out-of-range', 'a stamp does not fit into the head of a WAV');
  const filler = chunk('JUNK', new Uint8Array(junk));
  return concat([riffHead(STREAMING), fmtChunk(WAV_FORMAT), named, filler, chunkHead('data', STREAMING)]);
}

/** The head of a segment of sound. What it says of itself is hostile until checked. `code` 'bad-media', 'bad-stamp'. */
export function readWavHead(bytes: Uint8Array): {
  readonly stamp: Stamp;
  readonly dataOffset: number;
  readonly format: WavFormat;
} {
  const { format, stamp, dataOffset } = walk(bytes);
  if (stamp === undefined) throw new ProtocolError('bad-stamp', 'the WAV carries no stamp');
  return { stamp: parseStamp(stamp), dataOffset, format };
}

/**
 * A valid WAV of one that ends before its time: true sizes, whole samples. What is valid already comes back as it is.
 * `code` 'bad-media'.
 */
export function repairWav(bytes: Uint8Array): Uint8Array {
  const { format, dataOffset, dataSize } = walk(bytes);
  const there = bytes.length - dataOffset;
  const frame = frameBytes(format);
  const riffSize = dataView(bytes).getUint32(4, true);
  if (dataSize <= there && dataSize % frame === 0 && riffSize === bytes.length - CHUNK_HEAD) return bytes;
  const taken = Math.min(dataSize, there);
  const length = taken - (taken % frame);
  const odd = length % 2; // a pad byte stands behind an odd size and is not counted in it
  const out = new Uint8Array(dataOffset + length + odd);
  out.set(bytes.subarray(0, dataOffset + length));
  if (out.length - CHUNK_HEAD >= STREAMING) throw badWav('it is too long for a RIFF file');
  dataView(out).setUint32(4, out.length - CHUNK_HEAD, true);
  dataView(out).setUint32(dataOffset - 4, length, true);
  return out;
}

/**
 * What can be heard of a segment of sound whose end may be cut: its head and every whole sample behind it, byte for
 * byte; empty if there is none.
 */
export function wholeSamples(bytes: Uint8Array): Uint8Array {
  try {
    const { format, dataOffset } = walk(bytes);
    const there = bytes.length - dataOffset;
    const length = there - (there % frameBytes(format));
    return length === 0 ? bytes.subarray(0, 0) : bytes.subarray(0, dataOffset + length);
  } catch (error) {
    if (error instanceof ProtocolError) return bytes.subarray(0, 0);
    throw error;
  }
}

/**
 * The exact bytes of the stamp of a segment, if nothing but the stamp and the samples is needed to write the segment
 * again: its head is what {@link wavHeadOf} makes of the stamp. Else undefined.
 */
export function plainStampOf(head: Uint8Array): Uint8Array | undefined {
  try {
    const { stamp } = walk(head);
    if (stamp === undefined || stamp.includes(NEWLINE)) return undefined;
    parseStamp(stamp);
    return equalBytes(wavHeadOf(stamp), head.subarray(0, WAV_HEAD_BYTES)) ? stamp.slice() : undefined;
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}

const NEWLINE = 0x0a;
/** Where the samples of a joined WAV begin. */
export const JOINED_HEAD_BYTES = RIFF_HEAD + CHUNK_HEAD + FMT_BYTES + CHUNK_HEAD;
/** Some readers take sizes as signed: a joined WAV stays below 2 GiB, which is 6 h 12 min. */
export const MAX_JOINED_BYTES = 0x7fff_ffff;

/** Head of a WAV of several segments; behind it their samples, then {@link joinedWavTail}. */
export function joinedWavHead(sampleBytes: number, tailBytes: number, format = WAV_FORMAT): Uint8Array {
  const whole = JOINED_HEAD_BYTES + sampleBytes + tailBytes;
  if (sampleBytes % frameBytes(format) !== 0 || whole > MAX_JOINED_BYTES)
    throw new ProtocolError('out-of-range', `no joined WAV has ${sampleBytes} bytes of samples`);
  return concat([riffHead(whole - CHUNK_HEAD), fmtChunk(format), chunkHead('data', sampleBytes)]);
}

/** The stamps of all segments, in order, one a line, in a chunk behind the samples. */
export function joinedWavTail(stamps: readonly Uint8Array[]): Uint8Array {
  return chunk(STAMP_CHUNK, concat(stamps.flatMap((stamp) => [stamp, Uint8Array.of(NEWLINE)])));
}

/** How long the tail of stamps of these lengths is, and where in it each stamp begins. */
export function joinedTailLayout(stamps: readonly number[]): {
  readonly bytes: number;
  readonly stamps: readonly number[];
} {
  let at = CHUNK_HEAD;
  const starts = stamps.map((bytes) => {
    const start = at;
    at += bytes + 1;
    return start;
  });
  return { bytes: at + (at % 2), stamps: starts };
}

/**
 * One valid WAV of the segments of a recording, and the same one whoever makes it; with the stamps in it every segment
 * can be written again. `code` 'bad-media': a segment whose head does not follow from its stamp.
 */
export function joinWavs(segments: readonly Uint8Array[]): Uint8Array {
  const stamps: Uint8Array[] = [];
  const samples: Uint8Array[] = [];
  for (const segment of segments) {
    const stamp = plainStampOf(segment);
    if (stamp === undefined) throw badWav('its head does not follow from its stamp');
    stamps.push(stamp);
    samples.push(wholeSamples(segment).subarray(WAV_HEAD_BYTES));
  }
  const tail = joinedWavTail(stamps);
  const length = samples.reduce((sum, { length: bytes }) => sum + bytes, 0);
  return concat([joinedWavHead(length, tail.length), ...samples, tail]);
}

interface WalkedWav {
  readonly format: WavFormat;
  readonly stamp: Uint8Array | undefined;
  readonly dataOffset: number;
  readonly dataSize: number;
}

/** Chunk by chunk up to `data`, which must begin within the first {@link WAV_HEAD_BYTES}. */
function walk(bytes: Uint8Array): WalkedWav {
  if (bytes.length < RIFF_HEAD || idAt(bytes, 0) !== 'RIFF' || idAt(bytes, 8) !== 'WAVE')
    throw badWav('it does not begin as one');
  const view = dataView(bytes);
  let format: WavFormat | undefined;
  let stamp: Uint8Array | undefined;
  for (let at = RIFF_HEAD; at + CHUNK_HEAD <= Math.min(bytes.length, WAV_HEAD_BYTES);) {
    const id = idAt(bytes, at);
    const size = view.getUint32(at + 4, true);
    at += CHUNK_HEAD;
    if (id === 'data') {
      if (format === undefined) throw badWav('samples come before their format');
      return { format, stamp, dataOffset: at, dataSize: size };
    }
    if (at + size > bytes.length) break;
    const body = bytes.subarray(at, at + size);
    if (id === 'fmt ') format = readFormat(body);
    if (id === STAMP_CHUNK) stamp ??= body;
    at += size + (size % 2);
  }
  throw badWav('it has no samples');
}

function readFormat(body: Uint8Array): WavFormat {
  if (body.length < FMT_BYTES) throw badWav('its format is cut');
  const view = dataView(body);
  const format = {
    channels: view.getUint16(2, true),
    samplesPerSecond: view.getUint32(4, true),
    bitsPerSample: view.getUint16(14, true),
  };
  const frame = frameBytes(format);
  const fits =
    view.getUint16(0, true) === 1 &&
    format.bitsPerSample % 8 === 0 &&
    frame > 0 &&
    format.samplesPerSecond > 0 &&
    view.getUint16(12, true) === frame;
  if (!fits) throw badWav('its format is not plain PCM');
  return format;
}

function fmtChunk({ channels, samplesPerSecond, bitsPerSample }: WavFormat): Uint8Array {
  const body = new Uint8Array(FMT_BYTES);
  const view = dataView(body);
  const frame = (channels * bitsPerSample) / 8;
  view.setUint16(0, 1, true); // WAVE_FORMAT_PCM
  view.setUint16(2, channels, true);
  view.setUint32(4, samplesPerSecond, true);
  view.setUint32(8, samplesPerSecond * frame, true);
  view.setUint16(12, frame, true);
  view.setUint16(14, bitsPerSample, true);
  return chunk('fmt ', body);
}

function riffHead(size: number): Uint8Array {
  return concat([chunkHead('RIFF', size), toUtf8('WAVE')]);
}

function chunk(id: string, body: Uint8Array): Uint8Array {
  return concat([chunkHead(id, body.length), body, new Uint8Array(body.length % 2)]);
}

function chunkHead(id: string, size: number): Uint8Array {
  const head = new Uint8Array(CHUNK_HEAD);
  head.set(toUtf8(id));
  dataView(head).setUint32(4, size, true);
  return head;
}

function frameBytes({ channels, bitsPerSample }: WavFormat): number {
  return (channels * bitsPerSample) / 8;
}

function idAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

function badWav(why: string): ProtocolError {
  return new ProtocolError('bad-media', `not a WAV: ${why}`);
}
