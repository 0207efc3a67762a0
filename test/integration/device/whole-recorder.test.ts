import assert from 'node:assert/strict';
import { readFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import {
  concat,
  decodeEntry,
  isJpeg,
  readBoxes,
  readStamps,
  readWavHead,
  repairWav,
  sha256,
  toHex,
  WAV_CHUNK_BYTES,
  WAV_HEAD_BYTES,
  type Entry,
  type RecordingModel,
} from '@mingjing/protocol';
import type { PowerState } from '../../../device/ports/power.ts';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import { auditJournal } from '../../support/device-journal.ts';
import { SOUND_BYTE } from '../../support/device-media.ts';
import { CameraRig, type RigOptions } from '../../support/device-rig.ts';
import { openFootage } from '../../support/opened-footage.ts';
import { until } from '../../support/processes.ts';

describe('camera, all that it records', function () {
  this.timeout(60_000);
  let agency: TestAgency;
  let identity: string;
  let directory: string;
  let rig: CameraRig;

  before(async () => {
    agency = await makeTestAgency();
    identity = await agency.enrol('camera', 'cam-1', { epoch: 1 });
  });

  after(() => {
    agency.close();
  });

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'mingjing-whole-'));
  });

  afterEach(async () => {
    await rig.close();
    rmSync(directory, { recursive: true, force: true });
  });

  async function start(options: Partial<RigOptions> = {}): Promise<void> {
    rig = await CameraRig.start({ identity, directory, ...options });
    rig.fragments(2);
  }

  async function captureAnew(starts: number): Promise<void> {
    await until('the capture is begun anew', () => rig.capture.starts === starts && rig.capture.running);
    rig.capture.ready();
  }

  function model(recording = ''): RecordingModel {
    const found = auditJournal(rig.journal, identity).recordings.get(recording);
    assert.ok(found !== undefined);
    return found;
  }

  function plain(recording: RecordingModel): Uint8Array[] {
    const segments = openFootage(directory, rig.journal, recording, agency.unsealing);
    recording.segments.forEach(({ content }, n) =>
      assert.equal(content, toHex(sha256(segments[n] ?? new Uint8Array()))),
    );
    return segments;
  }

  function entries(): Entry[] {
    return rig.journal.entries(0, rig.journal.size).flatMap((bytes) => {
      const read = decodeEntry(bytes);
      return read.known ? [read.entry] : [];
    });
  }

  it('records sound alone in WAV segments, byte for byte what came in', async () => {
    await start();
    const { code, recording } = await rig.camera.press('audio');
    assert.equal(code, 'audio-started');
    await captureAnew(2);
    assert.deepEqual(rig.capture.plans[1], { format: 'wav' });
    rig.pieces(8);
    const stopped = rig.camera.press('stop');
    rig.pieces(1, 10_000);
    assert.equal((await stopped).code, 'recording-stopped');
    const found = model(recording);
    assert.equal(found.opened.body.mode, 'audio');
    const segments = plain(found);
    assert.equal(segments.length, 2);
    const pieces = segments.flatMap((segment) => [segment.subarray(WAV_HEAD_BYTES)]);
    const expected = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => new Uint8Array(WAV_CHUNK_BYTES).fill(n));
    assert.deepEqual(
      Buffer.from(concat(pieces)),
      Buffer.concat([...expected, new Uint8Array(10_000).fill(1)]),
      'nothing was put between or behind',
    );
    for (const segment of segments) {
      assert.equal(readWavHead(segment).stamp.recording, recording);
      assert.equal(readWavHead(repairWav(segment)).format.samplesPerSecond, 48_000);
    }
    await captureAnew(3);
    assert.equal(rig.camera.view().mode, 'standby');
  });

  it('loses nothing of sound that was acknowledged when the recording ends behind a full chunk', async () => {
    await start();
    const { recording } = await rig.camera.press('audio');
    await captureAnew(2);
    rig.pieces(2);
    await until('both are on disk', async () => {
      const [segment] = rig.journal.openSegments();
      const size = await rig.store.sizeOf(segment?.file ?? 'x');
      return (size ?? 0) > 3 * WAV_CHUNK_BYTES;
    });
    await rig.camera.shutDown('test');
    const [segment] = plain(model(recording));
    assert.equal(
      segment?.length,
      WAV_HEAD_BYTES + 2 * WAV_CHUNK_BYTES + 2,
      'one silent sample ends the file',
    );
  });

  it('gives way from sound to video on one press that is held', async () => {
    await start();
    const sound = await rig.camera.press('audio');
    await captureAnew(2);
    rig.pieces(1);
    const pressed = rig.camera.press('record', true);
    rig.pieces(1);
    const video = await pressed;
    assert.equal(video.code, 'recording-started');
    assert.equal(model(sound.recording).closed?.body.reason, 'stopped');
    assert.equal(model(video.recording).opened.body.mode, 'video');
    await captureAnew(3);
    rig.fragments(1);
    await rig.stop();
    assert.equal(model(video.recording).segments.length, 1);
  });

  it('takes a photo during video: a recording of its own, one JPEG, nothing between', async () => {
    await start();
    const { recording } = await rig.camera.press('record');
    const pressed = rig.camera.press('photo');
    rig.fragments(1);
    const photo = await pressed;
    assert.equal(photo.code, 'photo-taken');
    await rig.stop();
    const found = model(photo.recording);
    assert.deepEqual([found.opened.body.mode, found.opened.body.during], ['photo', recording]);
    assert.equal(found.closed?.body.segments, 1);
    const [jpeg] = plain(found);
    assert.ok(jpeg !== undefined && isJpeg(jpeg));
    assert.deepEqual([...jpeg.subarray(-2)], [0xff, 0xd9], 'it ends as one, too');
    assert.equal(model(recording).closed?.body.reason, 'stopped');
    const other = await rig.camera.press('photo').then(
      (answer) => answer,
      () => undefined,
    );
    assert.equal(other?.code, 'photo-failed', 'nothing came that holds the press');
  });

  it('keeps no byte of sound while it is muted, and journals the choice', async () => {
    await start({ policy: { muteAllowed: true, preRecordSound: false } });
    assert.equal((await rig.camera.press('mute')).code, 'muted');
    const { recording } = await rig.camera.press('record');
    rig.fragments(3);
    await rig.stop();
    const film = concat(plain(model(recording)));
    const samples = readBoxes(film).filter(({ type }) => type === 'mdat');
    assert.ok(samples.length >= 5);
    for (const { bytes } of samples) assert.ok(!bytes.subarray(8).includes(SOUND_BYTE));
    const settings = entries().flatMap((entry) => (entry.type === 'setting-changed' ? [entry] : []));
    assert.deepEqual(
      settings.map(({ setting, on, recording: of }) => [setting, on, of]),
      [
        ['mute', true, undefined],
        ['mute', true, recording],
      ],
    );
  });

  it('stays one recording on one timeline while the picture goes and comes back', async () => {
    await start();
    const { recording } = await rig.camera.press('record');
    rig.fragments(2);
    rig.capture.lose('picture');
    await captureAnew(2);
    assert.deepEqual(rig.capture.plans[1], { format: 'mp4', picture: false, sound: true });
    assert.deepEqual(rig.camera.view().warnings, ['picture-lost']);
    rig.seekMedia(0);
    rig.fragments(2);
    rig.capture.restore('picture');
    await until('it comes back by itself', () => rig.capture.starts === 3, 30_000);
    rig.capture.ready();
    rig.fragments(1);
    await rig.stop();
    const found = model(recording);
    assert.equal(found.segments.length, 3);
    const film = plain(found);
    const times = film.flatMap((segment) => readStamps(segment).map(({ time }) => time));
    times.slice(1).forEach((time, n) => assert.ok(time > (times[n] ?? 0), `${time} behind ${times[n]}`));
    const told = entries().flatMap((entry) => (entry.type === 'capture-changed' ? [entry.reason] : []));
    assert.deepEqual(told, ['picture-lost', 'picture-back']);
    assert.deepEqual(rig.camera.view().warnings, []);
  });

  it('is handed over between recordings, and remembers to whom', async () => {
    await start();
    await rig.camera.press('record');
    assert.equal((await rig.camera.assignOfficer({ number: '110-88' })).code, 'hand-over-while-recording');
    await rig.stop();
    assert.equal(
      (await rig.camera.assignOfficer({ number: '110-88', name: '示例' })).code,
      'officer-assigned',
    );
    assert.equal(rig.camera.view().officer, '110-88');
    await until('it is burned in', () => rig.capture.shown.officer === '示例 110-88');
    const kept = JSON.parse(readFileSync(join(directory, 'officer.json'), 'utf8')) as unknown;
    assert.deepEqual(kept, { number: '110-88', name: '示例' });
    const told = entries().filter(({ type }) => type.startsWith('officer-'));
    assert.deepEqual(
      told.map(({ type }) => type),
      ['officer-assigned', 'officer-returned', 'officer-assigned'],
    );
  });

  it('takes a policy of the agency, journals its exact bytes, and refuses what is none', async () => {
    await start();
    const bytes = Buffer.from('{ "version": 7, "postRecordSeconds": 60 }');
    assert.equal((await rig.camera.applyPolicy(bytes)).code, 'policy-applied');
    assert.equal((await rig.camera.applyPolicy(Buffer.from('{ "version": 6 }'))).code, 'policy-refused');
    assert.equal((await rig.camera.applyPolicy(Buffer.from('{ "version": "x" }'))).code, 'policy-refused');
    assert.equal((await rig.camera.applyPolicy(Buffer.from('not JSON'))).code, 'policy-refused');
    const applied = entries().flatMap((entry) => (entry.type === 'policy-applied' ? [entry] : []));
    assert.deepEqual(
      applied.map(({ policy, version }) => [policy, version]),
      [[toHex(sha256(bytes)), 7]],
    );
    assert.deepEqual(readFileSync(join(directory, 'policy.json')), bytes);
    assert.equal(rig.camera.view().policy.postRecordSeconds, 60);
    assert.deepEqual(rig.lived, ['policy 7']);
  });

  it('closes everything and asks to be switched off when the battery is empty', async () => {
    let power: PowerState = { percent: 60, charging: false, external: false };
    await start({ power: { read: () => Promise.resolve(power) } });
    const { recording } = await rig.camera.press('record');
    rig.fragments(1);
    await until('the battery is seen', () => rig.camera.view().battery?.percent === 60);
    power = { percent: 4, charging: false, external: false };
    await until('it asks', () => rig.lived.length > 0, 30_000);
    assert.deepEqual(rig.lived, ['switch off: battery-empty']);
    assert.equal((await rig.camera.press('record')).code, 'powered-off');
    await rig.camera.shutDown('battery-empty');
    assert.equal(model(recording).closed?.body.reason, 'battery-low');
    const last = rig.journal.last;
    assert.ok(last?.type === 'power-off' && last.reason === 'battery-empty');
  });

  it('tells whoever watches, at once and after every change', async () => {
    await start();
    const modes: string[] = [];
    const unwatch = rig.camera.watch(({ mode }) => modes.push(mode));
    assert.deepEqual(modes, ['standby']);
    await rig.camera.press('record');
    await until('it is told', () => modes.at(-1) === 'recording');
    unwatch();
    await rig.stop();
    assert.equal(modes.at(-1), 'recording');
  });
});
