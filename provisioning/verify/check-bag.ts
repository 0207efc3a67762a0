import {
  BAG_DECLARATION,
  EXPORT_FILES,
  formatEvidenceList,
  parseManifest,
  type Finding,
  type Manifest,
} from '@mingjing/protocol';
import { attempt, fault, type BagFiles } from './bag-files.ts';

const MAX_MANIFEST_BYTES = 64 * 1024 * 1024;
const MAX_LIST_BYTES = 256 * 1024 * 1024;

/** The only files outside `data/`: whatever else lies there could be taken for evidence. */
const TAG_FILES: ReadonlySet<string> = new Set([
  EXPORT_FILES.declaration,
  EXPORT_FILES.info,
  EXPORT_FILES.manifest,
  EXPORT_FILES.statement,
  EXPORT_FILES.readme,
]);

export interface CheckedBag {
  readonly findings: Finding[];
  /** SHA-256 of every listed file that is there. */
  readonly hashes: ReadonlyMap<string, string>;
}

/** RFC 8493: every file is listed, every listed file is there, and is what its manifest says. */
export function checkBag(bag: BagFiles, onFile: (path: string) => void): CheckedBag {
  const findings = bag.foreign.map((path) => fault('file-not-listed', path, 'not a regular file of a bag'));
  const hashes = new Map<string, string>();
  const listed = new Set<string>([EXPORT_FILES.tagManifest]);
  for (const name of [EXPORT_FILES.tagManifest, EXPORT_FILES.manifest]) {
    for (const [path, expected] of readManifest(bag, name, findings)) {
      listed.add(path);
      const belongs = name === EXPORT_FILES.manifest ? path.startsWith('data/') : TAG_FILES.has(path);
      if (!belongs) findings.push(fault('file-not-listed', path, `${name} must not list it`));
      if (!bag.has(path)) {
        findings.push(fault('file-missing', path));
        continue;
      }
      const actual = bag.sha256(path);
      hashes.set(path, actual);
      if (actual !== expected) findings.push(fault('file-altered', path));
      onFile(path);
    }
  }
  for (const path of bag.sizes.keys()) if (!listed.has(path)) findings.push(fault('file-not-listed', path));
  checkDeclaration(bag, findings);
  checkList(bag, hashes, findings);
  return { findings, hashes };
}

function readManifest(bag: BagFiles, name: string, findings: Finding[]): Manifest {
  if (!bag.has(name)) {
    findings.push(fault('file-missing', name));
    return new Map();
  }
  return (
    attempt(name, findings, () => parseManifest(bag.bytes(name, MAX_MANIFEST_BYTES))) ??
    new Map<string, string>()
  );
}

function checkDeclaration(bag: BagFiles, findings: Finding[]): void {
  const file = EXPORT_FILES.declaration;
  const text = bag.has(file)
    ? attempt(file, findings, () => bag.text(file, BAG_DECLARATION.length))
    : undefined;
  if (text !== undefined && text !== BAG_DECLARATION)
    findings.push(fault('file-malformed', file, 'not a BagIt 1.0 bag'));
}

/** The list of electronic evidence is made of the other files, so it is made anew and compared. */
function checkList(bag: BagFiles, hashes: ReadonlyMap<string, string>, findings: Finding[]): void {
  const file = EXPORT_FILES.list;
  if (!bag.has(file)) return; // told as missing by the manifest
  const payload = [...hashes.keys()].filter((path) => path.startsWith('data/') && path !== file).sort();
  const expected = formatEvidenceList(
    payload.map((path) => ({ path, size: bag.sizes.get(path) ?? 0, sha256: hashes.get(path) ?? '' })),
  );
  const actual = attempt(file, findings, () => bag.bytes(file, MAX_LIST_BYTES));
  if (actual !== undefined && Buffer.compare(actual, expected) !== 0)
    findings.push(fault('file-altered', file, 'not the list of these files'));
}
