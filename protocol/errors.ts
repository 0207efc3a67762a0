/** Every way in which bytes from outside can be refused by this package. Closed: tests assert the code. */
export type ProtocolErrorCode =
  | 'bad-encoding' // base64, hex, UTF-8 or a number that is not in its one canonical form
  | 'bad-note'
  | 'bad-checkpoint'
  | 'bad-proof'
  | 'bad-entry'
  | 'entry-too-large'
  | 'bad-certificate'
  | 'bad-revocation-list'
  | 'bad-signature'
  | 'unknown-key'
  | 'bad-age-header'
  | 'bad-age-armor'
  | 'age-no-match'
  | 'age-header-mac'
  | 'age-payload'
  | 'bad-box'
  | 'box-too-large'
  | 'bad-media'
  | 'bad-stamp'
  | 'bad-bag'
  | 'bad-message'
  | 'bad-policy'
  | 'bad-assignment' // not signed by a dock of the agency, or not for this camera
  | 'bad-roster'
  | 'bad-command' // not signed by an archive of the agency, not for this camera, too old, or seen before
  | 'out-of-range';

/** An input was refused. `code` is for programs, the message says what was read and why it was refused. */
export class ProtocolError extends Error {
  readonly code: ProtocolErrorCode;

  constructor(code: ProtocolErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ProtocolError';
    this.code = code;
  }
}
