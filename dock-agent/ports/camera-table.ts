import type { WatchedCamera } from '../core/watch-rules.ts';

/** When each camera was seen. What `keep` has returned for survives a power cut. */
export interface CameraTable {
  all(): readonly WatchedCamera[];
  keep(camera: WatchedCamera): void;
  close(): void;
}
