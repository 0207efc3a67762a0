import type { Signer } from '../crypto/ed25519.ts';
import { ProtocolError } from '../errors.ts';
import { openEvidence, type ArchiveTrust } from './archive-note.ts';
import { dockKeyName } from './names.ts';
import { noteSigner, noteVerifier, openNote, signNote } from './signed-note.ts';

/** One line of a dock's own, signed: the origin says what kind of word it is, so that none passes for another. */
export function signDockLine(dock: string, origin: string, line: string, signer: Signer): string {
  return signNote(`${origin}\n${line}\n`, noteSigner(dockKeyName(dock), signer));
}

/**
 * The line, if the evidence key of a dock of our agency signed it under its own `origin`.
 * `code`: 'bad-certificate', 'bad-note', 'bad-signature', 'unknown-key'.
 */
export function openDockLine(
  { note, evidence }: { readonly note: string; readonly evidence: readonly string[] },
  origin: (dock: string) => string,
  trust: ArchiveTrust,
): { dock: string; line: string } {
  const { name, publicKey } = openEvidence('dock', evidence, trust);
  const { id } = name;
  const { text } = openNote(note, [noteVerifier(dockKeyName(id), publicKey)]);
  const [first, line, rest, ...more] = text.split('\n');
  if (first !== origin(id) || line === undefined || rest !== '' || more.length > 0)
    throw new ProtocolError('bad-note', `not one line under ${origin(id)}`);
  return { dock: id, line };
}
