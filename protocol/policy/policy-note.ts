import { sha256 } from '../crypto/sha256.ts';
import type { Signer } from '../crypto/ed25519.ts';
import { toHex, toUtf8 } from '../encoding/bytes.ts';
import { ProtocolError } from '../errors.ts';
import { openArchiveLine, signArchiveLine } from '../note/archive-note.ts';
import type { EvidenceTrust } from '../note/evidence-line.ts';
import { policyOrigin } from '../note/names.ts';
import type { ArchiveNote } from '../wire/http.ts';
import { readCameraPolicy, type CameraPolicy } from './camera-policy.ts';

/** A policy as an archive handed it out. The camera's journal names it by its hash. */
export interface SignedPolicy {
  readonly archive: string;
  readonly policy: CameraPolicy;
  /** The exact bytes that were signed: UTF-8 of the JSON, without the newline. */
  readonly bytes: Uint8Array;
  /** SHA-256 of `bytes`, hexadecimal. */
  readonly hash: string;
}

/** A signed note: the origin, then the policy on one line of JSON. `code` 'bad-policy' if it is none. */
export function signPolicy(archive: string, policy: unknown, signer: Signer): string {
  readCameraPolicy(policy);
  return signArchiveLine(archive, policyOrigin(archive), JSON.stringify(policy), signer);
}

/** A policy that an archive of our agency signed. `code` 'bad-policy'. */
export function openPolicy(delivery: ArchiveNote, trust: EvidenceTrust): SignedPolicy {
  try {
    const { archive, line } = openArchiveLine(delivery, policyOrigin, trust);
    const bytes = toUtf8(line);
    return { archive, policy: readCameraPolicy(JSON.parse(line)), bytes, hash: toHex(sha256(bytes)) };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'unreadable';
    throw new ProtocolError('bad-policy', `not a policy of an archive of ours: ${why}`, { cause });
  }
}
