import { concludeVerdict, verifyEvidence, type Finding, type Verdict } from '@mingjing/protocol';
import { BagFiles } from './bag-files.ts';
import { checkBag } from './check-bag.ts';
import { checkStatement } from './check-statement.ts';
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
  const checked = checkBag(bag, () => onProgress({ files: (files += 1), totalFiles, bytes: 0 }));
  const read = readExport(bag, roots);
  const findings = [...checked.findings, ...read.findings, ...checkStatement(bag, checked.hashes, read)];
  if (read.evidence === undefined)
    return concludeVerdict(findings, { entries: 0, recordings: 0, segments: 0, bytes: 0 });
  const verdict = await verifyEvidence(read.evidence, {
    onProgress: (bytes) => onProgress({ files, totalFiles, bytes }),
  });
  return concludeVerdict([...findings, ...verdict.findings.map(ofAnExport)], verdict.counts);
}

/** An archive exports what is closed: an export that ends in the open was cut. */
function ofAnExport(finding: Finding): Finding {
  return finding.code === 'recording-open' ? { ...finding, severity: 'fault' } : finding;
}
