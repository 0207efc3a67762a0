import { concat } from '@mingjing/protocol';
import { mimeTypeOf } from '../../core/codec-names.ts';
import type { CapturedFragment } from '../../core/fragment.ts';
import type { CaptureHead } from '../../ports/capture.ts';
import type { Viewfinder } from '../../ports/viewfinder.ts';

/** Through what somebody looks. */
export interface PictureSink {
  /** Once, before the first bytes. */
  begin(mimeType: string): void;
  /** False: it takes no more until it says so by `drained`. */
  write(bytes: Uint8Array): boolean;
  /** This picture is over; whoever wants the next asks again. */
  end(): void;
}

export interface Looker {
  /** The sink takes bytes again. */
  drained(): void;
  leave(): void;
}

interface Head {
  readonly mimeType: string;
  readonly init: Uint8Array;
}

/**
 * Everybody who looks through the camera. Kept: the head, the newest fragment, and what each sink has not yet handed
 * on. Who comes late gets the head and the newest fragment; who is slow misses what lies between.
 */
export class LivePicture implements Viewfinder {
  readonly #lookers = new Map<PictureSink, SinkFeeder>();
  readonly #limit: number;
  #head: Head | undefined;
  #newest: Uint8Array | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get lookers(): number {
    return this.#lookers.size;
  }

  /** Begins at once, or when there is a picture. When there are too many, whoever has looked longest must go. */
  look(sink: PictureSink): Looker {
    const feeder = new SinkFeeder(sink);
    this.#lookers.set(sink, feeder);
    const [first] = this.#lookers.keys();
    if (this.#lookers.size > this.#limit && first !== undefined) this.#dismiss(first);
    if (this.#head !== undefined && this.#newest !== undefined) feeder.give(this.#head, this.#newest);
    return {
      drained: () => feeder.drained(),
      leave: () => void this.#lookers.delete(sink),
    };
  }

  ready(head: CaptureHead): void {
    this.ended();
    const mimeType = head.format === 'mp4' ? pictureTypeOf(head.init) : undefined;
    if (head.format === 'mp4' && mimeType !== undefined) this.#head = { mimeType, init: head.init };
  }

  fragment(fragment: CapturedFragment): void {
    if (this.#head === undefined || fragment.format !== 'mp4') return;
    this.#newest = concat([fragment.moof, fragment.mdat]);
    for (const feeder of this.#lookers.values()) feeder.give(this.#head, this.#newest);
  }

  ended(): void {
    this.#head = undefined;
    this.#newest = undefined;
    for (const [sink, { began }] of [...this.#lookers]) if (began) this.#dismiss(sink);
  }

  close(): void {
    for (const sink of [...this.#lookers.keys()]) this.#dismiss(sink);
  }

  #dismiss(sink: PictureSink): void {
    this.#lookers.delete(sink);
    sink.end();
  }
}

class SinkFeeder {
  readonly #sink: PictureSink;
  #began = false;
  #full = false;
  /** The newest it could not be given. */
  #missed: Uint8Array | undefined;

  constructor(sink: PictureSink) {
    this.#sink = sink;
  }

  get began(): boolean {
    return this.#began;
  }

  give({ mimeType, init }: Head, fragment: Uint8Array): void {
    if (this.#full) {
      this.#missed = fragment;
      return;
    }
    const first = !this.#began;
    this.#began = true;
    if (first) this.#sink.begin(mimeType);
    this.#full = !this.#sink.write(first ? concat([init, fragment]) : fragment);
  }

  drained(): void {
    const missed = this.#missed;
    this.#missed = undefined;
    this.#full = missed !== undefined && !this.#sink.write(missed);
  }
}

/** A head that cannot be read is a picture that cannot be shown: no reason to stop whoever records. */
function pictureTypeOf(init: Uint8Array): string | undefined {
  try {
    const mimeType = mimeTypeOf(init);
    return mimeType?.startsWith('video/') === true ? mimeType : undefined;
  } catch {
    return undefined;
  }
}
