/** What goes wrong between a process and the machine or network it runs on. Closed: callers switch on `code`. */
export type RuntimeErrorCode =
  | 'bad-config'
  | 'bad-identity' // certificates or keys of this machine are missing or do not fit
  | 'peer-unreachable' // no connection, or it broke: try again later
  | 'peer-timeout'
  | 'peer-not-trusted' // TLS or certificate name is not what was expected
  | 'peer-refused' // an answer with a refusal code
  | 'peer-broke-protocol' // an answer out of schema or over its limit
  | 'storage-failed';

export class RuntimeError extends Error {
  readonly code: RuntimeErrorCode;

  constructor(code: RuntimeErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RuntimeError';
    this.code = code;
  }
}

/**
 * Why a peer was not trusted, as far as it can be told: no certificate under our root, one of another agency, not one of
 * the machine that was wanted, not valid today.
 */
export type Distrust = 'unknown' | 'agency' | 'role' | 'expired';

export class PeerNotTrusted extends RuntimeError {
  readonly reason: Distrust;

  constructor(reason: Distrust, message: string, options?: ErrorOptions) {
    super('peer-not-trusted', message, options);
    this.name = 'PeerNotTrusted';
    this.reason = reason;
  }
}

/** An error of a line to a peer, in our terms. */
export function asPeerError(error: unknown, what = 'the line'): RuntimeError {
  if (error instanceof RuntimeError) return error;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const untrusted = /CERT|TLS|SSL|ERR_TLS|SELF_SIGNED|UNABLE_TO/.test(code);
  const message = `${what}: ${error instanceof Error ? error.message : 'the line broke'}`;
  if (!untrusted) return new RuntimeError('peer-unreachable', message, { cause: error });
  const outOfTime = code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID';
  return new PeerNotTrusted(outOfTime ? 'expired' : 'unknown', message, { cause: error });
}
