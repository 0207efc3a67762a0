/** The files of an agency, in one directory of mode 0700, each 0600. */
export const AGENCY_FILES = {
  about: 'agency.json',
  root: 'root.pem',
  /** Signs issuing authorities only: keep it off every machine that is on a network. */
  rootKey: 'root.key',
  issuing: 'issuing.pem',
  issuingKey: 'issuing.key',
  /** Opens footage. */
  agencyAgeKey: 'agency.age.key',
  /** Opens footage when the agency's key is lost: keep it elsewhere, on paper or in a safe. */
  recoveryAgeKey: 'recovery.age.key',
  recipients: 'recipients.txt',
  /** One JSON object a line for each certificate issued. */
  ledger: 'issued.jsonl',
} as const;
