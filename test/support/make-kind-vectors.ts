import { writeFileSync } from 'node:fs';
import {
  concat,
  joinWavs,
  repairWav,
  sha256,
  toBase64,
  toHex,
  WAV_HEAD_BYTES,
  wavHead,
  type Stamp,
} from '@mingjing/protocol';
import { makeTestAgency } from './agency.ts';
import { CameraScript } from './camera-script.ts';
import { makePhoto } from './films.ts';

/**
 * Writes protocol/vectors/kinds.json anew: `node test/support/make-kind-vectors.ts`. Its keys are made for it and thrown
 * away. The vectors are published: change them only with the format.
 */
const agency = await makeTestAgency('vectors');
try {
  const archive = await agency.enrol('archive', 'archive-1');
  const camera = await agency.enrol('camera', 'c-1', { epoch: 1 });
  const script = new CameraScript(camera, archive, agency.recipients);
  script.powerOn();
  const stamp = (recording: string, n: number): Stamp => ({
    at: `2026-11-21T08:00:0${n}.000Z`,
    mono: 1_000 * n,
    device: 'c-1',
    recording,
    officer: '执法-001',
    clock: { source: 'gnss', uncertainty: 10 },
  });
  const pcm = (samples: number, from: number): Uint8Array =>
    new Uint8Array(Int16Array.from({ length: samples }, (_, n) => 100 * ((from + n) % 200)).buffer);
  const segments = (recording: string): Uint8Array[] =>
    [0, 1].map((n) => concat([wavHead(stamp(recording, n)), pcm(150 + n, 150 * n)]));
  const sound = script.record({ segments: 2, mode: 'audio', contents: segments });
  const jpeg = await makePhoto('32x18');
  const photo = script.record({ segments: 1, mode: 'photo', during: sound.id, contents: () => [jpeg] });
  const whole = script.whole();
  const hash = (bytes: Uint8Array): string => toHex(sha256(bytes));
  const [first = new Uint8Array()] = sound.segments.map(({ content }) => content);
  const utf8 = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  const vectors = {
    about: 'A recording of sound and a photo taken during it. See docs/PROTOCOL.md.',
    journal: whole.journal,
    roots: whole.roots,
    cameraChain: whole.cameraChain,
    checkpoint: whole.checkpoint,
    receipt: whole.receipt,
    entries: script.entries.map(utf8),
    // Footage in the open: sealed objects would be mostly the padding of the heads.
    sound: {
      recording: sound.id,
      segments: sound.segments.map(({ content }, n) => ({
        stamp: JSON.stringify(stamp(sound.id, n)),
        samples: toBase64(content.subarray(WAV_HEAD_BYTES)),
        headSha256: hash(content.subarray(0, WAV_HEAD_BYTES)),
      })),
      joined: toBase64(joinWavs(sound.segments.map(({ content }) => content))),
      /** The first segment cut to so many bytes, and SHA-256 of what repair makes of it. */
      repaired: [WAV_HEAD_BYTES, WAV_HEAD_BYTES + 1, WAV_HEAD_BYTES + 101, first.length].map((bytes) => ({
        bytes,
        sha256: hash(repairWav(first.subarray(0, bytes))),
      })),
    },
    photo: { recording: photo.id, jpeg: toBase64(jpeg) },
  };
  writeFileSync('protocol/vectors/kinds.json', `${JSON.stringify(vectors, undefined, 1)}\n`);
} finally {
  agency.close();
}
