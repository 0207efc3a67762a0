export type ExportErrorCode =
  | 'recording-unknown'
  | 'recording-open' // still being recorded, or its close has not arrived
  | 'cannot-unseal' // this archive keeps footage it cannot open
  | 'key-missing' // the object with the recording's wrapped key is not here
  | 'footage-missing'
  | 'content-altered' // what was opened is not what the camera signed: nothing is given out
  | 'output-exists'
  | 'interrupted';

/** Nothing was exported; nothing was left behind. */
export class ExportError extends Error {
  readonly code: ExportErrorCode;

  constructor(code: ExportErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ExportError';
    this.code = code;
  }
}
