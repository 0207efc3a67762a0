import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { openChain, ProtocolError, readCertificate, requireRoot } from '@mingjing/protocol';
import { certificateExtensions, derValues } from '../../../protocol/crypto/der.ts';
import {
  basicConstraints,
  der,
  ed25519Pair,
  extension,
  forge,
  keyUsage,
  rsaPair,
  uriName,
  type Forgery,
} from '../../support/forged-certificate.ts';

const URI = 'urn:mingjing:a1:evidence:camera:cam-1:1';
const DIGITAL_SIGNATURE = 0x80;
const KEY_AGREEMENT = 0x08;
const CERT_SIGN = 0x06;
const refused = { code: 'bad-certificate' };

const keys = { root: ed25519Pair(), issuing: ed25519Pair(), sub: ed25519Pair(), leaf: ed25519Pair() };
const authority = (pathLength?: number): Buffer[] => [
  basicConstraints(true, pathLength),
  keyUsage(CERT_SIGN),
];
const machine = (bits = DIGITAL_SIGNATURE): Buffer[] => [
  basicConstraints(false),
  keyUsage(bits),
  uriName(URI),
];

type Change = Partial<Forgery>;
const root = (change: Change = {}): string =>
  forge({
    subject: 'root',
    issuer: 'root',
    key: keys.root,
    signer: keys.root,
    years: [2020, 2040],
    extensions: authority(1),
    ...change,
  });
const issuing = (change: Change = {}): string =>
  forge({
    subject: 'issuing',
    issuer: 'root',
    key: keys.issuing,
    signer: keys.root,
    years: [2021, 2031],
    extensions: authority(0),
    ...change,
  });
const leaf = (change: Change = {}): string =>
  forge({
    subject: 'cam-1',
    issuer: 'issuing',
    key: keys.leaf,
    signer: keys.issuing,
    years: [2025, 2028],
    extensions: machine(),
    ...change,
  });
const fromRoot = { issuer: 'root', signer: keys.root };

describe('a chain of certificates', () => {
  it('leads from a machine over its issuing authority to the root, which it may repeat', () => {
    for (const chain of [
      [leaf(), issuing()],
      [leaf(), issuing(), root()],
      [leaf(fromRoot)],
      [leaf(fromRoot), root()],
    ])
      assert.equal(openChain(chain, [root()]).name.id, 'cam-1');
  });

  it('holds for the published vectors', () => {
    const vectors = JSON.parse(readFileSync('protocol/vectors/journal.json', 'utf8')) as {
      cameraChain: string[];
      roots: string[];
      receipt: { chain: string[] };
    };
    assert.equal(openChain(vectors.cameraChain, vectors.roots).name.role, 'camera');
    assert.equal(openChain(vectors.receipt.chain, vectors.roots).name.role, 'archive');
  });

  const rsa = rsaPair(1024);
  const unknown = extension('2a0304', true, Buffer.of(0x05, 0x00));
  const sub = (): string =>
    issuing({ subject: 'sub', issuer: 'issuing', key: keys.sub, signer: keys.issuing });
  const fromSub = { issuer: 'sub', signer: keys.sub };
  const rows: [string, () => string[], () => string[]][] = [
    ['nothing', () => [], () => [root()]],
    ['a stranger’s root', () => [leaf(), issuing()], () => [root({ key: keys.sub, signer: keys.sub })]],
    ['an authority for a machine', () => [issuing()], () => [root()]],
    [
      'an authority that also bears a machine’s name and use',
      () => [
        leaf({ extensions: [basicConstraints(true), keyUsage(DIGITAL_SIGNATURE | CERT_SIGN), uriName(URI)] }),
        issuing(),
      ],
      () => [root()],
    ],
    [
      'an authority that is none by its constraints',
      () => [leaf(), issuing({ extensions: [basicConstraints(false, 0), keyUsage(CERT_SIGN)] })],
      () => [root()],
    ],
    ['a certificate too many', () => [leaf(), issuing(), leaf()], () => [root({ extensions: authority() })]],
    ['two issuing authorities', () => [leaf(fromSub), sub(), issuing()], () => [root()]],
    ['two and the root', () => [leaf(fromSub), sub(), issuing(), root()], () => [root()]],
    ['an authority under path length 0', () => [leaf(fromSub), sub()], () => [issuing()]],
    [
      'an authority under a root of path length 0',
      () => [leaf(), issuing()],
      () => [root({ extensions: authority(0) })],
    ],
    [
      'a root that is not the one trusted at its end',
      () => [leaf(), issuing(), root({ years: [2020, 2041] })],
      () => [root()],
    ],
    [
      'a machine for an authority',
      () => [leaf({ ...fromSub, issuer: 'cam-1', signer: keys.leaf }), leaf()],
      () => [issuing()],
    ],
    [
      'an authority that may sign no certificates',
      () => [leaf(), issuing({ extensions: [basicConstraints(true, 0), keyUsage(DIGITAL_SIGNATURE)] })],
      () => [root()],
    ],
    [
      'an authority that does not say what its key is for',
      () => [leaf(), issuing({ extensions: [basicConstraints(true, 0)] })],
      () => [root()],
    ],
    ['an issuer that expired before', () => [leaf(), issuing({ years: [2021, 2024] })], () => [root()]],
    ['a beginning after the issuer’s end', () => [leaf({ years: [2035, 2030] }), issuing()], () => [root()]],
    ['an issuer that expires first', () => [leaf(), issuing({ years: [2021, 2027] })], () => [root()]],
    ['an issuer that began later', () => [leaf(), issuing({ years: [2026, 2031] })], () => [root()]],
    ['a root that expired before', () => [leaf(), issuing()], () => [root({ years: [2010, 2020] })]],
    [
      'a key for agreement only',
      () => [leaf({ extensions: machine(KEY_AGREEMENT) }), issuing()],
      () => [root()],
    ],
    [
      'a key for nothing told',
      () => [leaf({ extensions: [basicConstraints(false), uriName(URI)] }), issuing()],
      () => [root()],
    ],
    [
      'a critical extension not known, in the machine’s',
      () => [leaf({ extensions: [...machine(), unknown] }), issuing()],
      () => [root()],
    ],
    [
      'a critical extension not known, in the authority’s',
      () => [leaf(), issuing({ extensions: [...authority(0), unknown] })],
      () => [root()],
    ],
    [
      'a critical extension not known, in the root’s',
      () => [leaf(), issuing()],
      () => [root({ extensions: [...authority(1), unknown] })],
    ],
    [
      'an extension twice',
      () => [leaf({ extensions: [...machine(KEY_AGREEMENT), keyUsage(DIGITAL_SIGNATURE)] }), issuing()],
      () => [root()],
    ],
    ['a machine’s RSA key', () => [leaf({ key: rsa }), issuing()], () => [root()]],
    ['an issuer’s RSA key', () => [leaf({ signer: rsa }), issuing({ key: rsa })], () => [root()]],
    ['a root’s RSA key', () => [leaf(), issuing({ signer: rsa })], () => [root({ key: rsa, signer: rsa })]],
    ['a signature of another key', () => [leaf({ signer: keys.sub }), issuing()], () => [root()]],
  ];
  for (const [what, chain, roots] of rows)
    it(`is refused with ${what}`, () => assert.throws(() => openChain(chain(), roots()), refused));

  it('takes an extension that is not critical as if it were not there', () => {
    const extensions = [...machine(), extension('2a0304', false, Buffer.of(0x05, 0x00))];
    assert.equal(openChain([leaf({ extensions }), issuing()], [root()]).name.id, 'cam-1');
  });

  it('needs one root that fits, among several of the same key', () => {
    const old = root({ years: [2010, 2020] });
    assert.equal(openChain([leaf(), issuing()], [old, root()]).name.id, 'cam-1');
    assert.throws(() => openChain([leaf(), issuing()], [old]), refused);
  });

  it('is read with an RSA key only to be refused', () => {
    assert.throws(() => readCertificate(leaf({ key: rsa })), refused);
  });

  it('ends in what can be a root', () => {
    requireRoot(root());
    for (const pem of [leaf(), root({ key: rsa, signer: rsa }), root({ extensions: [] }), 'garbage'])
      assert.throws(() => requireRoot(pem), refused);
  });
});

describe('the reader of DER', () => {
  const raw = new X509Certificate(leaf()).raw;

  it('finds the extensions of a certificate', () => {
    const found = certificateExtensions(raw);
    assert.deepEqual([...found.keys()], ['551d13', '551d0f', '551d11']);
    assert.deepEqual(
      [...found.values()].map(({ critical }) => critical),
      [true, true, false],
    );
  });

  it('refuses an extension that stands there twice', () => {
    const twice = forge({
      subject: 'x',
      issuer: 'x',
      key: keys.leaf,
      signer: keys.leaf,
      years: [2020, 2021],
      extensions: [keyUsage(KEY_AGREEMENT), keyUsage(DIGITAL_SIGNATURE)],
    });
    assert.throws(() => certificateExtensions(new X509Certificate(twice).raw), refused);
  });

  it('refuses what has another, shorter or no end', () => {
    for (const hex of [
      '30',
      '3001',
      '3080',
      '30800000',
      '308101ff',
      '30820001ff',
      '3084000000010a',
      '1f0100',
    ])
      assert.throws(() => derValues(Buffer.from(hex, 'hex')), refused, hex);
    const long = der(0x04, Buffer.alloc(300));
    assert.equal(derValues(long)[0]?.content.length, 300);
    assert.throws(() => derValues(long.subarray(0, -1)), refused);
  });

  it('refuses a FALSE that is spelt out and a TRUE that is not 0xff', () => {
    const bent = (flag: number): Buffer =>
      der(
        0x30,
        Buffer.from('0603551d0f', 'hex'),
        der(0x01, Buffer.of(flag)),
        der(0x04, Buffer.of(3, 2, 0, 0x80)),
      );
    for (const flag of [0x00, 0x01]) {
      const extensions = [basicConstraints(false), bent(flag), uriName(URI)];
      assert.throws(() => openChain([leaf({ extensions }), issuing()], [root()]), refused);
    }
  });

  it('ends every input with an answer or with the one refusal', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.tuple(fc.nat(raw.length - 1), fc.nat(255)).map(([at, value]) => {
        const bent = Uint8Array.from(raw);
        bent[at] = value;
        return bent;
      }),
    );
    fc.assert(
      fc.property(bytes, (input) => {
        try {
          certificateExtensions(input);
        } catch (error) {
          assert.ok(error instanceof ProtocolError && error.code === 'bad-certificate');
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('believes no certificate with a bit turned', () => {
    fc.assert(
      fc.property(fc.nat(raw.length - 1), fc.nat(7), (at, bit) => {
        const bent = Buffer.from(raw);
        bent[at] = (bent[at] ?? 0) ^ (1 << bit);
        const pem = `-----BEGIN CERTIFICATE-----\n${bent.toString('base64')}\n-----END CERTIFICATE-----\n`;
        assert.throws(() => openChain([pem, issuing()], [root()]), refused);
      }),
      { numRuns: 300 },
    );
  });
});
