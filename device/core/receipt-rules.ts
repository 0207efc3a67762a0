import {
  archiveKeyName,
  equalBytes,
  noteVerifier,
  openChain,
  openCheckpoint,
  receiptOrigin,
  validAt,
  type Certificate,
  type Checkpoint,
  type JournalName,
  type ReceiptDelivery,
} from '@mingjing/protocol';
import { DeviceError } from './errors.ts';

export interface ReceiptContext {
  readonly agency: string;
  readonly roots: readonly string[];
  readonly journal: JournalName;
  readonly size: number;
  /** Index of the oldest entry that is still kept. */
  readonly first: number;
  /** Our own root when the journal had so many entries. */
  readonly rootAt: (size: number) => Uint8Array;
  readonly at: string;
}

export interface AcceptedReceipt {
  readonly archive: string;
  readonly size: number;
  readonly root: Uint8Array;
}

/**
 * Whether a delivery is what it must be before anything may be erased: a checkpoint of this very journal, of a
 * state it really had, signed by the evidence key of an archive of our own agency. `code` 'bad-receipt'.
 */
export function acceptReceipt(delivery: ReceiptDelivery, context: ReceiptContext): AcceptedReceipt {
  const archive = archiveOf(delivery, context);
  const { id } = archive.name;
  let checkpoint: Checkpoint;
  try {
    checkpoint = openCheckpoint(delivery.receipt, receiptOrigin(id, context.journal), [
      noteVerifier(archiveKeyName(id), archive.publicKey),
    ]);
  } catch (cause) {
    throw refused('it is not signed by that archive for this journal', cause);
  }
  const { size, root } = checkpoint;
  if (size > context.size) throw refused(`it covers ${size} entries, the journal has ${context.size}`);
  if (context.first > 0 && size <= context.first)
    throw refused(`it covers ${size} entries, long since settled`);
  if (!equalBytes(root, context.rootAt(size))) throw refused(`its root is not ours at size ${size}`);
  return { archive: id, size, root };
}

function archiveOf(delivery: ReceiptDelivery, { agency, roots, at }: ReceiptContext): Certificate {
  let certificate: Certificate;
  try {
    certificate = openChain(delivery.evidence, roots);
  } catch (cause) {
    throw refused("its certificate does not lead to the agency's root", cause);
  }
  const { name } = certificate;
  if (name.use !== 'evidence' || name.role !== 'archive' || name.agency !== agency) {
    throw refused(`its certificate is for ${name.role} ${name.use} of agency ${name.agency}`);
  }
  if (!validAt(certificate, new Date(at))) throw refused("the archive's certificate is not valid today");
  return certificate;
}

export interface HeldObject {
  readonly object: string;
  /** Index of the entry that names it. */
  readonly entry: number;
  readonly recording: string;
}

/** Of the objects that are still here, those a receipt over `size` entries lets go: none of a recording still open. */
export function freedBy<T extends HeldObject>(
  size: number,
  held: readonly T[],
  openRecordings: ReadonlySet<string>,
): T[] {
  return held.filter(({ entry, recording }) => entry < size && !openRecordings.has(recording));
}

function refused(why: string, cause?: unknown): DeviceError {
  return new DeviceError('bad-receipt', `receipt refused: ${why}`, { cause });
}
