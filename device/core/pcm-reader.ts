import { concat, WAV_BYTES_PER_SECOND, WAV_CHUNK_BYTES } from '@mingjing/protocol';

export interface PcmPiece {
  readonly pcm: Uint8Array;
  /** On the capture's own timeline. */
  readonly startMs: number;
  readonly endMs: number;
}

/** Cuts PCM that arrives in pieces of any size into pieces of one age chunk. */
export class PcmReader {
  #waiting: Uint8Array[] = [];
  #length = 0;
  #given = 0;

  push(bytes: Uint8Array): PcmPiece[] {
    this.#waiting.push(bytes);
    this.#length += bytes.length;
    if (this.#length < WAV_CHUNK_BYTES) return [];
    const all = concat(this.#waiting);
    const pieces: PcmPiece[] = [];
    let at = 0;
    for (; at + WAV_CHUNK_BYTES <= all.length; at += WAV_CHUNK_BYTES)
      pieces.push(this.#piece(all.slice(at, at + WAV_CHUNK_BYTES)));
    this.#waiting = at === all.length ? [] : [all.slice(at)];
    this.#length = all.length - at;
    return pieces;
  }

  /** What is left at the end, as whole samples. */
  flush(): PcmPiece[] {
    const rest = concat(this.#waiting);
    this.#waiting = [];
    this.#length = 0;
    const whole = rest.slice(0, rest.length - (rest.length % 2));
    return whole.length === 0 ? [] : [this.#piece(whole)];
  }

  #piece(pcm: Uint8Array): PcmPiece {
    const startMs = millisOf(this.#given);
    this.#given += pcm.length;
    return { pcm, startMs, endMs: millisOf(this.#given) };
  }
}

function millisOf(bytes: number): number {
  return Math.floor((bytes * 1000) / WAV_BYTES_PER_SECOND);
}
