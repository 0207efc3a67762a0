/** Why an act of the agency's hand was refused. Closed: callers and tests switch on `code`. */
export type ProvisioningErrorCode =
  | 'bad-argument'
  | 'already-exists' // nothing is ever written over: an agency, a key, an identity
  | 'not-an-agency' // the directory holds no agency, or a broken one
  | 'wrong-passphrase'
  | 'bad-request' // the request file is too large, no JSON or out of schema
  | 'bad-csr' // a signing request in it cannot be read, or is not signed by its own key
  | 'other-machine' // it asks for another role, id or epoch than the agency was told to enrol
  | 'key-reused' // one key, two names or two uses
  | 'epoch-taken' // that journal epoch has its key already: two keys could sign two truths
  | 'never-issued' // nothing in the ledger to take back
  | 'bad-response'
  | 'keys-differ' // the certificates are not for the keys of this machine
  | 'other-agency' // not the root this machine, or the person installing, expects
  | 'locked' // another process is issuing, or was killed while it did
  | 'storage-failed';

export class ProvisioningError extends Error {
  readonly code: ProvisioningErrorCode;

  constructor(code: ProvisioningErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ProvisioningError';
    this.code = code;
  }
}
