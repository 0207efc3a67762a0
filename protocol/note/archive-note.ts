import { openChain, validAt, type Certificate } from '../crypto/certificate.ts';
import type { Signer } from '../crypto/ed25519.ts';
import { ProtocolError } from '../errors.ts';
import type { ArchiveNote } from '../wire/http.ts';
import { archiveKeyName } from './names.ts';
import { noteSigner, noteVerifier, openNote, signNote } from './signed-note.ts';

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
  { agency, roots, at }: ArchiveTrust,
): { archive: string; line: string } {
  const certificate = openChain(evidence, roots);
  requireArchive(certificate, agency, at);
  const { id } = certificate.name;
  const { text } = openNote(note, [noteVerifier(archiveKeyName(id), certificate.publicKey)]);
  const [first, line, rest, ...more] = text.split('\n');
  if (first !== origin(id) || line === undefined || rest !== '' || more.length > 0)
    throw new ProtocolError('bad-note', `not one line under ${origin(id)}`);
  return { archive: id, line };
}

function requireArchive(certificate: Certificate, agency: string, at: string): void {
  const { name } = certificate;
  if (name.use !== 'evidence' || name.role !== 'archive' || name.agency !== agency) {
    throw new ProtocolError(
      'bad-certificate',
      `a certificate of ${name.role} ${name.use} of agency ${name.agency}, not of an archive's evidence key`,
    );
  }
  if (!validAt(certificate, new Date(at)))
    throw new ProtocolError('bad-certificate', `the certificate of archive ${name.id} is not valid at ${at}`);
}
