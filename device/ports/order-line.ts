import type { CameraState } from '@mingjing/protocol';

/** The way back from the broker. */
export interface OrderLine {
  /** `take` is handed what came as an order to this camera: small, and otherwise unchecked. It MUST NOT throw or block. */
  listen(take: (payload: Uint8Array) => void): void;
  /** What every state tells besides, from now on; asked anew for each. MUST NOT throw. */
  along(more: () => Pick<CameraState, 'ordered' | 'uplink'>): void;
}
