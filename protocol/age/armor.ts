import { fromBase64, fromUtf8, toBase64, toUtf8 } from '../encoding/bytes.ts';
import { ProtocolError } from '../errors.ts';

const BEGIN = '-----BEGIN AGE ENCRYPTED FILE-----';
const END = '-----END AGE ENCRYPTED FILE-----';
const COLUMNS = 64;

/** c2sp.org/age, "ASCII armor": strict PEM, so that a sealed key can be printed on paper. */
export function armor(file: Uint8Array): Uint8Array {
  const lines = toBase64(file).match(/.{1,64}/g) ?? [];
  return toUtf8([BEGIN, ...lines, END, ''].join('\n'));
}

/** `code` 'bad-age-armor'. White space around the armor and CRLF are allowed, nothing else is. */
export function dearmor(armored: Uint8Array): Uint8Array {
  const lines = armorLines(armored);
  if (lines.shift() !== BEGIN || lines.pop() !== END) throw badArmor('the BEGIN or END line is missing');
  const last = lines.length - 1;
  if (
    !lines.every((line, n) =>
      n === last ? line.length > 0 && line.length <= COLUMNS : line.length === COLUMNS,
    )
  ) {
    throw badArmor('a line has the wrong length');
  }
  try {
    return fromBase64(lines.join(''));
  } catch (cause) {
    throw badArmor('base64 is not canonical', cause);
  }
}

function armorLines(armored: Uint8Array): string[] {
  try {
    return fromUtf8(armored)
      .replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '')
      .split(/\r?\n/);
  } catch (cause) {
    throw badArmor('not text', cause);
  }
}

function badArmor(why: string, cause?: unknown): ProtocolError {
  return new ProtocolError('bad-age-armor', `age armor: ${why}`, { cause });
}
