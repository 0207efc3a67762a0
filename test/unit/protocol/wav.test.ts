import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  concat,
  equalBytes,
  fromUtf8,
  JOINED_HEAD_BYTES,
  joinWavs,
  plainStampOf,
  ProtocolError,
  readWavHead,
  repairWav,
  WAV_BYTES_PER_SECOND,
  WAV_FORMAT,
  WAV_HEAD_BYTES,
  wavHead,
  wavHeadOf,
  wholeSamples,
  type Stamp,
} from '@mingjing/protocol';

const STAMP: Stamp = {
  at: '2026-11-21T08:00:00.000Z',
  mono: 5,
  device: 'c-1',
  recording: 'a'.repeat(32),
  officer: '执法-001',
  clock: { source: 'free-running' },
};

/** A rising tone no two pieces of which are the same. */
function tone(bytes: number, from = 0): Uint8Array {
  const samples = Int16Array.from({ length: Math.ceil(bytes / 2) }, (_, n) =>
    Math.round(8_000 * Math.sin((from + n) ** 1.05 / 20)),
  );
  return new Uint8Array(samples.buffer, 0, bytes);
}

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
  return 'taken';
}

describe('a WAV of the camera', function () {
  this.timeout(60_000);
  let directory: string;
  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'mingjing-wav-'));
  });
  after(() => rmSync(directory, { recursive: true, force: true }));
  const file = (name: string, bytes: Uint8Array): string => {
    const path = join(directory, name);
    writeFileSync(path, bytes);
    return path;
  };

  it('has a head of exactly one age chunk and tells its stamp', () => {
    const head = wavHead(STAMP);
    assert.equal(head.length, WAV_HEAD_BYTES);
    assert.deepEqual(readWavHead(head), { stamp: STAMP, dataOffset: WAV_HEAD_BYTES, format: WAV_FORMAT });
  });

  it('has room for the longest stamp there can be', () => {
    const longest: Stamp = {
      ...STAMP,
      officer: '\u0001'.repeat(1024),
      marks: Array.from({ length: 100 }, () => 'mark' as const),
      position: { lat: -12.123456789012345, lon: -123.12345678901234, age: Number.MAX_SAFE_INTEGER },
    };
    assert.deepEqual(readWavHead(wavHead(longest)).stamp, longest);
  });

  it('is read by ffprobe, ffmpeg and sox before and after repair', () => {
    const pcm = tone(2 * WAV_BYTES_PER_SECOND);
    const cut = concat([wavHead(STAMP), pcm, Uint8Array.of(7)]);
    for (const [name, bytes] of [
      ['streaming.wav', cut],
      ['repaired.wav', repairWav(cut)],
      ['joined.wav', joinWavs([cut])],
    ] as const) {
      const path = file(name, bytes);
      const show = [
        '-v',
        'error',
        '-show_entries',
        'stream=codec_name,sample_rate,channels',
        '-of',
        'csv=p=0',
      ];
      assert.equal(
        execFileSync('ffprobe', [...show, path], { encoding: 'utf8' }).trim(),
        'pcm_s16le,48000,1',
      );
      const samples = execFileSync('ffmpeg', ['-v', 'quiet', '-i', path, '-f', 's16le', '-']);
      assert.ok(equalBytes(samples.subarray(0, pcm.length), pcm), `ffmpeg, ${name}`);
      const bySox = spawnSync('sox', [path, '-t', 'raw', '-e', 'signed', '-b', '16', '-']);
      assert.ok(
        equalBytes(bySox.stdout.subarray(0, pcm.length), pcm),
        `sox, ${name}: ${String(bySox.stderr)}`,
      );
      if (name === 'streaming.wav') continue;
      assert.equal(samples.length, pcm.length);
      assert.equal(bySox.stdout.length, pcm.length);
      assert.equal(String(bySox.stderr), '');
    }
  });

  it('cut anywhere is repaired to whole samples, and repaired again stays as it is', () => {
    const whole = concat([wavHead(STAMP), tone(5_000)]);
    fc.assert(
      fc.property(fc.integer({ min: WAV_HEAD_BYTES, max: whole.length }), (length) => {
        const repaired = repairWav(whole.subarray(0, length));
        const view = new DataView(repaired.buffer, repaired.byteOffset, repaired.length);
        const samples = length - WAV_HEAD_BYTES - ((length - WAV_HEAD_BYTES) % 2);
        assert.equal(repaired.length, WAV_HEAD_BYTES + samples);
        assert.equal(view.getUint32(4, true), repaired.length - 8);
        assert.equal(view.getUint32(WAV_HEAD_BYTES - 4, true), samples);
        assert.ok(equalBytes(repairWav(repaired), repaired));
        assert.equal(wholeSamples(whole.subarray(0, length)).length, samples === 0 ? 0 : repaired.length);
        assert.deepEqual(readWavHead(repaired).stamp, STAMP);
      }),
      { numRuns: 100 },
    );
  });

  it('cut within its head is no WAV', () => {
    const head = wavHead(STAMP);
    for (const length of [0, 11, 12, 40, 44, 300, WAV_HEAD_BYTES - 1])
      assert.equal(
        refusal(() => repairWav(head.subarray(0, length))),
        'bad-media',
        String(length),
      );
  });

  it('of segments is the same whoever makes it, and gives every segment back', () => {
    const segments = [0, 1, 2].map((n) =>
      concat([wavHead({ ...STAMP, mono: n * 10_000 }), tone(10_000 + 2 * n, n * 5_000)]),
    );
    const joined = joinWavs(segments);
    assert.ok(equalBytes(repairWav(joined), joined), 'it is valid as it is');
    assert.ok(equalBytes(joinWavs(segments), joined));
    let at = JOINED_HEAD_BYTES;
    const tail = joined.subarray(joined.length - (joined.length - JOINED_HEAD_BYTES - 30_006));
    const size = new DataView(tail.buffer, tail.byteOffset).getUint32(4, true);
    const stamps = fromUtf8(tail.subarray(8, 8 + size)).split('\n');
    for (const [n, segment] of segments.entries()) {
      const length = segment.length - WAV_HEAD_BYTES;
      const again = concat([
        wavHeadOf(new TextEncoder().encode(stamps[n])),
        joined.subarray(at, at + length),
      ]);
      assert.ok(equalBytes(again, segment));
      at += length;
    }
    assert.equal(stamps.length, segments.length + 1, 'every line ends');
  });

  it('whose head holds anything beside the stamp is not taken for one that does not', () => {
    const head = wavHead(STAMP);
    assert.ok(plainStampOf(head) !== undefined);
    for (const at of [4, 20, 22, 24, 60_000, WAV_HEAD_BYTES - 2]) {
      const bent = head.slice();
      bent[at] = (bent[at] ?? 0) ^ 1;
      assert.equal(plainStampOf(bent), undefined, `byte ${at}`);
      assert.equal(
        refusal(() => joinWavs([bent])),
        'bad-media',
      );
    }
  });

  it('never fails in another way, whatever the bytes', () => {
    const head = wavHead(STAMP).subarray(0, 400);
    const bent = fc
      .tuple(fc.integer({ min: 0, max: 399 }), fc.uint8Array({ maxLength: 8 }))
      .map(([at, bytes]) => concat([head.subarray(0, at), bytes, head.subarray(at + bytes.length)]));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), bent), (bytes) => {
        for (const read of [readWavHead, repairWav, wholeSamples, plainStampOf]) refusal(() => read(bytes));
      }),
      { numRuns: 2_000 },
    );
  });
});
