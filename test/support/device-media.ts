import { concat, dataView, makeBox, readRuns, toUtf8 } from '@mingjing/protocol';
import type { MovieFragment } from '../../device/core/fragment.ts';
import { addMillis } from '../../device/core/time.ts';

export const VIDEO = { id: 1, timescale: 12_800 } as const;
export const AUDIO = { id: 2, timescale: 48_000 } as const;
export const EPOCH = '2026-11-20T08:00:00.000Z';

/** A fragment's samples of each track. */
const SAMPLES = 20;

/** `ftyp` + `moov` with a picture and a sound track, and nothing a decoder could use. */
export function plainInit(): Uint8Array {
  const trak = (id: number, timescale: number, handler: string): Uint8Array =>
    makeBox(
      'trak',
      full('tkhd', 0, 0, words(0, 0, id, 0)),
      makeBox(
        'mdia',
        full('mdhd', 0, 0, words(0, 0, timescale, 0)),
        full('hdlr', 0, 0, words(0), toUtf8(handler)),
        makeBox('minf', makeBox('stbl', full('stsd', 0, 0, words(0)))),
      ),
    );
  return concat([
    makeBox('ftyp', toUtf8('isom')),
    makeBox('moov', trak(VIDEO.id, VIDEO.timescale, 'vide'), trak(AUDIO.id, AUDIO.timescale, 'soun')),
  ]);
}

export interface PlainFragmentOptions {
  /** Media time of the first picture, in milliseconds; sound begins `soundAfterMs` later. */
  readonly mediaMs: number;
  readonly soundAfterMs?: number;
  readonly durationMs?: number;
  readonly bytes?: number;
  /** Monotonic time of the first sample; the wall clock runs beside it from {@link EPOCH}. */
  readonly mono: number;
}

/** A fragment with true decode times and an `mdat` of as many bytes as asked, half of them picture, half sound. */
export function plainFragment(options: PlainFragmentOptions): MovieFragment {
  const { mediaMs, mono, soundAfterMs = 0, durationMs = 800, bytes = 100 } = options;
  const sampleBytes = Math.floor(bytes / (2 * SAMPLES));
  const traf = (track: number, timescale: number, fromMs: number, dataOffset: number): Uint8Array =>
    makeBox(
      'traf',
      full(
        'tfhd',
        0,
        0x02_00_18,
        words(track, Math.round((durationMs * timescale) / 1000 / SAMPLES), sampleBytes),
      ),
      full('tfdt', 1, 0, long((fromMs * timescale) / 1000)),
      full('trun', 0, 0x01, words(SAMPLES, dataOffset)),
    );
  const moofWith = (dataOffset: number): Uint8Array =>
    makeBox(
      'moof',
      traf(VIDEO.id, VIDEO.timescale, mediaMs, dataOffset),
      traf(AUDIO.id, AUDIO.timescale, mediaMs + soundAfterMs, dataOffset + SAMPLES * sampleBytes),
    );
  const moof = moofWith(moofWith(0).length + 8);
  const mdat = makeBox('mdat', new Uint8Array(bytes).fill(mediaMs % 251));
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
