/** What goes wrong inside the camera. Closed: callers switch on `code`. */
export type DeviceErrorCode =
  | 'storage-full' // no space left: nothing was acknowledged
  | 'storage-failed' // the medium refuses to read or write
  | 'journal-inconsistent' // entries, roots and frontier on disk do not fit each other
  | 'journal-of-another' // the journal on disk is of another camera or epoch
  | 'object-unknown'
  | 'bad-receipt'
  | 'bad-capture-source' // the capture's own configuration or tool is missing
  | 'bad-gpio' // tools, chip or line of the panel are not there
  | 'port-taken';

export class DeviceError extends Error {
  readonly code: DeviceErrorCode;

  constructor(code: DeviceErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DeviceError';
    this.code = code;
  }
}
