/** How long certificates hold. Evidence outlives TLS, so that no camera is re-keyed only to stay on the line. */
export const YEARS = { root: 20, issuing: 10, evidence: 3, tls: 1 } as const;
export const REVOCATION_DAYS = { usual: 30, most: 366 } as const;
export const MAX_ROOT_YEARS = 50;
/** Clocks of fresh cameras run a little behind. */
const BACKDATED_MS = 5 * 60_000;

export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** From a little before `now`; never beyond what issues it. Whole seconds: X.509 knows no others. */
export function validity(now: Date, years: number, issuer?: Validity): Validity {
  const begin = new Date(Math.floor((now.getTime() - BACKDATED_MS) / 1000) * 1000);
  const end = new Date(begin);
  end.setUTCFullYear(end.getUTCFullYear() + years);
  return {
    notBefore: issuer !== undefined && issuer.notBefore > begin ? issuer.notBefore : begin,
    notAfter: issuer !== undefined && issuer.notAfter < end ? issuer.notAfter : end,
  };
}
