import { openChain, validAt, type Certificate } from '../crypto/certificate.ts';
import type { Signer } from '../crypto/ed25519.ts';
import { ProtocolError } from '../errors.ts';
import type { ArchiveNote } from '../wire/http.ts';
import { openCheckpoint, type Checkpoint } from './checkpoint.ts';
import { witnessVerifier, type WitnessVerifier } from './cosignature.ts';
import { archiveKeyName, custodyOrigin, witnessKeyName } from './names.ts';
import { noteSigner, noteVerifier, openNote, signNote, type NoteVerifier } from './signed-note.ts';

/** Whose word counts. `at`: RFC 3339, when the certificate must be valid. */
export interface ArchiveTrust {
  readonly agency: string;
  readonly roots: readonly string[];
  readonly at: string;
}

/** One line of an archive's own, signed: the origin says what kind of word it is, so that none passes for another. */
export function signArchiveLine(archive: string, origin: string, line: string, signer: Signer): string {
  return signNote(`${origin}\n${line}\n`, noteSigner(archiveKeyName(archive), signer));
}

/**
 * The line, if the evidence key of an archive of our agency signed it under its own `origin`.
 * `code`: 'bad-certificate', 'bad-note', 'bad-signature', 'unknown-key'.
 */
export function openArchiveLine(
  { note, evidence }: ArchiveNote,
  origin: (archive: string) => string,
  trust: ArchiveTrust,
): { archive: string; line: string } {
  const { id, verifier } = openArchive(evidence, trust);
  const { text } = openNote(note, [verifier]);
  const [first, line, rest, ...more] = text.split('\n');
  if (first !== origin(id) || line === undefined || rest !== '' || more.length > 0)
    throw new ProtocolError('bad-note', `not one line under ${origin(id)}`);
  return { archive: id, line };
}

/** A checkpoint of an archive's custody log, whoever else has signed it. `code` as of `openArchiveLine`. */
export function openCustodyCheckpoint(
  { note, evidence }: ArchiveNote,
  trust: ArchiveTrust,
): { checkpoint: Checkpoint; verifier: NoteVerifier } {
  const { id, verifier } = openArchive(evidence, trust);
  return { checkpoint: openCheckpoint(note, custodyOrigin(id), [verifier]), verifier };
}

/** The witness whose key the agency certified. `code` 'bad-certificate'. */
export function openWitness(
  evidence: readonly string[],
  trust: ArchiveTrust,
): { dock: string; verifier: WitnessVerifier } {
  const { name, publicKey } = openEvidence('dock', evidence, trust);
  return { dock: name.id, verifier: witnessVerifier(witnessKeyName(name.id), publicKey) };
}

function openArchive(
  evidence: readonly string[],
  trust: ArchiveTrust,
): { id: string; verifier: NoteVerifier } {
  const { name, publicKey } = openEvidence('archive', evidence, trust);
  return { id: name.id, verifier: noteVerifier(archiveKeyName(name.id), publicKey) };
}

/** The certificate of an evidence key of our agency that is valid at the time. `code` 'bad-certificate'. */
export function openEvidence(
  role: 'archive' | 'dock',
  chain: readonly string[],
  { agency, roots, at }: ArchiveTrust,
): Certificate {
  const certificate = openChain(chain, roots);
  const { name } = certificate;
  if (name.use !== 'evidence' || name.role !== role || name.agency !== agency) {
    throw new ProtocolError(
      'bad-certificate',
      `a certificate of ${name.role} ${name.use} of agency ${name.agency}, not of the evidence key of our ${role}`,
    );
  }
  if (!validAt(certificate, new Date(at)))
    throw new ProtocolError('bad-certificate', `the certificate of ${role} ${name.id} is not valid at ${at}`);
  return certificate;
}
