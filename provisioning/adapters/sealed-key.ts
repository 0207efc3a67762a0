import {
  ageOpen,
  ageSeal,
  armor,
  dearmor,
  fromUtf8,
  ProtocolError,
  scryptIdentity,
  scryptRecipient,
  toUtf8,
} from '@mingjing/protocol';
import { ProvisioningError } from '../core/errors.ts';

const SEALED = '-----BEGIN AGE ENCRYPTED FILE-----';

/** A private key as it rests on the disk: as it is, or as an armored age file that the passphrase opens. */
export function sealKey(key: string, passphrase: string | undefined): string {
  if (passphrase === undefined) return key;
  return fromUtf8(armor(ageSeal(toUtf8(key), [scryptRecipient(passphrase)])));
}

/** `code` 'wrong-passphrase', also when one is needed and none was given. */
export function openKey(text: string, passphrase: string | undefined, path: string): string {
  if (!text.startsWith(SEALED)) return text;
  if (passphrase === undefined)
    throw new ProvisioningError('wrong-passphrase', `${path} is sealed: give its --passphrase-file`);
  try {
    return fromUtf8(ageOpen(dearmor(toUtf8(text)), [scryptIdentity(passphrase)]).plaintext);
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause;
    throw new ProvisioningError('wrong-passphrase', `${path} does not open with this passphrase`, { cause });
  }
}
