import { footageFile, uncoveredFrom, type Finding, type FootageMap } from '@mingjing/protocol';
import { fault, type BagFiles } from './bag-files.ts';

/**
 * Whether the footage files are made of the recording's segments and of nothing else: every part is the file of its
 * number and holds a segment; over all parts the segments stand once each, in order, each named by an entry; and every
 * byte belongs to one of them. That the bytes are the right ones is judged by their hashes.
 */
export function checkFootageMap(bag: BagFiles, map: FootageMap, named: ReadonlySet<number>): Finding[] {
  const findings: Finding[] = [];
  let previous = -1;
  for (const [n, part] of map.parts.entries()) {
    const size = bag.sizes.get(part.file);
    if (part.file !== footageFile(n))
      findings.push(fault('file-malformed', part.file, `part ${n + 1} must be ${footageFile(n)}`));
    if (size === undefined) {
      findings.push(fault('file-missing', part.file));
      continue;
    }
    const place = (from: number, to: number): Pick<Finding, 'place'> => ({
      place: { file: part.file, bytes: [from, to] },
    });
    if (part.segments.length === 0)
      findings.push({ ...fault('bytes-not-covered', part.file, 'no segment'), ...place(0, size) });
    const from = uncoveredFrom(part, size);
    if (from !== undefined) findings.push({ ...fault('bytes-not-covered', part.file), ...place(from, size) });
    for (const { segment, bytes } of part.segments) {
      if (!named.has(segment))
        findings.push({
          ...fault('bytes-not-covered', part.file, `segment ${segment} is in no entry`),
          ...place(...bytes),
        });
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
