/** Why a store did not take or give an object. Closed: callers switch on `code`. */
export type ObjectStoreErrorCode =
  | 'digest-mismatch' // the bytes are not what their name says: the sender may try again
  | 'size-differs' // fewer or more bytes than announced, or the sender broke off
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
