import { openChain, validAt, type Certificate } from '../crypto/certificate.ts';
import { ProtocolError } from '../errors.ts';
import { openNote, signNote, type NoteSigner, type NoteVerifier } from './signed-note.ts';

/** Whose word counts. `at`: RFC 3339, when the certificate must be valid. */
export interface EvidenceTrust {
  readonly agency: string;
  readonly roots: readonly string[];
  readonly at: string;
}

/** One line, signed: the origin says what kind of word it is, so that none passes for another. */
export function signLine(origin: string, line: string, signer: NoteSigner): string {
  return signNote(`${origin}\n${line}\n`, signer);
}

/** The one line under `origin`. `code`: 'bad-note', 'bad-signature', 'unknown-key'. */
export function lineUnder(origin: string, note: string, verifier: NoteVerifier): string {
  const { text } = openNote(note, [verifier]);
  const [first, line, rest, ...more] = text.split('\n');
  if (first !== origin || line === undefined || rest !== '' || more.length > 0)
    throw new ProtocolError('bad-note', `not one line under ${origin}`);
  return line;
}

/** The certificate of the evidence key of a machine of our agency. `code` 'bad-certificate'. */
export function openEvidence(
  role: 'archive' | 'dock',
  chain: readonly string[],
  { agency, roots, at }: EvidenceTrust,
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
