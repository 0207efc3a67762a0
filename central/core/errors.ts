import type { RefusalCode } from '@mingjing/protocol';
import type { ReviewRefusalCode } from './review-shapes.ts';

/** Why a store did not take or give an object. Closed: callers switch on `code`. */
export type ObjectStoreErrorCode =
  | 'digest-mismatch' // the bytes are not what their name says: the sender may try again
  | 'size-differs' // fewer or more bytes than announced, or the sender broke off
  | 'wrong-offset' // so many bytes of it are not kept
  | 'storage-full' // nothing was lost; try again when there is room
  | 'storage-failed';

export class ObjectStoreError extends Error {
  readonly code: ObjectStoreErrorCode;

  constructor(code: ObjectStoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ObjectStoreError';
    this.code = code;
  }
}

/** A refusal of the ingest API, in the word of the wire. */
export class Refused extends Error {
  readonly code: RefusalCode;

  constructor(code: RefusalCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Refused';
    this.code = code;
  }
}

/** A refusal of the review API, or of whoever else wants to see footage. */
export class ReviewRefused extends Error {
  readonly code: ReviewRefusalCode;

  constructor(code: ReviewRefusalCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ReviewRefused';
    this.code = code;
  }
}
