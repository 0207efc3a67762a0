import type { Signer } from '../crypto/ed25519.ts';
import { lineUnder, openEvidence, signLine, type EvidenceTrust } from './evidence-line.ts';
import { dockKeyName } from './names.ts';
import { noteSigner, noteVerifier } from './signed-note.ts';

/** One line of a dock's own, signed. */
export function signDockLine(dock: string, origin: string, line: string, signer: Signer): string {
  return signLine(origin, line, noteSigner(dockKeyName(dock), signer));
}

/**
 * The line, if the evidence key of a dock of our agency signed it under its own `origin`.
 * `code`: 'bad-certificate', 'bad-note', 'bad-signature', 'unknown-key'.
 */
export function openDockLine(
  { note, evidence }: { readonly note: string; readonly evidence: readonly string[] },
  origin: (dock: string) => string,
  trust: EvidenceTrust,
): { dock: string; line: string } {
  const { name, publicKey } = openEvidence('dock', evidence, trust);
  const verifier = noteVerifier(dockKeyName(name.id), publicKey);
  return { dock: name.id, line: lineUnder(origin(name.id), note, verifier) };
}
