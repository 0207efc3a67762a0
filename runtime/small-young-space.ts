import { setFlagsFromString } from 'node:v8';

/**
 * For processes that move footage; call it first. Every 16 KiB of a TLS line is a buffer outside V8's heap, with a few
 * bytes inside. While the young space is large, such buffers reach V8's limit for memory outside long before the space
 * is full, and each time the whole heap is marked: 80 times for a gigabyte, as measured, for half of the processor's
 * time. Small, it is emptied every few megabytes for next to nothing. Node tells the flag to V8; one that V8 does not
 * know any more changes nothing.
 */
export function keepYoungSpaceSmall(): void {
  setFlagsFromString('--scavenger-max-new-space-capacity-mb=1');
}
