import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  ed25519SignerFromSeed,
  formatTlogProof,
  noteSigner,
  noteVerifier,
  openCheckpoint,
  openNote,
  parseNote,
  parseTlogProof,
  ProtocolError,
  sha256,
  signCheckpoint,
  signNote,
  toUtf8,
  tweetnaclVerifier,
  type ProtocolErrorCode,
} from '@mingjing/protocol';

const key = ed25519SignerFromSeed(new Uint8Array(32).fill(7));
const other = ed25519SignerFromSeed(new Uint8Array(32).fill(8));
const NAME = 'mingjing/camera/c-1/1';
const signer = noteSigner(NAME, key);
const verifier = noteVerifier(NAME, key.publicKey);
const checkpoint = { origin: NAME, size: 42, root: sha256(toUtf8('root')) };

function refused(code: ProtocolErrorCode): (error: unknown) => boolean {
  return (error) => error instanceof ProtocolError && error.code === code;
}

describe('signed notes', () => {
  it('are opened by the key that signed, in both implementations', () => {
    const note = signNote('hello\n', signer);
    assert.equal(openNote(note, [verifier]).text, 'hello\n');
    assert.equal(openNote(note, [noteVerifier(NAME, tweetnaclVerifier(key.publicKey))]).text, 'hello\n');
  });

  it('ignore signatures of unknown keys and need a known one', () => {
    const note = signNote('hello\n', noteSigner('witness/1', other), signer);
    assert.equal(openNote(note, [verifier]).signers.length, 1);
    assert.throws(
      () => openNote(signNote('hello\n', noteSigner('witness/1', other)), [verifier]),
      refused('unknown-key'),
    );
    assert.throws(
      () => openNote(signNote('hello\n', noteSigner(NAME, other)), [verifier]),
      refused('unknown-key'),
    );
  });

  it('are refused whole when a known key has a bad signature on them', () => {
    const note = signNote('hello\n', signer).replace('hello', 'hallo');
    assert.throws(() => openNote(note, [verifier]), refused('bad-signature'));
  });

  it('are refused when malformed, each with the same code', () => {
    const good = signNote('hello\n', signer);
    const bad = [
      '',
      '\n',
      'hello',
      'hello\n\n',
      good.trimEnd(),
      good.replace('— ', '- '),
      good.replace('hello', 'he\tllo'),
      `${good}x\n`,
    ];
    for (const note of bad) assert.throws(() => parseNote(note), refused('bad-note'), JSON.stringify(note));
    assert.throws(() => parseNote(Uint8Array.of(0xff, 0x0a, 0x0a)), refused('bad-encoding'));
    assert.throws(() => parseNote(`${'x'.repeat(70_000)}\n\n`), refused('bad-note'));
  });

  it('show any changed byte', () => {
    const note = toUtf8(signCheckpoint(checkpoint, signer));
    fc.assert(
      fc.property(fc.nat({ max: note.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const copy = Uint8Array.from(note);
        copy[at] = (copy[at] ?? 0) ^ change;
        assert.throws(() => openCheckpoint(copy, NAME, [verifier]), ProtocolError);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('checkpoints', () => {
  it('come back as they went', () => {
    assert.deepEqual(openCheckpoint(signCheckpoint(checkpoint, signer), NAME, [verifier]), checkpoint);
  });

  it('of another log are refused though well signed', () => {
    const foreign = signCheckpoint({ ...checkpoint, origin: 'mingjing/camera/c-1/2' }, signer);
    assert.throws(() => openCheckpoint(foreign, NAME, [verifier]), refused('bad-checkpoint'));
  });

  it('have one spelling', () => {
    for (const text of [
      `${NAME}\n042\nAAAA\n`,
      `${NAME}\n1\nAAAA\n`,
      `${NAME}\n1\n`,
      `\n1\nAA==\n`,
      `${NAME}\n-1\nAA==\n`,
    ]) {
      assert.throws(() => openCheckpoint(signNote(text, signer), NAME, [verifier]), ProtocolError, text);
    }
  });
});

describe('tlog-proofs', () => {
  it('come back as they went', () => {
    const proof = {
      index: 3,
      proof: [sha256(), checkpoint.root],
      checkpoint: signCheckpoint(checkpoint, signer),
    };
    assert.deepEqual(parseTlogProof(formatTlogProof(proof)), proof);
    assert.deepEqual(parseTlogProof(formatTlogProof({ ...proof, proof: [] })), { ...proof, proof: [] });
  });

  it('are refused when malformed', () => {
    for (const text of [
      '',
      'c2sp.org/tlog-proof@v2\nindex 1\n\nx',
      'c2sp.org/tlog-proof@v1\nindex 01\n\nx',
      'c2sp.org/tlog-proof@v1\n\nx',
    ]) {
      assert.throws(() => parseTlogProof(text), refused('bad-proof'));
    }
  });
});
