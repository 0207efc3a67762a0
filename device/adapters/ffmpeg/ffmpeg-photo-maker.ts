import { DeviceError } from '../../core/errors.ts';
import type { MovieFragment } from '../../core/fragment.ts';
import { withComment } from '../../core/jpeg-comment.ts';
import { PHOTO_ARGUMENTS } from '../../core/photo-arguments.ts';
import type { PhotoMaker } from '../../ports/photo-maker.ts';
import { feed } from './media-child.ts';

const LIMITS = { timeoutMs: 5_000, maxBytes: 32 * 1024 * 1024 };

/** Has ffmpeg decode the key frame a fragment begins with. Through pipes: no file is made. */
export class FfmpegPhotoMaker implements PhotoMaker {
  readonly #program: string;
  readonly #limits: typeof LIMITS;

  constructor(program = 'ffmpeg', limits: Partial<typeof LIMITS> = {}) {
    this.#program = program;
    this.#limits = { ...LIMITS, ...limits };
  }

  async develop(init: Uint8Array, { moof, mdat }: MovieFragment, comment: string): Promise<Uint8Array> {
    try {
      const command = { program: this.#program, args: PHOTO_ARGUMENTS };
      return withComment(await feed(command, [init, moof, mdat], this.#limits), comment);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : 'unknown';
      throw new DeviceError('bad-capture-source', `no photo could be made of a fragment: ${why}`, { cause });
    }
  }
}
