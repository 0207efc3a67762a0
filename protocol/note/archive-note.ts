import type { Signer } from '../crypto/ed25519.ts';
import type { ArchiveNote } from '../wire/http.ts';
import { openCheckpoint, type Checkpoint } from './checkpoint.ts';
import { witnessVerifier, type WitnessVerifier } from './cosignature.ts';
import { lineUnder, openEvidence, signLine, type EvidenceTrust } from './evidence-line.ts';
import { archiveKeyName, custodyOrigin, dockKeyName } from './names.ts';
import { noteSigner, noteVerifier, type NoteVerifier } from './signed-note.ts';

/** One line of an archive's own, signed: the origin says what kind of word it is, so that none passes for another. */
export function signArchiveLine(archive: string, origin: string, line: string, signer: Signer): string {
  return signLine(origin, line, noteSigner(archiveKeyName(archive), signer));
}

/**
 * The line, if the evidence key of an archive of our agency signed it under its own `origin`.
 * `code`: 'bad-certificate', 'bad-note', 'bad-signature', 'unknown-key'.
 */
export function openArchiveLine(
  { note, evidence }: ArchiveNote,
  origin: (archive: string) => string,
  trust: EvidenceTrust,
): { archive: string; line: string } {
  const { id, verifier } = openArchive(evidence, trust);
  return { archive: id, line: lineUnder(origin(id), note, verifier) };
}

/** A checkpoint of an archive's custody log, whoever else has signed it. `code` as of `openArchiveLine`. */
export function openCustodyCheckpoint(
  { note, evidence }: ArchiveNote,
  trust: EvidenceTrust,
): { checkpoint: Checkpoint; verifier: NoteVerifier } {
  const { id, verifier } = openArchive(evidence, trust);
  return { checkpoint: openCheckpoint(note, custodyOrigin(id), [verifier]), verifier };
}

/** The witness whose key the agency certified. `code` 'bad-certificate'. */
export function openWitness(
  evidence: readonly string[],
  trust: EvidenceTrust,
): { dock: string; verifier: WitnessVerifier } {
  const { name, publicKey } = openEvidence('dock', evidence, trust);
  return { dock: name.id, verifier: witnessVerifier(dockKeyName(name.id), publicKey) };
}

function openArchive(
  evidence: readonly string[],
  trust: EvidenceTrust,
): { id: string; verifier: NoteVerifier } {
  const { name, publicKey } = openEvidence('archive', evidence, trust);
  return { id: name.id, verifier: noteVerifier(archiveKeyName(name.id), publicKey) };
}
