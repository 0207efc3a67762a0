import type { MovieFragment } from '../core/fragment.ts';

/**
 * Makes a JPEG of the first picture of a fragment, at the size it was taken. `comment` rides in the file (JPEG COM).
 * In memory only: nothing readable MUST touch a disk. Rejects with 'bad-capture-source' when it cannot be made within
 * five seconds.
 */
export interface PhotoMaker {
  develop(init: Uint8Array, fragment: MovieFragment, comment: string): Promise<Uint8Array>;
}
