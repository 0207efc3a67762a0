import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { connectAsync } from 'mqtt';
import {
  concat,
  encodeMessage,
  equalBytes,
  readTracks,
  repairWav,
  topicOf,
  WAV_BYTES_PER_SECOND,
  WAV_HEAD_BYTES,
  type CameraState,
} from '@mingjing/protocol';
import { loadTlsIdentity, nameCheck, tlsOptions } from '@mingjing/runtime';
import type { RecordingDetail, RecordingList } from '../../../central/core/review-shapes.ts';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import {
  IngestClient,
  makeArchivePlace,
  ReviewClient,
  startArchive,
  type ArchivePlace,
  type RunningArchive,
} from '../../support/central-process.ts';
import { recordOddSound, recordWithGaps } from '../../support/odd-recordings.ts';
import { JournalBuilder, makeFilm, makePhoto, type BuiltRecording } from '../../support/recording-builder.ts';

const SECOND = WAV_BYTES_PER_SECOND;
const HEAD = 44;

describe('the review API, of what is no plain film', function () {
  this.timeout(60_000);
  let agency: TestAgency;
  let place: ArchivePlace;
  let archive: RunningArchive;
  let review: ReviewClient;
  let camera: string;
  let journal: JournalBuilder;
  let sound: BuiltRecording;
  let cutSound: BuiltRecording;
  let oddSound: BuiltRecording;
  let photo: BuiltRecording;
  let gaps: BuiltRecording;
  let open: BuiltRecording;
  let lacking: BuiltRecording;
  before(async () => {
    agency = await makeTestAgency();
    place = makeArchivePlace(await agency.enrol('archive', 'archive-1', { mayUnseal: true }));
    archive = await startArchive(place);
    camera = await agency.enrol('camera', 'cam-1', { epoch: 1 });
    journal = new JournalBuilder(camera, agency.recipients);
    journal.powerOn();
    sound = journal.recordSound(5);
    photo = journal.takePhoto(await makePhoto(), { during: sound.recording });
    gaps = recordWithGaps(journal, await makeFilm(8));
    oddSound = recordOddSound(journal);
    lacking = journal.recordSound(3, { perSegment: 1, continues: sound.recording });
    journal.add({ type: 'object-lost', object: lacking.objects[2] ?? '', reason: 'unreadable' });
    journal.objects.delete(lacking.objects[2] ?? '');
    open = journal.recordSound(2, { end: 'open' });
    cutSound = journal.recordSound(6, { perSegment: 3, end: 'power-loss' });
    const dock = new IngestClient(archive.ingest, await agency.enrol('dock', 'dock-1'), 'dock');
    await dock.deliver(journal);
    dock.close();
    review = new ReviewClient(archive.review);
    await review.signIn(archive.reviewLink());
  });
  after(async () => {
    assert.equal(await archive.stop(), 0);
    place.remove();
    agency.close();
  });

  const path = ({ recording }: BuiltRecording, rest = ''): string =>
    `/api/recordings/cam-1/1/${recording}${rest}`;
  const detailOf = (recording: BuiltRecording): Promise<RecordingDetail> =>
    review.json<RecordingDetail>(path(recording));
  const bytesOf = async (url: string, range?: string): Promise<Buffer> => {
    const answer = await review.fetch(url, range === undefined ? {} : { headers: { range } });
    assert.equal(answer.status, range === undefined ? 200 : 206, url);
    return Buffer.from(await answer.arrayBuffer());
  };
  const samplesOf = ({ contents }: BuiltRecording): Uint8Array =>
    concat(contents.map((content) => content.subarray(WAV_HEAD_BYTES)));

  it('says what each is, and lists one kind alone if asked', async () => {
    const kinds = async (mode: string): Promise<string[]> =>
      (await review.json<RecordingList>(`/api/recordings?mode=${mode}`)).recordings.map((one) => one.mode);
    assert.deepEqual(await kinds('photo'), ['photo']);
    assert.deepEqual(await kinds('video'), ['video']);
    assert.equal((await kinds('audio')).length, 6);
    assert.equal((await review.fetch('/api/recordings?mode=other')).status, 400);
  });

  it('gives sound as one valid WAV', async () => {
    const { parts, sound: layout, seconds } = await detailOf(sound);
    assert.equal(parts, 1);
    assert.deepEqual(
      layout?.map((part) => part.map((one) => [one.segment, one.seconds])),
      [
        [
          [0, 2],
          [1, 2],
          [2, 1],
        ],
      ],
    );
    assert.equal(seconds, 5);
    const wav = await bytesOf(path(sound, '/sound/0.wav'));
    assert.ok(equalBytes(repairWav(wav), wav), 'nothing is to be repaired in it');
    assert.ok(equalBytes(wav.subarray(HEAD), samplesOf(sound)));
  });

  it('gives any run of its bytes, as players ask', async () => {
    const url = path(sound, '/sound/0.wav');
    const whole = await bytesOf(url);
    const size = whole.length;
    for (const [range, from, to] of [
      ['bytes=0-', 0, size],
      ['bytes=0-43', 0, 44],
      ['bytes=40-59', 40, 60],
      [
        `bytes=${HEAD + 2 * SECOND - 10}-${HEAD + 2 * SECOND + 9}`,
        HEAD + 2 * SECOND - 10,
        HEAD + 2 * SECOND + 10,
      ],
      [`bytes=${size - 1}-`, size - 1, size],
      ['bytes=-100', size - 100, size],
      [`bytes=10-${size * 2}`, 10, size],
    ] as const) {
      const answer = await review.fetch(url, { headers: { range } });
      assert.equal(answer.headers.get('content-range'), `bytes ${from}-${to - 1}/${size}`);
      assert.ok(equalBytes(Buffer.from(await answer.arrayBuffer()), whole.subarray(from, to)), range);
    }
    assert.equal((await review.fetch(url, { headers: { range: `bytes=${size}-` } })).status, 416);
    for (const range of ['bytes=5-2', 'lines=1-2', 'bytes=0-1,5-6'])
      assert.equal((await review.fetch(url, { headers: { range } })).status, 200, range);
    assert.equal((await review.fetch(path(sound, '/sound/1.wav'))).status, 404);
    assert.equal((await review.fetch(path(gaps, '/sound/0.wav'))).status, 409);
  });

  it('gives what a power cut left of sound, in whole samples', async () => {
    const wav = await bytesOf(path(cutSound, '/sound/0.wav'));
    assert.ok(equalBytes(repairWav(wav), wav));
    assert.ok(wav.length > HEAD + 4 * SECOND && wav.length < HEAD + 6 * SECOND);
    assert.ok(equalBytes(wav.subarray(HEAD), samplesOf(cutSound).subarray(0, wav.length - HEAD)));
  });

  it('plays sound of another writer’s head too', async () => {
    const wav = await bytesOf(path(oddSound, '/sound/0.wav'));
    assert.ok(equalBytes(wav.subarray(HEAD), samplesOf(oddSound)));
  });

  it('closes no gap in sound: what lies behind it is another file', async () => {
    const { parts, segments } = await detailOf(lacking);
    assert.deepEqual([parts, segments.map(({ here }) => here)], [2, [true, false, true]]);
    const [first = new Uint8Array(), , third = new Uint8Array()] = lacking.contents;
    for (const [n, content] of [first, third].entries())
      assert.ok(
        equalBytes(
          (await bytesOf(path(lacking, `/sound/${n}.wav`))).subarray(HEAD),
          content.subarray(WAV_HEAD_BYTES),
        ),
      );
  });

  it('gives a photo as it was taken', async () => {
    const answer = await review.fetch(path(photo, '/photo.jpg'));
    assert.equal(answer.headers.get('content-type'), 'image/jpeg');
    assert.ok(equalBytes(Buffer.from(await answer.arrayBuffer()), photo.contents[0] ?? new Uint8Array()));
    assert.equal((await review.fetch(path(sound, '/photo.jpg'))).status, 404);
  });

  it('leads from a recording to what was made during it and what goes on from it, and back', async () => {
    assert.deepEqual(
      (await detailOf(sound)).belonging.map(({ recording, mode }) => [mode, recording]),
      [
        ['photo', photo.recording],
        ['audio', lacking.recording],
      ],
    );
    assert.equal((await detailOf(photo)).during, sound.recording);
    assert.equal((await detailOf(lacking)).continues, sound.recording);
  });

  it('tells where a film lost its sound, stood still and lost its picture, and plays every stretch', async () => {
    const { parts, changes, segments, seconds } = await detailOf(gaps);
    assert.equal(seconds, 8);
    assert.deepEqual(
      changes.map(({ time, capture }) => [
        Math.round(time),
        capture?.reason,
        capture?.picture,
        capture?.sound,
      ]),
      [
        [2, 'sound-lost', true, false],
        [6, 'picture-lost', false, true],
        [7, 'picture-back', true, true],
      ],
    );
    assert.deepEqual(
      segments.map(({ picture, sound: heard }) => [picture, heard]),
      [
        [true, true],
        [true, false],
        [false, true],
        [true, true],
      ],
    );
    assert.equal(parts, 4);
    const kinds: string[] = [];
    for (let part = 0; part < parts; part += 1) {
      const text = (await bytesOf(path(gaps, `/playlist.m3u8?part=${part}`))).toString();
      const init = await bytesOf(path(gaps, `/init/${part}.mp4`));
      const media = [...text.matchAll(/^(segments\/\S+)$/gm)].map(([, uri]) =>
        bytesOf(path(gaps, `/${uri ?? ''}`)),
      );
      const film = concat([init, ...(await Promise.all(media))]);
      const packets = execFileSync(
        'ffprobe',
        ['-v', 'error', '-show_entries', 'packet=codec_type', '-of', 'csv=p=0', '-'],
        {
          input: film,
          encoding: 'utf8',
        },
      );
      const promised = readTracks(init).map(({ kind }) => kind);
      const played = new Set(
        packets
          .split('\n')
          .map((line) => line.replace(',', ''))
          .filter((line) => line !== ''),
      );
      assert.deepEqual(new Set(promised), played, 'nothing is promised that does not come');
      kinds.push([...played].sort().join(' '));
    }
    assert.deepEqual(kinds, ['audio video', 'video', 'audio', 'audio video']);
  });

  it('judges all of them good', async () => {
    for (const recording of [sound, photo, gaps, oddSound, cutSound]) {
      const verdict = await review.json<{ answer: string; findings: { severity: string }[] }>(
        path(recording, '/verdict'),
      );
      assert.deepEqual(
        verdict.findings.filter(({ severity }) => severity === 'fault'),
        [],
      );
    }
  });

  it('says that a recording goes on while its camera says so, and not for ever', async () => {
    assert.equal((await detailOf(open)).state, 'arriving');
    const identity = loadTlsIdentity(camera, 'camera');
    const tls = { ...tlsOptions(identity), checkServerIdentity: nameCheck(identity, 'archive') };
    const client = await connectAsync(`mqtts://127.0.0.1:${archive.broker}`, { ...tls, protocolVersion: 4 });
    const becomes = async (state: RecordingDetail['state']): Promise<void> => {
      const deadline = Date.now() + 10_000;
      while ((await detailOf(open)).state !== state)
        assert.ok(Date.now() < deadline, `it does not become ${state}`);
    };
    try {
      const say = (state: Partial<CameraState>): Promise<unknown> =>
        client.publishAsync(
          topicOf('testagency', 'camera', 'cam-1', 'camera-state'),
          Buffer.from(
            encodeMessage('camera-state', {
              at: new Date().toISOString(),
              online: true,
              state: 'standby',
              ...state,
            }),
          ),
          { qos: 1 },
        );
      await say({ state: 'recording', recording: open.recording });
      await becomes('recording');
      await say({ online: false, state: 'off', recording: open.recording });
      await becomes('arriving');
    } finally {
      await client.endAsync(true);
    }
  });
});
