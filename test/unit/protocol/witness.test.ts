import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  cosigner,
  ed25519SignerFromSeed,
  formatAddCheckpoint,
  formatVerifierKey,
  Frontier,
  fromBase64,
  Growth,
  hasQuorum,
  MerkleTree,
  noteKeyId,
  noteSigner,
  noteVerifier,
  openNote,
  parseAddCheckpoint,
  parseVerifierKey,
  ProtocolError,
  sha256,
  signatureLine,
  signCheckpoint,
  signNote,
  toHex,
  toUtf8,
  verifyConsistency,
  witnessesOf,
  witnessVerifier,
  type ProtocolErrorCode,
  type WitnessVerifier,
} from '@mingjing/protocol';

/**
 * A checkpoint of a public Certificate Transparency log in 2026, with the cosignatures that public witnesses gave it,
 * and their published keys.
 */
const REAL = [
  'arche2025h1.staging.ct.transparency.dev',
  '1432088532',
  'U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=',
  '',
  '— arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=',
  '— arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=',
  '— transparency.dev/DEV:witness-little-garden 2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==',
  '— witness1.smartit.nu/witness1 pIyCDwAAAABqEiEghIp82KWebrw7/oHQwlTAm3g2RKS4+eebl8eO0WH+/iEcxZ75W3u5hNI7TOQtmJbqmNWVuE0tgh0XwzdZsDsUAQ==',
  '— remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==',
  '— witness.stagemole.eu Z/euoAAAAABqEiEgw0i+7g2ENfDAWHmtRzCfKTHSDwYDJA2NmKeGi9Y8FtEyOUvVr+AJmIY/2TUFucgKi7lI7cUiOvKFYe/TmN9DAg==',
  '',
].join('\n');
const REAL_WITNESSES = [
  'transparency.dev/DEV:witness-little-garden+d8042a87+BCtusOxINQNUTN5Oj8HObRkh2yHf/MwYaGX4CPdiVEPM',
  'witness1.smartit.nu/witness1+a48c820f+BPSFWg9G6KPiO7QPryYO5Xq4oYJJ+kAvLKLSimDhoxMO',
  'remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2',
  'witness.stagemole.eu+67f7aea0+BEqSG3yu9YrmcM3BHvQYTxwFj3uSWakQepafafpUqklv',
];
const REAL_LOG =
  'arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f';

/** Made with transparency-dev/formats and golang.org/x/mod/sumdb/note, from fixed seeds. */
const MADE = {
  log: 'example.com/vector-log+4516a1da+ARGkVJ4QEa2MOOLGBO6i7NVSJ1FQ97tIX+w+Ku0RZ6Em',
  seed: 'kRffG/zx6hAgpPgT4aTFlxdokJiVB+L8Ync0MWZkhbw=',
  witness: 'witness.example.com/vector+416f103d+BK/QmJFVP3SKJOqAMhFxBQPtylo3sjwWibyFDAlZKK8B',
  text: 'example.com/vector-log\n1234\nSBNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7I=\n',
  logLine:
    '— example.com/vector-log RRah2qlLrSlk6J8DA1HmNewppUM15Quhs5cAIb1KjBsV3otVirJTW8AFVsQtJkTW1Zny7GuoAxZpI6bUPcpM68QOIgE=\n',
  line: '— witness.example.com/vector QW8QPQAAAABqwLUbDdj7sDNRIVjmjYgqFI6y4UJhPg/UAA8J8wAdqSd3q4PedRhkgXA4xFN/Jg5uWn7ZkBA+H/UHQs5d9hITdXmQAA==\n',
  time: 1_791_014_171,
};

const LOG = 'mingjing/archive/a-1';
const logKey = ed25519SignerFromSeed(new Uint8Array(32).fill(1));
const witness = (n: number): ReturnType<typeof ed25519SignerFromSeed> =>
  ed25519SignerFromSeed(new Uint8Array(32).fill(100 + n));
const verifier = (n: number, name = `w/${n}`): WitnessVerifier => witnessVerifier(name, witness(n).publicKey);
const checkpoint = { origin: `${LOG}/custody`, size: 42, root: sha256(toUtf8('root')) };
const cosigned = (...by: readonly (readonly [n: number, at: number, name?: string])[]): string =>
  signCheckpoint(
    checkpoint,
    noteSigner(LOG, logKey),
    ...by.map(([n, at, name = `w/${n}`]) => cosigner(name, witness(n), at)),
  );

function verifierOf(vkey: string): WitnessVerifier {
  const { name, type, publicKey } = parseVerifierKey(vkey);
  assert.equal(type, 'cosignature');
  return witnessVerifier(name, publicKey);
}

function refused(code: ProtocolErrorCode): (error: unknown) => boolean {
  return (error) => error instanceof ProtocolError && error.code === code;
}

describe('cosignatures', () => {
  it('of public witnesses on a checkpoint of a public log are verified', () => {
    const seen = witnessesOf(REAL, REAL_WITNESSES.map(verifierOf));
    assert.deepEqual(
      seen.map(({ name, at }) => [name, new Date(at * 1000).toISOString()]),
      REAL_WITNESSES.map((vkey) => [vkey.split('+')[0], '2026-05-23T21:50:24.000Z']),
    );
    const { name, publicKey } = parseVerifierKey(REAL_LOG);
    assert.equal(openNote(REAL, [noteVerifier(name, publicKey)]).signers.length, 1);
    const bent = REAL.replace('1432088532', '42');
    for (const vkey of REAL_WITNESSES)
      assert.throws(() => witnessesOf(bent, [verifierOf(vkey)]), refused('bad-signature'));
  });

  it('are made byte for byte as others make them', () => {
    const { name } = parseVerifierKey(MADE.witness);
    const signer = ed25519SignerFromSeed(fromBase64(MADE.seed));
    assert.equal(signatureLine(MADE.text, cosigner(name, signer, MADE.time)), MADE.line);
    const note = `${MADE.text}\n${MADE.logLine}${MADE.line}`;
    assert.deepEqual(witnessesOf(note, [verifierOf(MADE.witness)]), [{ name, at: MADE.time }]);
  });

  it('say when, and a changed time is found', () => {
    const note = cosigned([1, 1_700_000_000]);
    assert.deepEqual(witnessesOf(note, [verifier(1)]), [{ name: 'w/1', at: 1_700_000_000 }]);
    const [, encoded = ''] = /w\/1 (.*)\n/.exec(note) ?? [];
    const bytes = Buffer.from(encoded, 'base64');
    for (let at = 4; at < 12; at += 1) {
      const copy = Buffer.from(bytes);
      copy[at] = (copy[at] ?? 0) ^ 1;
      const bent = note.replace(encoded, copy.toString('base64'));
      assert.throws(() => witnessesOf(bent, [verifier(1)]), refused('bad-signature'), `byte ${at}`);
    }
    for (const at of [-1, 1.5, Number.NaN, 2 ** 60])
      assert.throws(() => cosigner('w', witness(1), at), RangeError);
  });

  it('are no signature of the log, nor is that a cosignature', () => {
    const own = noteSigner('w/1', witness(1));
    assert.throws(
      () => openNote(cosigned([1, 5]), [noteVerifier('w/1', witness(1).publicKey)]),
      refused('unknown-key'),
    );
    assert.deepEqual(witnessesOf(signCheckpoint(checkpoint, own), [verifier(1)]), []);
    const short = { ...own, keyId: noteKeyId('w/1', 'cosignature', witness(1).publicKey) };
    assert.throws(() => witnessesOf(signNote('a\n', short), [verifier(1)]), refused('bad-signature'));
  });

  it('make a quorum of witnesses, each counted once', () => {
    const known = [verifier(1), verifier(2), verifier(3), verifier(1, 'alias')];
    const count = (note: string): number => witnessesOf(note, known).length;
    assert.equal(count(cosigned()), 0);
    assert.equal(count(cosigned([1, 5], [4, 5])), 1, 'an unknown one');
    assert.equal(count(cosigned([1, 5], [2, 9])), 2);
    assert.deepEqual(witnessesOf(cosigned([1, 5], [1, 9], [1, 7]), known), [{ name: 'w/1', at: 9 }]);
    assert.equal(count(cosigned([1, 5], [1, 5, 'alias'])), 1, 'one key by two names');
    assert.equal(witnessesOf(cosigned([1, 5], [2, 5, 'w/1']), [verifier(1), verifier(2, 'w/1')]).length, 1);
    const note = cosigned([1, 5], [3, 5]);
    assert.deepEqual(
      [1, 2, 3].map((wanted) => hasQuorum(note, known, wanted)),
      [true, true, false],
    );
  });
});

describe('verifier keys', () => {
  it('are read and written as the field writes them', () => {
    for (const vkey of [...REAL_WITNESSES, REAL_LOG, MADE.log, MADE.witness])
      assert.equal(formatVerifierKey(parseVerifierKey(vkey)), vkey);
  });

  it('of another form, type or name are refused', () => {
    const good = MADE.witness;
    const bad = [
      '',
      'a+b+c',
      good.replace('witness.', 'other.'),
      good.replace('416f103d', '416F103D'),
      good.replace('416f103d', '416f103e'),
      good.replace('+BK/', '+BB/'),
      good.replace('+BK/', '+Bq/'),
      `${good}\n`,
      ` ${good}`,
      'n'.repeat(2000) + good,
      good.slice(0, -4),
    ];
    for (const vkey of bad) assert.throws(() => parseVerifierKey(vkey), refused('unknown-key'), vkey);
  });
});

describe('what a witness is asked', () => {
  const body = { old: 40, proof: [sha256(toUtf8('a')), sha256(toUtf8('b'))], checkpoint: cosigned([1, 5]) };

  it('is read as it was written', () => {
    assert.deepEqual(parseAddCheckpoint(formatAddCheckpoint(body)), body);
    assert.deepEqual(parseAddCheckpoint(toUtf8(formatAddCheckpoint(body))), body);
    const first = { old: 0, proof: [], checkpoint: cosigned() };
    assert.equal(formatAddCheckpoint(first), `old 0\n\n${cosigned()}`);
    assert.deepEqual(parseAddCheckpoint(formatAddCheckpoint(first)), first);
  });

  it('is refused in any other form', () => {
    const good = formatAddCheckpoint(body);
    const hash = good.split('\n')[1] ?? '';
    const bad = [
      '',
      '\n\n',
      good.replace('old 40', 'old 040'),
      good.replace('old 40', 'old  40'),
      good.replace('old 40', 'old -1'),
      good.replace('old 40', 'Old 40'),
      good.replace('old 40', 'old 9007199254740993'),
      good.replace('old 40\n', ''),
      good.replace(hash, hash.slice(4)),
      good.replace(hash, `${hash} `),
      good.replace(hash, hash.replace('=', '')),
      good.replaceAll('\n', '\r\n'),
      `old 40\n${`${hash}\n`.repeat(64)}\n${body.checkpoint}`,
      `${good}${' '.repeat(80_000)}`,
    ];
    for (const text of bad)
      assert.throws(() => parseAddCheckpoint(text), refused('bad-proof'), JSON.stringify(text));
    assert.throws(() => parseAddCheckpoint(Uint8Array.of(0xff)), refused('bad-proof'));
    parseAddCheckpoint(`old 40\n${`${hash}\n`.repeat(63)}\n${body.checkpoint}`);
  });

  it('throws nothing but a refusal, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.uint8Array({ maxLength: 300 })), (garbage) => {
        try {
          parseAddCheckpoint(garbage);
        } catch (error) {
          assert.ok(refused('bad-proof')(error));
        }
      }),
    );
  });
});

describe('a proof of growth', () => {
  const entries = fc.array(fc.uint8Array({ maxLength: 8 }), { minLength: 1, maxLength: 150 });

  it('from a frontier and what came since is that of the whole tree, and holds', () => {
    fc.assert(
      fc.property(entries, fc.nat(), fc.nat(), (all, a, b) => {
        const [old, size] = [a % (all.length + 1), b % (all.length + 1)].toSorted((x, y) => x - y) as [
          number,
          number,
        ];
        const tree = MerkleTree.of(all);
        const frontier = new Frontier();
        for (const entry of all.slice(0, old)) frontier.append(entry);
        const growth = new Growth(new Frontier(old, frontier.subtrees), size);
        for (const entry of all.slice(old, size)) growth.append(entry);
        const proof = growth.proof();
        assert.deepEqual(proof.map(toHex), tree.consistencyProof(old, size).map(toHex));
        const claim = { oldSize: old, oldRoot: frontier.root(), size, root: tree.root(size), proof };
        assert.ok(verifyConsistency(claim));
      }),
      { numRuns: 500 },
    );
  });

  it('needs every entry since, and none more', () => {
    const tree = new Frontier();
    for (let n = 0; n < 5; n += 1) tree.append(Uint8Array.of(n));
    const growth = new Growth(tree, 7);
    assert.throws(() => growth.proof(), RangeError);
    growth.append(Uint8Array.of(5));
    growth.append(Uint8Array.of(6));
    assert.throws(() => growth.append(Uint8Array.of(7)), RangeError);
    assert.equal(growth.proof().length, 4);
    assert.throws(() => new Growth(tree, 4), RangeError);
    assert.deepEqual(new Growth(tree, 5).proof(), []);
    assert.deepEqual(new Growth(new Frontier(), 5).proof(), []);
  });
});
