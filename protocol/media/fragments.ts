import { concat, dataView } from '../encoding/bytes.ts';
import { readBoxes, type Box } from './boxes.ts';
import { badMedia, children, descend, fullBox, uint32, type FullBox } from './full-boxes.ts';
import { MAX_TRACKS, requireAtMost, trackFragmentBoxes, trackRuns } from './limits.ts';

/** A track as `moov` declares it: ISO/IEC 14496-12 sections 8.3.2 (tkhd), 8.4.2 (mdhd), 8.4.3 (hdlr). */
export interface Track {
  readonly id: number;
  readonly timescale: number;
  readonly kind: 'video' | 'audio' | 'other';
}

/** Decode time and length of one track within one fragment, in units of the track's timescale. */
export interface TrackRun {
  readonly track: number;
  readonly decodeTime: bigint;
  readonly duration: bigint;
}

/** The tracks of an init segment (`ftyp` + `moov`). `code` 'bad-media'. */
export function readTracks(init: Uint8Array): Track[] {
  const moov = readBoxes(init).find((box) => box.type === 'moov');
  if (moov === undefined) throw badMedia('the init segment has no moov box');
  const traks = children(moov).filter((box) => box.type === 'trak');
  requireAtMost(traks, MAX_TRACKS, 'tracks');
  return traks.map((trak) => {
    const tkhd = fullBox(descend(trak, 'tkhd'));
    const mdhd = fullBox(descend(trak, 'mdia', 'mdhd'));
    const hdlr = fullBox(descend(trak, 'mdia', 'hdlr'));
    const handler = String.fromCharCode(...hdlr.body.subarray(4, 8));
    return {
      id: uint32(tkhd.body, tkhd.version === 1 ? 16 : 8),
      timescale: uint32(mdhd.body, mdhd.version === 1 ? 16 : 8),
      kind: handler === 'vide' ? 'video' : handler === 'soun' ? 'audio' : 'other',
    };
  });
}

/** Sections 8.8.7, 8.8.8, 8.8.12: when each track of a `moof` begins and how long it lasts. */
export function readRuns(moof: Uint8Array): TrackRun[] {
  return trackFragments(moof).map(({ traf, tfhd, tfdt }) => ({
    track: uint32(tfhd.body, 0),
    decodeTime: decodeTimeOf(tfdt),
    duration: trackRuns(traf).reduce(
      (sum, trun) => sum + runDuration(fullBox(trun), defaultDuration(tfhd)),
      0n,
    ),
  }));
}

/** A copy of a `moof` whose decode times are moved back, by track: `shifts` in units of each track's timescale. */
export function shiftDecodeTimes(moof: Uint8Array, shifts: ReadonlyMap<number, bigint>): Uint8Array {
  const copy = new Uint8Array(moof); // Buffer.slice would share the memory;
  for (const { tfhd, tfdt } of trackFragments(copy)) {
    const shift = shifts.get(uint32(tfhd.body, 0)) ?? 0n;
    if (tfdt.version !== 1) throw badMedia('a decode time of 32 bits cannot be moved safely');
    const time = decodeTimeOf(tfdt) - shift;
    if (time < 0n) throw badMedia('a decode time would become negative');
    dataView(tfdt.body).setBigUint64(0, time);
  }
  return copy;
}

/** Init segment and the rest of a segment or recording: everything before the first box that is not `ftyp` or `moov`. */
export function splitInit(content: Uint8Array): { init: Uint8Array; fragments: Uint8Array } {
  let length = 0;
  for (const box of readBoxes(content)) {
    if (box.type !== 'ftyp' && box.type !== 'moov') break;
    length += box.bytes.length;
  }
  if (length === 0) throw badMedia('it does not begin with an init segment');
  return { init: content.subarray(0, length), fragments: content.subarray(length) };
}

/**
 * What can be played of a segment whose end may be cut: everything up to the end of its last whole `mdat`, empty if
 * there is none. A fragment counts once its picture and sound are whole.
 */
export function wholeFragments(bytes: Uint8Array): Uint8Array {
  let end = 0;
  for (let at = 0; bytes.length - at >= 8;) {
    const size = dataView(bytes).getUint32(at);
    if (size < 8 || at + size > bytes.length) break;
    const isData = String.fromCharCode(...bytes.subarray(at + 4, at + 8)) === 'mdat';
    at += size;
    if (isData) end = at;
  }
  return bytes.subarray(0, end);
}

function trackFragments(moof: Uint8Array): { traf: Box; tfhd: FullBox; tfdt: FullBox }[] {
  const box = readBoxes(moof)[0];
  if (box?.type !== 'moof') throw badMedia('not a moof box');
  return trackFragmentBoxes(box).map((traf) => ({
    traf,
    tfhd: fullBox(descend(traf, 'tfhd')),
    tfdt: fullBox(descend(traf, 'tfdt')),
  }));
}

function decodeTimeOf({ version, body }: FullBox): bigint {
  if (version !== 1) return BigInt(uint32(body, 0));
  return BigInt(uint32(body, 0)) * 2n ** 32n + BigInt(uint32(body, 4));
}

function defaultDuration(tfhd: FullBox): bigint {
  if ((tfhd.flags & 0x08) === 0) return 0n;
  const offset = 4 + ((tfhd.flags & 0x01) === 0 ? 0 : 8) + ((tfhd.flags & 0x02) === 0 ? 0 : 4);
  return BigInt(uint32(tfhd.body, offset));
}

function runDuration(trun: FullBox, fallback: bigint): bigint {
  const samples = uint32(trun.body, 0);
  if ((trun.flags & 0x100) === 0) return BigInt(samples) * fallback;
  const start = 4 + ((trun.flags & 0x01) === 0 ? 0 : 4) + ((trun.flags & 0x04) === 0 ? 0 : 4);
  const stride = 4 * [0x100, 0x200, 0x400, 0x800].filter((flag) => (trun.flags & flag) !== 0).length;
  if (trun.body.length < start + samples * stride) throw badMedia('a trun box is cut');
  let sum = 0n;
  for (let n = 0; n < samples; n += 1) sum += BigInt(uint32(trun.body, start + n * stride));
  return sum;
}

/** A fragment as it goes into a segment: its stamp, then picture and sound. */
export function joinFragment(emsg: Uint8Array, moof: Uint8Array, mdat: Uint8Array): Uint8Array {
  return concat([emsg, moof, mdat]);
}
