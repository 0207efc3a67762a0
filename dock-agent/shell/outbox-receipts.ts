import {
  peekCheckpoint,
  type JournalName,
  type ReceiptDelivery,
  type SeenCheckpoint,
} from '@mingjing/protocol';
import { checkReceipt } from '../core/check-receipt.ts';
import type { Trust } from '../core/check-camera.ts';
import type { OutboxStore } from '../ports/outbox-store.ts';

/**
 * Lets go of what a receipt covers, once it is known to be the archive's, and over the tree that the camera signed where
 * a page held here shows it. Gives the size it covers. `code` 'receipt-bad': nothing was let go.
 */
export async function coverBy(
  delivery: ReceiptDelivery,
  camera: JournalName,
  store: OutboxStore,
  trust: Trust,
): Promise<number> {
  const checkpoint = seenAt(delivery, camera, store);
  const size = checkReceipt(delivery, { camera, atMost: Number.MAX_SAFE_INTEGER, checkpoint }, trust);
  await store.cover(camera, size, delivery);
  return size;
}

function seenAt(
  { receipt }: ReceiptDelivery,
  camera: JournalName,
  store: OutboxStore,
): SeenCheckpoint | undefined {
  try {
    const { size } = peekCheckpoint(receipt);
    const page = store.pageBeyond(camera, size - 1);
    const seen = page === undefined ? undefined : peekCheckpoint(page.checkpoint);
    return seen?.size === size ? seen : undefined;
  } catch {
    return undefined; // what cannot be read here, checkReceipt refuses
  }
}
