import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { Type, type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { parseCertificateUri } from '@mingjing/protocol';
import { withLockFile } from '../adapters/lock-file.ts';
import { ProvisioningError } from '../core/errors.ts';

const Issued = Type.Object({
  at: Type.String(),
  serial: Type.String(),
  uri: Type.String(),
  notAfter: Type.String(),
  /** SHA-256 of the certificate, hexadecimal. */
  fingerprint: Type.String(),
  /** SHA-256 of the SubjectPublicKeyInfo, hexadecimal. */
  key: Type.String(),
});
export type Issued = Static<typeof Issued>;
const validator = Compile(Issued);

/**
 * What the issuing authority has signed, oldest first. A line is durable before its certificate is given out;
 * so what is missing here was never in use.
 */
export class IssuedLedger {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** `code` 'not-an-agency' if a line is damaged; a last line that a power cut left half written is none. */
  read(): Issued[] {
    const lines = readFileSync(this.#path, 'utf8').split('\n');
    lines.pop();
    return lines.map((line, n) => {
      const value = parse(line);
      if (!validator.Check(value))
        throw new ProvisioningError('not-an-agency', `${this.#path}: line ${n + 1} is damaged`);
      return value;
    });
  }

  /**
   * Checks and appends, in one go, alone among all processes: no key under two names, no second key for one journal
   * epoch. `code`: 'key-reused', 'epoch-taken', 'locked'.
   */
  append(entries: readonly Issued[]): void {
    withLockFile(`${this.#path}.lock`, () => {
      this.#checkAndWrite(entries);
    });
  }

  #checkAndWrite(entries: readonly Issued[]): void {
    const known = this.read();
    for (const entry of entries) {
      requireFresh(entry, known);
      known.push(entry);
    }
    const file = openSync(this.#path, 'r+');
    try {
      const text = readFileSync(this.#path);
      const end = text.lastIndexOf(0x0a) + 1;
      const lines = Buffer.from(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
      for (let done = 0; done < lines.length;)
        done += writeSync(file, lines, done, lines.length - done, end + done);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  }
}

function requireFresh(entry: Issued, known: readonly Issued[]): void {
  const elsewhere = known.find(({ key, uri }) => key === entry.key && uri !== entry.uri);
  if (elsewhere !== undefined)
    throw new ProvisioningError('key-reused', `the key of ${entry.uri} is that of ${elsewhere.uri}`);
  if (parseCertificateUri(entry.uri)?.epoch === undefined) return;
  if (known.some(({ key, uri }) => uri === entry.uri && key !== entry.key)) {
    throw new ProvisioningError(
      'epoch-taken',
      `${entry.uri} has another key already: enrol this camera with the next --epoch`,
    );
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
