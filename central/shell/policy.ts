import { readFile } from 'node:fs/promises';
import { ProtocolError, readCameraPolicy, signPolicy, type ArchiveNote } from '@mingjing/protocol';
import { RuntimeError, type EvidenceIdentity } from '@mingjing/runtime';

const MAX_POLICY_BYTES = 32 * 1024;

/**
 * The agency's policy for its cameras, as a file that is put in place whole. It is read when a camera asks, so that a
 * new version needs no restart; what is no policy is handed to nobody.
 */
export class PolicyFile {
  readonly #path: string;
  readonly #evidence: EvidenceIdentity;

  constructor(path: string, evidence: EvidenceIdentity) {
    this.#path = path;
    this.#evidence = evidence;
  }

  /** `code` 'bad-config': the file is missing, too large, no policy, or has version 0, the one no camera ever takes. */
  async signed(): Promise<ArchiveNote> {
    const { certificate, signer, chain } = this.#evidence;
    const policy = await this.#read();
    return { note: signPolicy(certificate.name.id, policy, signer), evidence: [...chain] };
  }

  async #read(): Promise<unknown> {
    try {
      const text = await readFile(this.#path, 'utf8');
      if (text.length > MAX_POLICY_BYTES)
        throw new ProtocolError('bad-policy', `a policy has at most ${MAX_POLICY_BYTES} bytes`);
      const policy: unknown = JSON.parse(text);
      if (readCameraPolicy(policy).version === 0)
        throw new ProtocolError('bad-policy', 'a policy that is handed out has a version from 1');
      return policy;
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : 'unreadable';
      throw new RuntimeError('bad-config', `the policy in ${this.#path} cannot be handed out: ${why}`, {
        cause,
      });
    }
  }
}
