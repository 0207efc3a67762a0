import { dataView, WAV_CHUNK_BYTES, WAV_FORMAT } from '@mingjing/protocol';

const HERTZ = 440;
const AMPLITUDE = 8_000;

/** One piece of PCM of a steady tone; `n` counts them, so that one goes on where the last ended. */
export function tonePiece(n: number): Uint8Array {
  const pcm = new Uint8Array(WAV_CHUNK_BYTES);
  const view = dataView(pcm);
  const samples = WAV_CHUNK_BYTES / 2;
  for (let i = 0; i < samples; i += 1) {
    const seconds = (n * samples + i) / WAV_FORMAT.samplesPerSecond;
    view.setInt16(2 * i, Math.round(AMPLITUDE * Math.sin(2 * Math.PI * HERTZ * seconds)), true);
  }
  return pcm;
}

/** When each begins, in milliseconds. */
export function toneStartMs(n: number): number {
  return Math.floor((n * WAV_CHUNK_BYTES * 1000) / (2 * WAV_FORMAT.samplesPerSecond));
}
