import assert from 'node:assert/strict';
import { inflateSync } from 'node:zlib';
import * as vectors from 'cctv-age';
import { dearmor } from '../../../protocol/age/armor.ts';
import { AgeOpener } from '../../../protocol/age/file.ts';
import { parseHeader } from '../../../protocol/age/header.ts';
import { hybridIdentity } from '../../../protocol/age/hybrid.ts';
import { scryptIdentity, x25519Identity, type Identity } from '../../../protocol/age/keys.ts';
import { PAYLOAD_NONCE_BYTES, SEALED_CHUNK_BYTES } from '../../../protocol/age/payload.ts';
import { sha256 } from '../../../protocol/crypto/sha256.ts';
import { concat, toHex } from '../../../protocol/encoding/bytes.ts';
import { ProtocolError, type ProtocolErrorCode } from '../../../protocol/errors.ts';

/** c2sp.org/CCTV/age: what each `expect` must be here. */
const EXPECTED: Record<string, ProtocolErrorCode> = {
  'header failure': 'bad-age-header',
  'HMAC failure': 'age-header-mac',
  'armor failure': 'bad-age-armor',
  'payload failure': 'age-payload',
  'no match': 'age-no-match',
};

interface Vector {
  expect: string;
  payload: string | undefined;
  identities: Identity[];
  file: Uint8Array;
  armored: boolean;
}

function parseVector(bytes: Uint8Array): Vector {
  const split = Buffer.from(bytes).indexOf('\n\n');
  const fields = new TextDecoder()
    .decode(bytes.subarray(0, split))
    .split('\n')
    .map((line) => line.split(': ', 2));
  const all = (key: string): string[] =>
    fields.flatMap(([name, value]) => (name === key && value !== undefined ? [value] : []));
  const body = bytes.subarray(split + 2);
  return {
    expect: all('expect')[0] ?? '',
    payload: all('payload')[0],
    identities: [
      ...all('identity').map((text) =>
        text.startsWith('AGE-SECRET-KEY-PQ-') ? hybridIdentity(text) : x25519Identity(text),
      ),
      ...all('passphrase').map(scryptIdentity),
    ],
    file: all('compressed').length > 0 ? inflateSync(body) : body,
    armored: all('armored').length > 0,
  };
}

/** Opens chunk by chunk, so that all that opened before an error is seen. */
function open(vector: Vector, plaintext: Uint8Array[]): void {
  const file = vector.armored ? dearmor(vector.file) : vector.file;
  const opener = new AgeOpener(vector.identities);
  const start = (parseHeader(file)?.length ?? 0) + PAYLOAD_NONCE_BYTES;
  plaintext.push(opener.update(file.subarray(0, start)));
  for (let at = start; at < file.length; at += SEALED_CHUNK_BYTES) {
    plaintext.push(opener.update(file.subarray(at, at + SEALED_CHUNK_BYTES)));
  }
  plaintext.push(opener.final().plaintext);
}

describe('age v1: every CCTV vector', () => {
  const all = Object.entries(vectors);
  it('has all 143 of them', () => assert.equal(all.length, 143));
  for (const [name, bytes] of all) {
    it(name, () => {
      const vector = parseVector(bytes);
      const plaintext: Uint8Array[] = [];
      if (vector.expect === 'success') {
        open(vector, plaintext);
      } else {
        assert.throws(
          () => open(vector, plaintext),
          (error) => error instanceof ProtocolError && error.code === EXPECTED[vector.expect],
          vector.expect,
        );
      }
      // An armored vector fails before anything is opened: armor is checked as a whole here.
      if (vector.payload !== undefined && vector.expect !== 'armor failure') {
        assert.equal(toHex(sha256(concat(plaintext))), vector.payload);
      }
    });
  }
});
