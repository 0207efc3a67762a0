import type { CapturedFragment } from '../core/fragment.ts';
import type { CaptureHead } from './capture.ts';

/** Sees what the capture gives, as it comes. MUST NOT block, throw or keep more than a few fragments. */
export interface Viewfinder {
  ready(head: CaptureHead): void;
  fragment(fragment: CapturedFragment): void;
  ended(): void;
}
