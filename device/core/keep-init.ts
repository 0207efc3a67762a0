import { boxBody, concat, dataView, makeBox, readBoxes, readTracks, type Box } from '@mingjing/protocol';

/** The same `ftyp` + `moov` with only the tracks in `ids`, whose numbers stay: as if the others had never been there. */
export function keepInit(init: Uint8Array, ids: ReadonlySet<number>): Uint8Array {
  return concat(
    readBoxes(init).map((box) => {
      if (box.type !== 'moov') return box.bytes;
      return makeBox('moov', ...readBoxes(boxBody(box)).flatMap((child) => keepChild(child, init, ids)));
    }),
  );
}

function keepChild(box: Box, init: Uint8Array, ids: ReadonlySet<number>): Uint8Array[] {
  if (box.type === 'trak') return isKept(box, init, ids) ? [box.bytes] : [];
  if (box.type !== 'mvex') return [box.bytes];
  const inner = readBoxes(boxBody(box)).filter(
    ({ type, bytes, headerSize }) => type !== 'trex' || ids.has(dataView(bytes).getUint32(headerSize + 4)),
  );
  return [makeBox('mvex', ...inner.map(({ bytes }) => bytes))];
}

function isKept(trak: Box, init: Uint8Array, ids: ReadonlySet<number>): boolean {
  const ftyp = readBoxes(init).find(({ type }) => type === 'ftyp');
  const alone = concat([ftyp?.bytes ?? new Uint8Array(), makeBox('moov', trak.bytes)]);
  return readTracks(alone).every(({ id }) => ids.has(id));
}
