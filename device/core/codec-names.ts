import { boxBody, readBoxes, type Box } from '@mingjing/protocol';

/** ISO/IEC 14496-12 section 8.5.2: what stands in a visual or sound sample entry before its boxes. */
const VISUAL_ENTRY_BYTES = 78;

/** What a media source is told it will get, by RFC 6381. Undefined if there is a track no browser could be told of. */
export function mimeTypeOf(init: Uint8Array): string | undefined {
  const moov = readBoxes(init).find(({ type }) => type === 'moov');
  if (moov === undefined) return undefined;
  const names = children(moov, 'trak').map((trak) => codecName(sampleEntry(trak)));
  if (names.length === 0 || names.includes(undefined)) return undefined;
  const kind = names.some((name) => name?.startsWith('avc')) ? 'video' : 'audio';
  return `${kind}/mp4; codecs="${names.join(', ')}"`;
}

function sampleEntry(trak: Box): Box | undefined {
  const [stbl] = ['mdia', 'minf', 'stbl'].reduce<Box[]>(
    (boxes, type) => boxes.flatMap((box) => children(box, type)),
    [trak],
  );
  const stsd = stbl === undefined ? undefined : children(stbl, 'stsd')[0];
  // A full box, and the count of its entries: eight bytes.
  return stsd === undefined ? undefined : readBoxes(boxBody(stsd).subarray(8))[0];
}

function codecName(entry: Box | undefined): string | undefined {
  if (entry?.type === 'mp4a') return 'mp4a.40.2';
  if (entry?.type !== 'avc1' && entry?.type !== 'avc3') return undefined;
  const inner = readBoxes(boxBody(entry).subarray(VISUAL_ENTRY_BYTES));
  // ISO/IEC 14496-15: version, profile, compatibility, level.
  const avcC = inner.find(({ type }) => type === 'avcC');
  if (avcC === undefined) return undefined;
  const hex = [...boxBody(avcC).subarray(1, 4)].map((byte) => byte.toString(16).padStart(2, '0'));
  return `${entry.type}.${hex.join('')}`;
}

function children(box: Box, type: string): Box[] {
  return readBoxes(boxBody(box)).filter((child) => child.type === type);
}
