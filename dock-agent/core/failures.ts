import { TRANSFER_RULES, type TransferFailureCode, type TransferRule } from '@mingjing/protocol';

/** What can go wrong at a bay. Closed: the table below says what is done about each. */
export type FailureCode =
  | TransferFailureCode
  // the camera
  | 'camera-unreachable' // no connection, or it broke: also what pulling it out looks like
  | 'camera-unknown' // shows no certificate under our root
  | 'camera-of-another-agency'
  | 'camera-not-trusted' // a machine of our agency, and no camera
  | 'camera-expired' // its certificate is not valid today
  | 'camera-revoked' // the agency took its certificate back
  | 'camera-changed' // not the one that was here a moment ago
  | 'camera-broke-protocol' // an answer out of schema or over its limit
  | 'camera-refused'
  // this process
  | 'dock-fault';

/** A check of this dock failed. */
export class BayFailure extends Error {
  readonly code: FailureCode;

  constructor(code: FailureCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BayFailure';
    this.code = code;
  }
}

export interface Rule extends Omit<TransferRule, 'remedy'> {
  /** `restart`: another camera is here: begin anew with it. The others are those of every transfer. */
  readonly remedy: TransferRule['remedy'] | 'restart';
}

export const RULES: Readonly<Record<FailureCode, Rule>> = {
  ...TRANSFER_RULES,
  'camera-unreachable': { remedy: 'retry', severity: 'warning', patience: 4 },
  'camera-unknown': { remedy: 'refuse', severity: 'critical', patience: 0 },
  'camera-of-another-agency': { remedy: 'refuse', severity: 'critical', patience: 0 },
  'camera-not-trusted': { remedy: 'refuse', severity: 'critical', patience: 0 },
  'camera-expired': { remedy: 'refuse', severity: 'critical', patience: 0 },
  'camera-revoked': { remedy: 'refuse', severity: 'critical', patience: 0 },
  'camera-changed': { remedy: 'restart', severity: 'warning', patience: 1 },
  'camera-broke-protocol': { remedy: 'refuse', severity: 'critical', patience: 0 },
  'camera-refused': { remedy: 'ask-again', severity: 'warning', patience: 2 },
  'dock-fault': { remedy: 'ask-again', severity: 'critical', patience: 0 },
};
