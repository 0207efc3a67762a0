import { concat, dataView, makeBox, readRuns, toUtf8 } from '@mingjing/protocol';
import type { MovieFragment } from '../../device/core/fragment.ts';
import { addMillis } from '../../device/core/time.ts';

export const VIDEO = { id: 1, timescale: 12_800 } as const;
export const AUDIO = { id: 2, timescale: 48_000 } as const;
export const EPOCH = '2026-11-20T08:00:00.000Z';

/** A fragment's samples of each track. */
const SAMPLES = 20;

export interface PlainSources {
  readonly picture?: boolean;
  readonly sound?: boolean;
  /** Stands for the codec configuration: four characters. */
  readonly codec?: string;
}

/** `ftyp` + `moov` with a picture and a sound track, and nothing a decoder could use. */
export function plainInit({ picture = true, sound = true, codec = 'none' }: PlainSources = {}): Uint8Array {
  const trak = (id: number, timescale: number, handler: string): Uint8Array =>
    makeBox(
      'trak',
      full('tkhd', 0, 0, words(0, 0, id, 0)),
      makeBox(
        'mdia',
        full('mdhd', 0, 0, words(0, 0, timescale, 0)),
        full('hdlr', 0, 0, words(0), toUtf8(handler)),
        makeBox('minf', makeBox('stbl', full('stsd', 0, 0, words(1), makeBox(codec, new Uint8Array(64))))),
      ),
    );
  return concat([
    makeBox('ftyp', toUtf8('isom')),
    makeBox(
      'moov',
      ...(picture ? [trak(VIDEO.id, VIDEO.timescale, 'vide')] : []),
      ...(sound ? [trak(AUDIO.id, AUDIO.timescale, 'soun')] : []),
    ),
  ]);
}

export interface PlainFragmentOptions {
  /** Media time of the first picture, in milliseconds; sound begins `soundAfterMs` later. */
  readonly mediaMs: number;
  readonly soundAfterMs?: number;
  readonly durationMs?: number;
  /** Of all samples; those of the sound are all {@link SOUND_BYTE}. */
  readonly bytes?: number;
  readonly sources?: PlainSources;
  /** Monotonic time of the first sample; the wall clock runs beside it from {@link EPOCH}. */
  readonly mono: number;
}

/** No other byte of a plain fragment's samples has this value. */
export const SOUND_BYTE = 0xfe;

/** A fragment with true decode times and samples of about as many bytes as asked. */
export function plainFragment(options: PlainFragmentOptions): MovieFragment {
  const { mediaMs, mono, soundAfterMs = 0, durationMs = 800, bytes = 100, sources = {} } = options;
  const { picture = true, sound = true } = sources;
  const tracks = [
    ...(picture ? [{ ...VIDEO, fromMs: mediaMs, fill: mediaMs % 251 }] : []),
    ...(sound ? [{ ...AUDIO, fromMs: mediaMs + soundAfterMs, fill: SOUND_BYTE }] : []),
  ];
  const size = Math.max(1, Math.floor(bytes / SAMPLES / tracks.length));
  const moofWith = (moofBytes: number): Uint8Array =>
    makeBox(
      'moof',
      ...tracks.map(({ id, timescale, fromMs }, n) =>
        makeBox(
          'traf',
          full('tfhd', 0, 0x02_00_18, words(id, Math.round((durationMs * timescale) / 1000 / SAMPLES), size)),
          full('tfdt', 1, 0, long((fromMs * timescale) / 1000)),
          full('trun', 0, 0x01, words(SAMPLES, moofBytes + 8 + n * SAMPLES * size)),
        ),
      ),
    );
  const moof = moofWith(moofWith(0).length);
  const mdat = makeBox('mdat', ...tracks.map(({ fill }) => new Uint8Array(SAMPLES * size).fill(fill)));
  return { format: 'mp4', at: addMillis(EPOCH, mono), mono, moof, mdat, runs: readRuns(moof), durationMs };
}

function full(type: string, version: number, flags: number, ...body: Uint8Array[]): Uint8Array {
  return makeBox(type, words(version * 2 ** 24 + flags), ...body);
}

function words(...values: number[]): Uint8Array {
  const out = new Uint8Array(4 * values.length);
  values.forEach((value, n) => dataView(out).setUint32(4 * n, value));
  return out;
}

function long(value: number): Uint8Array {
  const out = new Uint8Array(8);
  dataView(out).setBigUint64(0, BigInt(Math.round(value)));
  return out;
}
