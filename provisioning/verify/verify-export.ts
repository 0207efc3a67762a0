import { concludeVerdict, verifyEvidence, type Verdict } from '@mingjing/protocol';
import { BagFiles, checkBag } from './bag-files.ts';
import { readExport } from './read-export.ts';

export interface VerifyProgress {
  readonly files: number;
  readonly totalFiles: number;
  readonly bytes: number;
}

/**
 * Judges an export on disk, offline, trusting `roots` alone. Bad evidence is a verdict, not an error; what throws is
 * a directory that cannot be read.
 */
export async function verifyExport(
  directory: string,
  roots: readonly string[],
  onProgress: (progress: VerifyProgress) => void = () => undefined,
): Promise<Verdict> {
  const bag = new BagFiles(directory);
  let files = 0;
  const totalFiles = bag.sizes.size;
  const { findings, hashes } = checkBag(bag, () => onProgress({ files: (files += 1), totalFiles, bytes: 0 }));
  const presented = readExport(bag, hashes, roots);
  if (presented.evidence === undefined) {
    return concludeVerdict([...findings, ...presented.findings], {
      entries: 0,
      recordings: 0,
      segments: 0,
      bytes: 0,
    });
  }
  const verdict = await verifyEvidence(presented.evidence, {
    onProgress: (bytes) => onProgress({ files, totalFiles, bytes }),
  });
  return concludeVerdict([...findings, ...presented.findings, ...verdict.findings], verdict.counts);
}
