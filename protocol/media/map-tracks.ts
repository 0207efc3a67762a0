import { concat, dataView, equalBytes } from '../encoding/bytes.ts';
import { makeBox, readBoxes, type Box } from './boxes.ts';
import { badMedia, children, descend, fullBox, uint32 } from './full-boxes.ts';

/** ISO/IEC 14496-12 section 12.2.3: what stands ahead of the boxes of an audio sample entry. */
const AUDIO_ENTRY_BYTES = 28;
const ES_DESCRIPTOR = 0x03;

/**
 * Which track of a recording each track of a capture continues: by the capture's track id, the recording's. Two fit
 * when kind, timescale, codec configuration (`stsd`), edit list and fragment defaults (`trex`) are the same, byte for byte.
 * Undefined if any track of the capture has no such partner. `code` 'bad-media'.
 */
export function mapTracks(
  recordingInit: Uint8Array,
  captureInit: Uint8Array,
): Map<number, number> | undefined {
  const free = describeTracks(recordingInit);
  const tracks = describeTracks(captureInit);
  if (tracks.length === 0) return undefined;
  const map = new Map<number, number>();
  for (const track of tracks) {
    const n = free.findIndex((candidate) => equalBytes(candidate.description, track.description));
    const [partner] = n < 0 ? [] : free.splice(n, 1);
    if (partner === undefined || map.has(track.id)) return undefined;
    map.set(track.id, partner.id);
  }
  return map;
}

/** An init segment with only the tracks in `ids`. `code` 'bad-media'. */
export function keepInitTracks(init: Uint8Array, ids: ReadonlySet<number>): Uint8Array {
  const keepDefaults = (box: Box): Uint8Array[] =>
    box.type !== 'trex' || ids.has(defaultsIdOf(box)) ? [box.bytes] : [];
  const boxes = readBoxes(init).map((box) => {
    if (box.type !== 'moov') return box.bytes;
    const kept = children(box).flatMap((child) => {
      if (child.type === 'mvex') return [makeBox('mvex', ...children(child).flatMap(keepDefaults))];
      return child.type !== 'trak' || ids.has(trackIdOf(child)) ? [child.bytes] : [];
    });
    return makeBox('moov', ...kept);
  });
  return concat(boxes);
}

function defaultsIdOf(trex: Box): number {
  return uint32(fullBox(trex).body, 0);
}

function trackIdOf(trak: Box): number {
  const tkhd = fullBox(descend(trak, 'tkhd'));
  return uint32(tkhd.body, tkhd.version === 1 ? 16 : 8);
}

/** Everything about each track that its fragments depend on, but its number. */
function describeTracks(init: Uint8Array): { id: number; description: Uint8Array }[] {
  const moov = readBoxes(init).find((box) => box.type === 'moov');
  if (moov === undefined) throw badMedia('the init segment has no moov box');
  const defaults = new Map(
    children(moov)
      .filter((box) => box.type === 'mvex')
      .flatMap((mvex) => children(mvex))
      .filter((box) => box.type === 'trex')
      .map((box) => [defaultsIdOf(box), fullBox(box).body.subarray(4)]),
  );
  return children(moov)
    .filter((box) => box.type === 'trak')
    .map((trak) => {
      const id = trackIdOf(trak);
      const mdhd = fullBox(descend(trak, 'mdia', 'mdhd'));
      const at = mdhd.version === 1 ? 16 : 8;
      uint32(mdhd.body, at);
      const edits = children(trak).find((box) => box.type === 'edts');
      const parts = [
        mdhd.body.subarray(at, at + 4),
        fullBox(descend(trak, 'mdia', 'hdlr')).body.subarray(4, 8),
        codecSetUp(descend(trak, 'mdia', 'minf', 'stbl', 'stsd')),
        edits?.bytes ?? new Uint8Array(),
        defaults.get(id) ?? new Uint8Array(),
      ];
      // Each with its length ahead, so that no two descriptions can run together.
      return { id, description: concat(parts.flatMap((part) => [lengthOf(part), part])) };
    });
}

/**
 * A copy of the sample descriptions without the stream number in each `esds`: ISO/IEC 14496-14 section 3.1.2 makes it the
 * track's id again.
 */
function codecSetUp(stsd: Box): Uint8Array {
  const copy = new Uint8Array(stsd.bytes);
  for (const entry of readBoxes(copy.subarray(stsd.headerSize + 8))) {
    if (entry.type !== 'mp4a' || entry.bytes.length < entry.headerSize + AUDIO_ENTRY_BYTES) continue;
    const boxes = entry.bytes.subarray(entry.headerSize + AUDIO_ENTRY_BYTES);
    const esds = readBoxes(boxes).find((box) => box.type === 'esds');
    if (esds === undefined) continue;
    const { body } = fullBox(esds);
    if (body[0] !== ES_DESCRIPTOR) continue;
    // ISO/IEC 14496-1 section 8.3.3: a length of up to four bytes, each but the last with its top bit set.
    let at = 1;
    while (at < 4 && (body[at] ?? 0) >= 0x80) at += 1;
    body.fill(0, at + 1, at + 3);
  }
  return copy;
}

function lengthOf(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(4);
  dataView(out).setUint32(0, bytes.length);
  return out;
}
