import {
  archiveKeyName,
  archiveOf,
  EXPORT_FILES,
  formatStatement,
  noteVerifier,
  openNote,
  readCertificate,
  type Certificate,
  type Finding,
  type FindingCode,
} from '@mingjing/protocol';
import { fault, type BagFiles } from './bag-files.ts';
import type { ReadExport } from './read-export.ts';

const MAX_BYTES = 64 * 1024;
const DAY_MS = 24 * 60 * 60 * 1000;
const STATED = [EXPORT_FILES.manifest, EXPORT_FILES.info, EXPORT_FILES.readme, EXPORT_FILES.declaration];

/** The archive signed what it gave out: no file of the bag can be changed and the manifests written anew. */
export function checkStatement(
  bag: BagFiles,
  hashes: ReadonlyMap<string, string>,
  read: ReadExport,
): Finding[] {
  const file = EXPORT_FILES.statement;
  const { map, evidence, archiveChain } = read;
  if (!bag.has(file)) return [fault('statement-missing', file)];
  if (map === undefined || evidence === undefined) return []; // too little to hold it against; told already
  try {
    const archive = archiveOf(archiveChain, evidence.roots);
    const { id, agency } = archive.name;
    if (readCertificate(evidence.cameraChain[0] ?? '').name.agency !== agency)
      throw new Error('the archive is of another agency than the camera');
    const { text } = openNote(bag.bytes(file, MAX_BYTES), [
      noteVerifier(archiveKeyName(id), archive.publicKey),
    ]);
    const files = new Map(STATED.map((stated) => [stated, hashes.get(stated) ?? '']));
    const { device, epoch, recording } = map;
    if (text !== formatStatement({ archive: id, device, epoch, recording, files }))
      throw new Error('the files are not those the archive stated');
    const made = /^Bagging-Date: (\d{4}-\d{2}-\d{2})$/m.exec(bag.text(EXPORT_FILES.info, MAX_BYTES))?.[1];
    return validOn(archive, made ?? '')
      ? []
      : [finding('outside-certificate-validity', 'remark', `archive ${id}, export of ${made ?? 'no date'}`)];
  } catch (error) {
    return [finding('statement-refused', 'fault', error instanceof Error ? error.message : String(error))];
  }
}

/** A date names no moment of its day (RFC 8493 §2.2.2): the certificate held at one of them. False for what is no date. */
export function validOn(
  { notBefore, notAfter }: Pick<Certificate, 'notBefore' | 'notAfter'>,
  date: string,
): boolean {
  const begin = Date.parse(`${date}T00:00:00Z`);
  return notBefore.getTime() < begin + DAY_MS && notAfter.getTime() >= begin;
}

function finding(code: FindingCode, severity: Finding['severity'], detail: string): Finding {
  return { axis: 'signer', code, severity, place: { file: EXPORT_FILES.statement }, detail };
}
