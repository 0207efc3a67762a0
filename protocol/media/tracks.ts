import { dataView } from '../encoding/bytes.ts';
import { ProtocolError } from '../errors.ts';
import { boxBody, makeBox, readBoxes, type Box } from './boxes.ts';
import { readRuns, type TrackRun } from './fragments.ts';
import { badMedia, children, descend, fullBox, uint32, type FullBox } from './full-boxes.ts';
import { trackFragmentBoxes, trackRuns } from './limits.ts';

/** ISO/IEC 14496-12 sections 8.8.7 and 8.8.8: flags of `tfhd` and `trun`. */
const BASE_OFFSET = 0x01;
const SAMPLE_DESCRIPTION = 0x02;
const DEFAULT_DURATION = 0x08;
const DEFAULT_SIZE = 0x10;
const BASE_IS_MOOF = 0x02_00_00;
const DATA_OFFSET = 0x01;
const FIRST_SAMPLE_FLAGS = 0x04;
const SAMPLE_FIELDS = [0x100, 0x200, 0x400, 0x800] as const;
const SAMPLE_SIZE = 0x200;
/**
 * A fragment with only the tracks in `ids` (id there → id here), renumbered; the bytes of the others are gone. The fragment
 * must count its data from the `moof` (section 8.8.7, default-base-is-moof) and give its own sample sizes. `code`
 * 'out-of-range': `ids` is empty or names one track twice; 'bad-media': also when no track in `ids` is in the fragment.
 */
export function keepTracks(
  moof: Uint8Array,
  mdat: Uint8Array,
  ids: ReadonlyMap<number, number>,
): { moof: Uint8Array; mdat: Uint8Array; runs: readonly TrackRun[] } {
  if (ids.size === 0 || new Set(ids.values()).size !== ids.size)
    throw new ProtocolError('out-of-range', 'no track is to be kept, or two as one');
  const data = onlyBox(mdat, 'mdat');
  const source = { moofBytes: moof.length, data, body: boxBody(data) };
  const kept: KeptTraf[] = [];
  const dropped: Span[] = [];
  const others: Box[] = [];
  const moofBox = onlyBox(moof, 'moof');
  trackFragmentBoxes(moofBox);
  for (const child of children(moofBox)) {
    if (child.type !== 'traf') others.push(child);
    else {
      const traf = readTraf(child, source);
      const id = ids.get(traf.track);
      if (id === undefined) for (const { span } of traf.runs) dropped.push(span);
      else kept.push({ ...traf, id });
    }
  }
  if (kept.length === 0) throw badMedia('none of the tracks asked for is in the fragment');
  requireApart(
    kept.flatMap(({ runs }) => runs.map(({ span }) => span)),
    dropped,
  );
  return write(others, kept, source.body);
}

/** Bytes within the body of `mdat`, `[from, to)`. */
type Span = readonly [from: number, to: number];

interface ReadTraf {
  readonly track: number;
  readonly tfhd: Box;
  /** In their order; a `trun` stands as its run. */
  readonly parts: readonly (Box | Run)[];
  readonly runs: readonly Run[];
}

type KeptTraf = ReadTraf & { readonly id: number };

interface Run {
  readonly trun: FullBox;
  readonly span: Span;
}

interface Source {
  readonly moofBytes: number;
  readonly data: Box;
  readonly body: Uint8Array;
}

function readTraf(traf: Box, source: Source): ReadTraf {
  const tfhdBox = descend(traf, 'tfhd');
  const tfhd = fullBox(tfhdBox);
  if ((tfhd.flags & BASE_OFFSET) !== 0 || (tfhd.flags & BASE_IS_MOOF) === 0)
    throw badMedia('its data is not counted from the moof box');
  const parts: (Box | Run)[] = [];
  const runs: Run[] = [];
  let next: number | undefined;
  trackRuns(traf);
  for (const child of children(traf)) {
    // Their offsets would point elsewhere afterwards, and what they point at belongs to encryption.
    if (['saiz', 'saio', 'senc'].includes(child.type)) throw badMedia(`a ${child.type} box cannot be moved`);
    if (child.type === 'tfhd') continue;
    if (child.type !== 'trun') {
      parts.push(child);
      continue;
    }
    const run = readRun(fullBox(child), tfhd, source, next);
    next = run.span[1];
    runs.push(run);
    parts.push(run);
  }
  return { track: uint32(tfhd.body, 0), tfhd: tfhdBox, parts, runs };
}

/** Section 8.8.8: a run without an offset of its own begins where the one before it ends. */
function readRun(trun: FullBox, tfhd: FullBox, source: Source, next: number | undefined): Run {
  const fixed = source.moofBytes + source.data.headerSize;
  const offset = (trun.flags & DATA_OFFSET) === 0 ? undefined : (uint32(trun.body, 4) | 0) - fixed;
  const from = offset ?? next;
  if (from === undefined) throw badMedia('a run does not say where its data begins');
  const to = from + runBytes(trun, tfhd);
  if (from < 0 || to > source.body.length) throw badMedia('a run reaches beyond the data');
  return { trun, span: [from, to] };
}

function runBytes(trun: FullBox, tfhd: FullBox): number {
  const samples = uint32(trun.body, 0);
  const fields = SAMPLE_FIELDS.filter((flag) => (trun.flags & flag) !== 0);
  const start = sampleTable(trun);
  if (trun.body.length < start + samples * fields.length * 4) throw badMedia('a trun box is cut');
  const at = fields.indexOf(SAMPLE_SIZE);
  if (at < 0) return samples * defaultSize(tfhd);
  let sum = 0;
  for (let n = 0; n < samples; n += 1) sum += uint32(trun.body, start + (n * fields.length + at) * 4);
  return sum;
}

function sampleTable({ flags }: FullBox): number {
  return 4 + ((flags & DATA_OFFSET) === 0 ? 0 : 4) + ((flags & FIRST_SAMPLE_FLAGS) === 0 ? 0 : 4);
}

function defaultSize(tfhd: FullBox): number {
  if ((tfhd.flags & DEFAULT_SIZE) === 0) throw badMedia('it does not give its sample sizes');
  const before = [SAMPLE_DESCRIPTION, DEFAULT_DURATION].filter((flag) => (tfhd.flags & flag) !== 0);
  return uint32(tfhd.body, 4 + 4 * before.length);
}

/** Whatever two runs share could carry dropped bytes into the result, or make it larger than what it came from. */
function requireApart(kept: readonly Span[], dropped: readonly Span[]): void {
  const all = [...kept, ...dropped].filter(([from, to]) => to > from).sort((a, b) => a[0] - b[0]);
  let end = 0;
  for (const [from, to] of all) {
    if (from < end) throw badMedia('two runs share their data');
    end = to;
  }
}

function write(
  others: readonly Box[],
  kept: readonly KeptTraf[],
  body: Uint8Array,
): { moof: Uint8Array; mdat: Uint8Array; runs: readonly TrackRun[] } {
  const samples = kept.flatMap(({ runs }) => runs.map(({ span: [from, to] }) => body.subarray(from, to)));
  const mdat = makeBox('mdat', ...samples);
  const moofWith = (moofBytes: number): Uint8Array => {
    let offset = moofBytes + 8;
    const trafs = kept.map((traf) =>
      makeBox(
        'traf',
        renumbered(traf.tfhd, traf.id),
        ...traf.parts.map((part) => {
          if ('bytes' in part) return part.bytes;
          const moved = movedRun(part, offset);
          offset += part.span[1] - part.span[0];
          return moved;
        }),
      ),
    );
    return makeBox('moof', ...others.map(({ bytes }) => bytes), ...trafs);
  };
  // Offsets count from the beginning of the moof box, whose length does not depend on them.
  const moof = moofWith(moofWith(0).length);
  return { moof, mdat, runs: readRuns(moof) };
}

function renumbered(tfhd: Box, id: number): Uint8Array {
  const copy = new Uint8Array(tfhd.bytes);
  dataView(copy).setUint32(tfhd.headerSize + 4, id);
  return copy;
}

/** The same run with its data at `offset`. */
function movedRun({ trun }: Run, offset: number): Uint8Array {
  const head = new Uint8Array(12);
  const view = dataView(head);
  view.setUint32(0, trun.version * 2 ** 24 + (trun.flags | DATA_OFFSET));
  view.setUint32(4, uint32(trun.body, 0));
  view.setUint32(8, offset);
  return makeBox('trun', head, trun.body.subarray((trun.flags & DATA_OFFSET) === 0 ? 4 : 8));
}

function onlyBox(bytes: Uint8Array, type: string): Box {
  const [box, ...more] = readBoxes(bytes);
  if (box?.type !== type || more.length > 0) throw badMedia(`not one ${type} box`);
  return box;
}
