import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { readCameraPolicy } from '@mingjing/protocol';
import { AlarmLimiter } from '../../../device/core/alarm-limiter.ts';
import { readRange } from '../../../device/core/byte-range.ts';
import type { CameraView } from '../../../device/core/camera-view.ts';
import { keyFile, recordingOfFile, segmentFile } from '../../../device/core/file-names.ts';
import { displayWidth, panelLines } from '../../../device/core/panel-screen.ts';
import type { Mode } from '../../../device/core/state.ts';

describe('byte range', () => {
  it('reads the three forms of RFC 9110', () => {
    assert.deepEqual(readRange(undefined, 10), { kind: 'whole' });
    assert.deepEqual(readRange('bytes=2-4', 10), { kind: 'part', from: 2, to: 5 });
    assert.deepEqual(readRange('bytes=2-', 10), { kind: 'part', from: 2, to: 10 });
    assert.deepEqual(readRange('bytes=-3', 10), { kind: 'part', from: 7, to: 10 });
    assert.deepEqual(readRange('bytes=-30', 10), { kind: 'part', from: 0, to: 10 });
    assert.deepEqual(readRange('bytes=9-99', 10), { kind: 'part', from: 9, to: 10 });
  });

  it('refuses what lies behind the end, and what is no range', () => {
    assert.equal(readRange('bytes=10-', 10).kind, 'unsatisfiable');
    assert.equal(readRange('bytes=-0', 10).kind, 'unsatisfiable');
    for (const bad of ['bytes=-', 'bytes=4-2', 'bytes=0-1,3-4', 'bytes = 0-1', 'items=0-1', 'bytes=a-b', ''])
      assert.equal(readRange(bad, 10).kind, 'malformed', bad);
  });

  it('never leaves the object, whatever it is given', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(), fc.nat(), fc.nat(), (text, a, b, size) => {
        for (const header of [text, `bytes=${a}-${b}`, `bytes=-${a}`, `bytes=${a}-`]) {
          const range = readRange(header, size);
          if (range.kind === 'part') assert.ok(0 <= range.from && range.from < range.to && range.to <= size);
        }
      }),
    );
  });
});

describe('alarm limiter', () => {
  it('lets one of a code through in each period, and counts the rest', () => {
    const limiter = new AlarmLimiter(1_000);
    assert.equal(limiter.admit('bad-receipt', 0), 0);
    assert.equal(limiter.admit('bad-receipt', 500), undefined);
    assert.equal(limiter.admit('storage-low', 500), 0);
    assert.equal(limiter.admit('bad-receipt', 999), undefined);
    assert.equal(limiter.admit('bad-receipt', 1_000), 2);
    assert.equal(limiter.admit('bad-receipt', 2_000), 0);
  });
});

describe('file names', () => {
  it('tell the recording, and nothing else does', () => {
    const recording = 'a'.repeat(32);
    assert.equal(recordingOfFile(segmentFile(recording, 7)), recording);
    assert.equal(recordingOfFile(keyFile(recording)), recording);
    assert.equal(recordingOfFile(`${keyFile(recording)}.4711.tmp`), undefined);
  });
});

describe('panel', () => {
  const view: CameraView = {
    device: 'cam-1',
    agency: 'test',
    mode: 'standby',
    muted: false,
    stealth: false,
    picture: true,
    sound: true,
    warnings: [],
    policy: readCameraPolicy({}),
    at: '2026-11-20T08:00:00.000Z',
    ringSeconds: 30,
    journalSize: 12,
    unreceipted: 3,
    storedBytes: 5_000_000,
    attached: false,
  };

  it('says in every state what to do next, in Chinese and English, within 100 columns', () => {
    const modes: Mode[] = [
      'starting',
      'standby',
      'recording',
      'stopping',
      'closing',
      'storage-full',
      'fault',
    ];
    for (const mode of modes) {
      const lines = panelLines({ ...view, mode });
      const next = lines.find((line) => line.startsWith('➜'));
      assert.match(next ?? '', /\p{Script=Han}/u);
      assert.match(next ?? '', /[a-z]{4}/);
      for (const line of lines) assert.ok(displayWidth(line) <= 110, line);
    }
  });

  it('shows how long it has been recording', () => {
    const lines = panelLines({ ...view, mode: 'recording', elapsedMs: 3_725_000 });
    assert.ok(lines.some((line) => line.includes('01:02:05')));
  });
});
