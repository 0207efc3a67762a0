/** `policy-before`: what `policy` was until the journal names its successor. */
export const KEPT = ['officer', 'policy', 'policy-before', 'orders'] as const;
export type Kept = (typeof KEPT)[number];

/** Small things that outlive a restart. Errors: 'storage-full', 'storage-failed'. */
export interface DeviceMemory {
  /** Undefined: nothing was ever kept under this name. */
  recall(what: Kept): Uint8Array | undefined;
  /** MUST be durable when it returns, as a whole; when it throws, what was kept before is kept still. */
  keep(what: Kept, bytes: Uint8Array): void;
}
