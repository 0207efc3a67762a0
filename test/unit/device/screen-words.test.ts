import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { readCameraPolicy } from '@mingjing/protocol';
import { WARNINGS, type CameraView } from '../../../device/core/camera-view.ts';
import { displayWidth, panelLines } from '../../../device/core/panel-screen.ts';
import { bytesInWords, duration, placeInWords } from '../../../device/core/screen-figures.ts';
import { modeWords, nextStep, WARNING_WORDS } from '../../../device/core/screen-words.ts';

const VIEW: CameraView = {
  device: 'cam-1',
  agency: 'demo',
  mode: 'standby',
  at: '2026-11-21T08:00:00.000Z',
  muted: false,
  stealth: false,
  picture: true,
  sound: true,
  warnings: [],
  policy: readCameraPolicy({}),
  ringSeconds: 30,
  journalSize: 12,
  unreceipted: 0,
  storedBytes: 0,
  attached: false,
};

describe('what a panel says', () => {
  it('tells recording sound from recording video', () => {
    const recording = { ...VIEW, mode: 'recording' } as const;
    assert.equal(modeWords({ ...recording, activity: 'video' }).zh, '正在录像');
    assert.equal(modeWords({ ...recording, activity: 'audio' }).zh, '正在录音');
  });

  it('says how to stop as policy has it, and by the button that began it', () => {
    const recording = { ...VIEW, mode: 'recording', activity: 'video' } as const;
    assert.match(nextStep(recording, 'case').zh, /长按录像键/);
    assert.match(nextStep({ ...recording, activity: 'audio' }, 'case').zh, /长按录音键/);
    const byPress = readCameraPolicy({ stopBy: 'press' });
    assert.match(nextStep({ ...recording, policy: byPress }, 'case').zh, /再按录像键/);
    assert.match(nextStep(recording, 'own-key').zh, /停止键/);
  });

  it('says of a docked camera whether it may be taken', () => {
    const docked = { ...VIEW, mode: 'docked', attached: true } as const;
    assert.match(nextStep(docked, 'case').en, /may be taken/);
    assert.match(nextStep({ ...docked, unreceipted: 3 }, 'case').en, /3 files wait/);
  });

  it('says of everything that is wrong what it means and what to do, on a terminal of 110 columns', () => {
    const lines = panelLines({ ...VIEW, warnings: WARNINGS, battery: { percent: 9, charging: false } });
    for (const warning of WARNINGS) {
      const { zh, en } = WARNING_WORDS[warning];
      assert.match(zh, /请/, warning);
      assert.ok(lines.some((line) => line.includes(zh)) && lines.some((line) => line.includes(en)));
    }
    for (const line of lines) assert.ok(displayWidth(line.replace(/\u001b\[[0-9;]*m/g, '')) <= 110, line);
  });

  it('shows what is muted, hidden, filled and missing', () => {
    const text = panelLines({
      ...VIEW,
      muted: true,
      stealth: true,
      sound: false,
      battery: { percent: 40, charging: true },
      officer: 'A-0001',
      officerCertificate: 'ZF-1',
      postRecordLeftMs: 61_000,
      elapsedMs: 5_000,
    }).join('\n');
    for (const part of [
      '静音 MUTED',
      '隐蔽 STEALTH',
      '无声音 no sound',
      '40 % 充电中',
      'ZF-1',
      '00:00:05',
      '-00:01:01',
    ])
      assert.ok(text.includes(part), part);
  });
});

describe('figures on a panel', () => {
  it('has three figures and a unit', () => {
    const sizes = [0, 999, 1_000, 12_345, 123_456_789, 28_400_000_000];
    assert.deepEqual(sizes.map(bytesInWords), ['0 B', '999 B', '1.00 kB', '12.3 kB', '123 MB', '28.4 GB']);
  });

  it('counts hours, and never below nothing', () => {
    assert.deepEqual([3_725_000, -5, 360_000_000].map(duration), ['01:02:05', '00:00:00', '100:00:00']);
  });

  it('names the sides of the world', () => {
    assert.equal(placeInWords({ lat: -33.5, lon: 120.25 }), '33.50000° S  120.25000° E');
    assert.equal(placeInWords({ lat: 0, lon: -1 }), '0.00000° N  1.00000° W');
  });
});
