/** What can go wrong at a bay. Closed: the table below says what is done about each. */
export type FailureCode =
  // the camera
  | 'camera-unreachable' // no connection, or it broke: also what pulling it out looks like
  | 'camera-not-trusted' // no camera of our agency is on the line
  | 'camera-changed' // not the one that was here a moment ago
  | 'camera-broke-protocol' // an answer out of schema or over its limit
  | 'camera-refused'
  // its journal
  | 'journal-bad' // page, chain or checkpoint do not hold
  | 'journal-forked' // the archive holds another truth of the same journal
  | 'journal-rolled-back' // the archive holds more than the camera has
  | 'journal-gap'
  // an object
  | 'object-altered'
  | 'object-cut'
  | 'object-too-long'
  | 'object-missing' // the archive wants it, the camera has it not
  | 'object-refused'
  | 'object-not-named'
  // the archive
  | 'archive-unreachable'
  | 'archive-not-trusted'
  | 'archive-broke-protocol'
  | 'archive-refused'
  | 'archive-stands-still' // says yes, and has no more than before
  // the receipt
  | 'receipt-bad' // not signed by an archive of our agency for this journal: never handed on
  | 'receipt-refused'
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

export interface Rule {
  /**
   * - `retry`: the same step again, after a growing pause.
   * - `ask-again`: what is believed of camera and archive is out of date; after a pause both are asked again.
   * - `set-aside`: this object waits, the others go on.
   * - `restart`: another camera is here: begin anew with it.
   * - `refuse`: nothing is taken from this camera; asked again after a long pause.
   * - `recount`: `refuse`, but first, once in a docking, the archive is shown again what it holds of this journal. If the
   *   camera has signed another history, the archive keeps it beside its own and answers 'journal-forked'.
   */
  readonly remedy: 'retry' | 'ask-again' | 'set-aside' | 'restart' | 'refuse' | 'recount';
  readonly severity: 'warning' | 'critical';
  /** Failures in a row before anybody is told: a cable that is pulled is no alarm. */
  readonly patience: number;
}

export const RULES: Readonly<Record<FailureCode, Rule>> = {
  'camera-unreachable': { remedy: 'retry', severity: 'warning', patience: 4 },
  'camera-not-trusted': { remedy: 'refuse', severity: 'critical', patience: 0 },
  'camera-changed': { remedy: 'restart', severity: 'warning', patience: 1 },
  'camera-broke-protocol': { remedy: 'refuse', severity: 'critical', patience: 0 },
  'camera-refused': { remedy: 'ask-again', severity: 'warning', patience: 2 },
  'journal-bad': { remedy: 'recount', severity: 'critical', patience: 0 },
  'journal-forked': { remedy: 'refuse', severity: 'critical', patience: 0 },
  'journal-rolled-back': { remedy: 'recount', severity: 'critical', patience: 0 },
  'journal-gap': { remedy: 'ask-again', severity: 'warning', patience: 2 },
  'object-altered': { remedy: 'set-aside', severity: 'critical', patience: 0 },
  'object-cut': { remedy: 'set-aside', severity: 'critical', patience: 0 },
  'object-too-long': { remedy: 'set-aside', severity: 'critical', patience: 0 },
  'object-missing': { remedy: 'set-aside', severity: 'critical', patience: 0 },
  'object-refused': { remedy: 'set-aside', severity: 'warning', patience: 0 },
  'object-not-named': { remedy: 'ask-again', severity: 'warning', patience: 2 },
  'archive-unreachable': { remedy: 'retry', severity: 'warning', patience: 2 },
  'archive-not-trusted': { remedy: 'retry', severity: 'critical', patience: 0 },
  'archive-broke-protocol': { remedy: 'ask-again', severity: 'critical', patience: 0 },
  'archive-refused': { remedy: 'ask-again', severity: 'warning', patience: 2 },
  'archive-stands-still': { remedy: 'ask-again', severity: 'warning', patience: 2 },
  'receipt-bad': { remedy: 'ask-again', severity: 'critical', patience: 0 },
  'receipt-refused': { remedy: 'ask-again', severity: 'critical', patience: 0 },
  'dock-fault': { remedy: 'ask-again', severity: 'critical', patience: 0 },
};
