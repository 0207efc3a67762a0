import {
  archiveKeyName,
  equalBytes,
  noteVerifier,
  openChain,
  openCheckpoint,
  receiptOrigin,
  type Certificate,
  type JournalName,
  type ReceiptDelivery,
  type SeenCheckpoint,
} from '@mingjing/protocol';
import type { Trust } from './check-camera.ts';
import { BayFailure } from './failures.ts';

/**
 * A receipt before it is handed on: signed by the evidence key of an archive of our agency, for this journal, over no
 * more than the camera has; and over the very tree the camera signed, where this dock has seen that size. The camera
 * checks it again by itself. Gives the size it covers. `code` 'receipt-bad'.
 */
export function checkReceipt(
  delivery: ReceiptDelivery,
  about: { camera: JournalName; atMost: number; checkpoint: SeenCheckpoint | undefined },
  trust: Trust,
): number {
  const { camera, atMost, checkpoint } = about;
  const { name, publicKey } = openEvidence(delivery.evidence, trust);
  if (name.agency !== trust.agency || name.use !== 'evidence' || name.role !== 'archive')
    throw bad(camera, `signed with the key of ${name.role} ${name.use} ${name.id}`);
  const { size, root } = openNote(delivery.receipt, camera, name.id, publicKey);
  if (size > atMost) throw bad(camera, `it covers ${size} entries, the camera has ${atMost}`);
  if (checkpoint?.size === size && !equalBytes(checkpoint.root, root))
    throw bad(camera, `it is over another tree of ${size} entries than the camera signed`);
  return size;
}

function openEvidence(chain: readonly string[], trust: Trust): Certificate {
  try {
    return openChain(chain, trust.roots);
  } catch (cause) {
    throw new BayFailure('receipt-bad', 'the chain of a receipt does not lead to our root', { cause });
  }
}

function openNote(
  note: string,
  camera: JournalName,
  archive: string,
  publicKey: Uint8Array,
): { size: number; root: Uint8Array } {
  try {
    const keys = [noteVerifier(archiveKeyName(archive), publicKey)];
    return openCheckpoint(note, receiptOrigin(archive, camera), keys);
  } catch (cause) {
    throw bad(camera, `not a receipt of archive ${archive} for its journal`, cause);
  }
}

function bad({ device, epoch }: JournalName, why: string, cause?: unknown): BayFailure {
  return new BayFailure('receipt-bad', `receipt for camera ${device}, epoch ${epoch}: ${why}`, { cause });
}
