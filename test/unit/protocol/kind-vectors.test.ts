import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import {
  concat,
  fromBase64,
  joinWavs,
  repairWav,
  sha256,
  toBase64,
  toHex,
  toUtf8,
  verifyEvidence,
  wavHeadOf,
  type Evidence,
  type Verdict,
} from '@mingjing/protocol';
import { present } from '../../support/camera-script.ts';

interface Vectors {
  readonly journal: { device: string; epoch: number };
  readonly roots: string[];
  readonly cameraChain: string[];
  readonly checkpoint: string;
  readonly receipt: { note: string; chain: string[] };
  readonly entries: string[];
  readonly sound: {
    readonly recording: string;
    readonly segments: { stamp: string; samples: string; headSha256: string }[];
    readonly joined: string;
    readonly repaired: { bytes: number; sha256: string }[];
  };
  readonly photo: { readonly recording: string; readonly jpeg: string };
}

const vectors = JSON.parse(
  readFileSync(new URL('../../../protocol/vectors/kinds.json', import.meta.url), 'utf8'),
) as Vectors;
const { sound, photo } = vectors;
const hash = (bytes: Uint8Array): string => toHex(sha256(bytes));

describe('the published vectors of sound and photo', () => {
  const contents = sound.segments.map(({ stamp, samples }) =>
    concat([wavHeadOf(toUtf8(stamp)), fromBase64(samples)]),
  );

  function judge(footage: (recording: string, index: number) => Uint8Array | undefined): Promise<Verdict> {
    const evidence: Evidence = {
      ...vectors,
      entries: vectors.entries.map((text, index) => ({ index, bytes: toUtf8(text) })),
      footage: { content: (recording, { index }) => present(footage(recording, index)) },
    };
    return verifyEvidence(evidence);
  }
  const whole = (recording: string, index: number): Uint8Array | undefined =>
    recording === photo.recording ? fromBase64(photo.jpeg) : contents[index];

  it('hold: the verdict is yes; between its segments of sound there is a second without', async () => {
    const { answer, findings } = await judge(whole);
    assert.equal(answer, 'good');
    assert.deepEqual(
      findings.map(({ code, place, detail }) => [code, place.recording, place.segment, detail]),
      [['footage-gap', sound.recording, 1, '1.00 s']],
    );
  });

  it('do not hold once a byte of sound or photo is another', async () => {
    for (const wanted of [sound.recording, photo.recording]) {
      const { findings } = await judge((recording, index) => {
        const bytes = whole(recording, index)?.slice();
        if (bytes !== undefined && recording === wanted && index === 0)
          bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1;
        return bytes;
      });
      assert.deepEqual(
        findings
          .filter(({ severity }) => severity === 'fault')
          .map(({ code, place }) => [code, place.recording, place.segment]),
        [['content-altered', wanted, 0]],
      );
    }
  });

  it('give the head of each segment of sound, and the WAV they are joined to', () => {
    for (const { stamp, headSha256 } of sound.segments)
      assert.equal(hash(wavHeadOf(toUtf8(stamp))), headSha256);
    assert.equal(toBase64(joinWavs(contents)), sound.joined);
  });

  it('give what is made of sound that was cut', () => {
    for (const { bytes, sha256: expected } of sound.repaired)
      assert.equal(hash(repairWav((contents[0] ?? new Uint8Array()).subarray(0, bytes))), expected);
  });
});
