import type { HlsConfig } from 'hls.js';

/** The archive unseals a segment before its first byte: give it time. */
const PATIENCE_MS = 60_000;

const patient = {
  maxTimeToFirstByteMs: PATIENCE_MS,
  maxLoadTimeMs: 2 * PATIENCE_MS,
  timeoutRetry: { maxNumRetry: 2, retryDelayMs: 500, maxRetryDelayMs: 4000 },
  errorRetry: { maxNumRetry: 3, retryDelayMs: 500, maxRetryDelayMs: 4000 },
};

/** For footage of one quality from an archive nearby, to be shown from `time` on. */
export function hlsSettings(time: number): Partial<HlsConfig> {
  return {
    enableWorker: false, // fragmented MP4 is handed on as it is
    startFragPrefetch: true,
    startPosition: time,
    maxBufferLength: 30,
    backBufferLength: 60,
    fragLoadPolicy: { default: patient },
    playlistLoadPolicy: { default: patient },
    manifestLoadPolicy: { default: patient },
  };
}
