/** What can go wrong on the way of a journal and its objects into an archive, whoever brings them. Closed. */
export type TransferFailureCode =
  // the journal
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
  | 'receipt-refused';

/** A check on the way failed. */
export class TransferFailure extends Error {
  readonly code: TransferFailureCode;

  constructor(code: TransferFailureCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TransferFailure';
    this.code = code;
  }
}

export interface TransferRule {
  /**
   * - `retry`: the same step again, after a growing pause.
   * - `ask-again`: what is believed of camera and archive is out of date; after a pause both are asked again.
   * - `set-aside`: this object waits, the others go on.
   * - `refuse`: nothing more of this journal is moved; asked again after a long pause.
   * - `recount`: `refuse`, but first, once, the archive is shown again what it holds of this journal. If the camera has
   *   signed another history, the archive keeps it beside its own and answers 'journal-forked'.
   */
  readonly remedy: 'retry' | 'ask-again' | 'set-aside' | 'refuse' | 'recount';
  readonly severity: 'warning' | 'critical';
  /** Failures in a row before anybody is told: a line that breaks is no alarm. */
  readonly patience: number;
}

export const TRANSFER_RULES: Readonly<Record<TransferFailureCode, TransferRule>> = {
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
};
