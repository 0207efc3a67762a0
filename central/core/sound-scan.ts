import {
  ProtocolError,
  readWavHead,
  WAV_HEAD_BYTES,
  type Position,
  type WavFormat,
} from '@mingjing/protocol';

/** Where in the plaintext of a segment of sound its samples are: whole ones only. */
export interface SoundExtent {
  readonly from: number;
  readonly to: number;
  readonly format: WavFormat;
}

export interface SoundFound {
  readonly extent: SoundExtent;
  readonly seconds: number;
  readonly position?: Position;
}

/** Reads a segment of sound through, piece by piece; keeps its head and counts the rest. */
export class SoundScan {
  readonly #head = new Uint8Array(WAV_HEAD_BYTES);
  #length = 0;

  push(bytes: Uint8Array): void {
    if (this.#length < WAV_HEAD_BYTES)
      this.#head.set(bytes.subarray(0, WAV_HEAD_BYTES - this.#length), this.#length);
    this.#length += bytes.length;
  }

  /** Undefined if there is nothing to be heard. */
  end(): SoundFound | undefined {
    const head = readHead(this.#head.subarray(0, Math.min(this.#length, WAV_HEAD_BYTES)));
    if (head === undefined) return undefined;
    const { format, dataOffset: from, stamp } = head;
    const frame = (format.channels * format.bitsPerSample) / 8;
    const to = this.#length - ((this.#length - from) % frame);
    if (to <= from) return undefined;
    const seconds = (to - from) / frame / format.samplesPerSecond;
    const { position } = stamp;
    return { extent: { from, to, format }, seconds, ...(position === undefined ? {} : { position }) };
  }
}

function readHead(bytes: Uint8Array): ReturnType<typeof readWavHead> | undefined {
  try {
    return readWavHead(bytes);
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}
