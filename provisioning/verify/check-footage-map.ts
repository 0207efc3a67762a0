import {
  equalBytes,
  footageFile,
  isJoined,
  joinedWavHead,
  joinedWavTail,
  ProtocolError,
  uncoveredFrom,
  type Finding,
  type FootageMap,
  type FootagePart,
  type RecordingMode,
} from '@mingjing/protocol';
import { fault, type BagFiles } from './bag-files.ts';

/** A year of segments has a few megabytes of stamps. */
const MAX_TAIL_BYTES = 64 * 1024 * 1024;

/**
 * Whether the footage files are made of the recording's segments and of nothing else: every part is the file of its
 * number and kind and holds a segment; over all parts the segments stand once each, in order, each named by an entry; and
 * every byte belongs to one of them, or follows from them. That the bytes are the right ones is judged by their hashes.
 */
export function checkFootageMap(
  bag: BagFiles,
  map: FootageMap,
  named: ReadonlySet<number>,
  mode: RecordingMode,
): Finding[] {
  const findings: Finding[] = [];
  let previous = -1;
  for (const [n, part] of map.parts.entries()) {
    const size = bag.sizes.get(part.file);
    const file = footageFile(n, mode);
    if (part.file !== file)
      findings.push(fault('file-malformed', part.file, `part ${n + 1} must be ${file}`));
    if (size === undefined) {
      findings.push(fault('file-missing', part.file));
      continue;
    }
    findings.push(...checkCover(bag, part, size));
    for (const { segment, bytes } of part.segments) {
      if (!named.has(segment)) findings.push(uncovered(part, bytes, `segment ${segment} is in no entry`));
      if (segment <= previous)
        findings.push({
          ...fault('segment-out-of-order', part.file),
          axis: 'sequence',
          place: { file: part.file, segment, bytes },
        });
      previous = segment;
    }
  }
  return findings;
}

function checkCover(bag: BagFiles, part: FootagePart, size: number): Finding[] {
  const findings: Finding[] = [];
  if (part.segments.length === 0) findings.push(uncovered(part, [0, size], 'no segment'));
  const from = uncoveredFrom(part, size);
  if (from !== undefined) findings.push(uncovered(part, [from, size]));
  else if (isJoined(part)) findings.push(...checkJoin(bag, part, size));
  return findings;
}

/** What stands around the samples of a joined WAV follows from them and the stamps: it is made anew and compared. */
function checkJoin(bag: BagFiles, part: FootagePart, size: number): Finding[] {
  const head = part.init[1];
  const end = part.segments.at(-1)?.bytes[1] ?? head;
  const altered = (bytes: readonly [number, number]): Finding[] => [
    {
      ...fault('content-altered', part.file, 'it does not follow from the segments'),
      place: { file: part.file, bytes },
    },
  ];
  if (size - end > MAX_TAIL_BYTES) return altered([end, size]);
  const stamps = part.segments.map(({ stamp: [from, to] = [0, 0] }) => readRange(bag, part.file, from, to));
  const tail = joinedWavTail(stamps);
  if (!equalBytes(readRange(bag, part.file, end, size), tail)) return altered([end, size]);
  try {
    const made = joinedWavHead(end - head, tail.length);
    return equalBytes(readRange(bag, part.file, 0, head), made) ? [] : altered([0, head]);
  } catch (error) {
    if (error instanceof ProtocolError) return altered([0, head]);
    throw error;
  }
}

function readRange(bag: BagFiles, file: string, from: number, to: number): Uint8Array {
  return Buffer.concat([...bag.range(file, from, to)].map((piece) => piece.slice()));
}

function uncovered(part: FootagePart, bytes: readonly [number, number], detail?: string): Finding {
  return { ...fault('bytes-not-covered', part.file, detail), place: { file: part.file, bytes } };
}
