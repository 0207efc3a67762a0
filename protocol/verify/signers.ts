import { openChain, readCertificate, type Certificate, type CertificateName } from '../crypto/certificate.ts';
import { openCheckpoint, peekCheckpoint, type Checkpoint } from '../note/checkpoint.ts';
import { archiveKeyName, cameraOrigin, receiptOrigin, type JournalName } from '../note/names.ts';
import { noteVerifier } from '../note/signed-note.ts';
import type { Evidence } from './evidence.ts';
import type { Finding, FindingCode } from './verdict.ts';

/** What may be believed about who signed, and what was wrong with it. */
export interface Signers {
  readonly findings: readonly Finding[];
  readonly camera: Certificate | undefined;
  /** The camera's tree head. If its signature does not hold it still serves to find the place of a fault. */
  readonly checkpoint: Checkpoint | undefined;
  /** The archive's receipt, only if it holds, and who signed it. */
  readonly receipt: Checkpoint | undefined;
  readonly archive: Certificate | undefined;
}

export function checkSigners(evidence: Evidence): Signers {
  const findings: Finding[] = [];
  const fault = (code: FindingCode, file: string, error: unknown): undefined => {
    const detail = error instanceof Error ? error.message : String(error);
    findings.push({ axis: 'signer', code, severity: 'fault', place: { file }, detail });
    return undefined;
  };
  const camera = attempt(
    () => trustedCamera(evidence),
    (error) => {
      fault(codeOf(error), 'camera certificate', error);
      return attempt(
        () => readCertificate(evidence.cameraChain[0] ?? ''),
        () => undefined,
      );
    },
  );
  const checkpoint = attempt(
    () => signedCheckpoint(evidence, camera),
    (error) => {
      fault('checkpoint-unsigned', 'checkpoint', error);
      return attempt(
        () => peekCheckpoint(evidence.checkpoint),
        () => undefined,
      );
    },
  );
  const receipt =
    evidence.receipt === undefined
      ? undefined
      : attempt(
          () => signedReceipt(evidence.receipt ?? { note: '', chain: [] }, evidence, camera),
          (error) => fault('receipt-refused', 'receipt', error),
        );
  return { findings, camera, checkpoint, receipt: receipt?.checkpoint, archive: receipt?.archive };
}

/** Whether a certificate is of the archive's evidence key; for receipts and statements alike. */
export function archiveOf(chain: readonly string[], roots: readonly string[]): Certificate {
  const certificate = openChain(chain, roots);
  const { use, role } = certificate.name;
  if (use !== 'evidence' || role !== 'archive')
    throw new OtherName(`a certificate of ${role} ${use}, not of an archive's evidence key`);
  return certificate;
}

function trustedCamera(evidence: Evidence): Certificate {
  const certificate = openChain(evidence.cameraChain, evidence.roots);
  if (!isCamera(certificate.name, evidence.journal)) {
    throw new OtherName(
      `the certificate is of ${certificate.name.role} ${certificate.name.id}, not of this camera and epoch`,
    );
  }
  return certificate;
}

function signedCheckpoint(evidence: Evidence, camera: Certificate | undefined): Checkpoint {
  if (camera === undefined) throw new Error('there is no certificate to check it with');
  const origin = cameraOrigin(evidence.journal);
  return openCheckpoint(evidence.checkpoint, origin, [noteVerifier(origin, camera.publicKey)]);
}

function signedReceipt(
  receipt: { note: string; chain: readonly string[] },
  evidence: Evidence,
  camera: Certificate | undefined,
): { checkpoint: Checkpoint; archive: Certificate } {
  const archive = archiveOf(receipt.chain, evidence.roots);
  if (camera !== undefined && archive.name.agency !== camera.name.agency)
    throw new OtherName('the archive is of another agency');
  const key = noteVerifier(archiveKeyName(archive.name.id), archive.publicKey);
  return {
    checkpoint: openCheckpoint(receipt.note, receiptOrigin(archive.name.id, evidence.journal), [key]),
    archive,
  };
}

function isCamera(name: CertificateName, journal: JournalName): boolean {
  return (
    name.use === 'evidence' &&
    name.role === 'camera' &&
    name.id === journal.device &&
    name.epoch === journal.epoch
  );
}

class OtherName extends Error {}

function codeOf(error: unknown): FindingCode {
  return error instanceof OtherName ? 'certificate-of-another' : 'certificate-refused';
}

function attempt<T>(act: () => T, otherwise: (error: unknown) => T): T {
  try {
    return act();
  } catch (error) {
    return otherwise(error);
  }
}
