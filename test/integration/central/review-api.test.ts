import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  archiveKeyName,
  custodyOrigin,
  Frontier,
  noteVerifier,
  openCheckpoint,
  recipientOf,
  splitInit,
  x25519Recipient,
  ageSeal,
  type Verdict,
} from '@mingjing/protocol';
import { loadEvidenceIdentity } from '@mingjing/runtime';
import { SqliteCustody } from '../../../central/adapters/sqlite-custody.ts';
import type { RecordingDetail, RecordingList, SessionAnswer } from '../../../central/core/review-shapes.ts';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import {
  IngestClient,
  makeArchivePlace,
  ReviewClient,
  startArchive,
  type ArchivePlace,
  type RunningArchive,
} from '../../support/central-process.ts';
import {
  JournalBuilder,
  makeFilm,
  objectPath,
  type BuiltRecording,
} from '../../support/recording-builder.ts';
import { temporaryDirectories } from '../../support/temporary.ts';

const temporary = temporaryDirectories();
const run = promisify(execFile);

describe('the review API', () => {
  let agency: TestAgency;
  let place: ArchivePlace;
  let archive: RunningArchive;
  let review: ReviewClient;
  let journal: JournalBuilder;
  let whole: BuiltRecording;
  let cut: BuiltRecording;
  let changing: BuiltRecording;
  before(async function () {
    this.timeout(60_000);
    agency = await makeTestAgency();
    place = makeArchivePlace(await agency.enrol('archive', 'archive-1', { mayUnseal: true }));
    archive = await startArchive(place);
    journal = new JournalBuilder(await agency.enrol('camera', 'cam-1', { epoch: 1 }), agency.recipients);
    journal.powerOn();
    const film = await makeFilm(6);
    whole = journal.record(film, { marks: ['mark', 'key'], officer: '021734' });
    journal.pass(5000);
    changing = changeInit(journal, await makeFilm(3, '160x120'), film);
    cut = journal.record(film, { end: 'power-loss' });
    const dock = new IngestClient(archive.ingest, await agency.enrol('dock', 'dock-1'), 'dock');
    await dock.deliver(journal);
    await dock.receipt('cam-1', 1);
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
  const code = async (answer: Response): Promise<unknown> =>
    ((await answer.json()) as { code?: unknown }).code;
  const bytesOf = async (url: string): Promise<Buffer> => {
    const answer = await review.fetch(url);
    assert.equal(answer.status, 200, url);
    return Buffer.from(await answer.arrayBuffer());
  };
  /** The files a player would fetch for a part, as a player would fetch them. */
  async function fetchPart(recording: BuiltRecording, part = 0): Promise<{ text: string; media: Buffer[] }> {
    const text = (await bytesOf(path(recording, `/playlist.m3u8?part=${part}`))).toString();
    const uris = [...text.matchAll(/URI="([^"]+)"/g), ...text.matchAll(/^(segments\/\S+)$/gm)].map(
      ([, uri]) => uri ?? '',
    );
    return { text, media: await Promise.all(uris.map((uri) => bytesOf(path(recording, `/${uri}`)))) };
  }

  describe('lets nobody in', () => {
    const routes = (): string[] => [
      '/api/recordings',
      path(whole),
      path(whole, '/verdict'),
      path(whole, '/playlist.m3u8'),
      path(whole, '/init/0.mp4'),
      path(whole, '/segments/0.m4s'),
      path(whole, '/sound/0.wav'),
      path(whole, '/photo.jpg'),
      '/api/live',
      '/api',
      '/api/',
      '/api/anything',
    ];

    it('without a session, on any route', async () => {
      const stranger = new ReviewClient(archive.review);
      for (const route of routes()) {
        for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'HEAD']) {
          const answer = await stranger.fetch(route, { method });
          assert.equal(answer.status, 401, `${method} ${route}`);
          if (method !== 'HEAD') assert.equal(await code(answer), 'signed-out');
        }
      }
      assert.deepEqual(await stranger.json('/api/session'), { signedIn: false });
    });

    it('by another spelling of a route', async () => {
      const asked = (route: string): Promise<string> =>
        new Promise((resolve, reject) => {
          request({ host: '127.0.0.1', port: archive.review, path: route }, (answer) => {
            let text = '';
            answer.on('data', (part: Buffer) => (text += part.toString()));
            answer.on('end', () => resolve(`${answer.statusCode ?? 0} ${text}`));
          })
            .on('error', reject)
            .end();
        });
      const spellings = [
        '/%61pi/recordings',
        '/api/%72ecordings',
        '//api/recordings',
        '/API/recordings',
        '/api/recordings/',
        '/api%2frecordings',
        '/./api/recordings',
        '/x/../api/recordings',
        '/api;x/recordings',
        '/api/recordings;x',
        'http://127.0.0.1/api/recordings',
      ];
      for (const route of [...spellings, path(whole).replace('api', '%61pi')])
        assert.ok(!(await asked(route)).includes('cam-1'), route);
    });

    it('with a made-up session, or a token used up', async () => {
      const stranger = new ReviewClient(archive.review);
      const answer = await stranger.fetch('/api/recordings', { headers: { cookie: 'mingjing_session=x' } });
      assert.equal(answer.status, 401);
      const link = archive.reviewLink();
      assert.equal((await stranger.signIn(link)).status, 200);
      assert.equal(await code(await new ReviewClient(archive.review).signIn(link)), 'bad-token');
      assert.notEqual(archive.reviewLink(), link);
      assert.equal((await stranger.fetch('/api/session', { method: 'DELETE' })).status, 200);
      assert.equal((await stranger.fetch('/api/recordings')).status, 401);
    });

    it('under another name, or from another origin’s page', async () => {
      const status = (headers: Record<string, string>, method = 'GET'): Promise<number> =>
        new Promise((resolve, reject) => {
          const asked = { host: '127.0.0.1', port: archive.review, path: '/api/session', method, headers };
          request(asked, (answer) => resolve(answer.resume().statusCode ?? 0))
            .on('error', reject)
            .end();
        });
      const own = `127.0.0.1:${archive.review}`;
      assert.equal(await status({ host: own }), 200);
      assert.equal(await status({ host: `localhost:${archive.review}` }), 200);
      for (const host of [
        'attacker.example',
        `attacker.example:${archive.review}`,
        '127.0.0.1',
        '127.0.0.1:1',
      ])
        assert.equal(await status({ host }), 403, host);
      assert.equal(await status({ host: own, 'sec-fetch-site': 'cross-site' }), 403);
      for (const headers of [
        { host: own },
        { host: own, origin: 'http://attacker.example' },
        { host: own, origin: 'null' },
      ])
        assert.equal(await status(headers, 'POST'), 403);
    });

    it('and lies in a file of the operator’s alone', () => {
      assert.equal(statSync(join(place.state, 'review-link.txt')).mode & 0o777, 0o600);
      assert.match(archive.reviewLink(), /^http:\/\/127\.0\.0\.1:[0-9]+\/#token=[A-Za-z0-9_-]{43}$/);
      const log = readFileSync(join(place.dir, 'archive.log'), 'utf8');
      assert.ok(!log.includes('token='));
    });
  });

  it('tells browsers to load nothing from elsewhere', async () => {
    for (const route of ['/', '/api/session', '/api/recordings', '/nothing.js']) {
      const { headers } = await review.fetch(route);
      assert.match(
        headers.get('content-security-policy') ?? '',
        /^default-src 'self'; .*frame-ancestors 'none'$/,
        route,
      );
      assert.equal(headers.get('x-content-type-options'), 'nosniff');
      assert.equal(headers.get('referrer-policy'), 'no-referrer');
    }
  });

  it('gives no file outside the pages', async () => {
    for (const route of [
      '/../config.ts',
      '/%2e%2e/config.ts',
      '/..%2fconfig.ts',
      '/.env',
      '//etc/passwd.json',
      '/main.ts',
    ])
      assert.ok(!(await (await review.fetch(route)).text()).includes('ArchiveConfig'), route);
  });

  it('says who is signed in where', async () => {
    assert.deepEqual(await review.json<SessionAnswer>('/api/session'), {
      signedIn: true,
      agency: 'testagency',
      archive: 'archive-1',
      canUnseal: true,
    });
  });

  it('lists recordings, newest first, page by page', async () => {
    const { recordings, cursor } = await review.json<RecordingList>('/api/recordings?limit=2');
    assert.deepEqual(
      recordings.map(({ recording }) => recording),
      [cut.recording, changing.recording],
    );
    const rest = await review.json<RecordingList>(
      `/api/recordings?limit=2&before=${encodeURIComponent(cursor ?? '')}`,
    );
    assert.equal(rest.cursor, undefined);
    const [summary] = rest.recordings;
    const { start, end, bytes, ...others } = summary ?? { start: '', end: '', bytes: 0 };
    assert.ok(start < (end ?? '') && bytes > 100_000);
    assert.deepEqual(others, {
      device: 'cam-1',
      epoch: 1,
      recording: whole.recording,
      mode: 'video',
      officer: '021734',
      seconds: 6,
      state: 'complete',
      closedReason: 'stopped',
      segments: 3,
      segmentsHere: 3,
      marks: 2,
      keyMarked: true,
    });
    for (const query of ['limit=0', 'limit=x', 'limit=1&limit=2', `before=${'x'.repeat(200)}`])
      assert.equal((await review.fetch(`/api/recordings?${query}`)).status, 400, query);
  });

  it('shows a recording with its marks, its way, its segments and its camera', async () => {
    const detail = await review.json<RecordingDetail>(path(whole));
    assert.deepEqual(
      detail.marks.map(({ kind, time }) => [kind, time]),
      [
        ['mark', 2],
        ['key', 2],
      ],
    );
    assert.deepEqual(
      detail.track.map(({ time }) => time),
      [0, 1, 2, 3, 4, 5],
    );
    assert.equal(detail.track[1]?.lat, 31.2305);
    assert.deepEqual(
      detail.segments.map(({ index, recovered, here }) => [index, recovered, here]),
      [
        [0, false, true],
        [1, false, true],
        [2, false, true],
      ],
    );
    assert.equal(detail.certificate.id, 'cam-1');
    assert.equal(detail.parts, 1);
    const recovered = await review.json<RecordingDetail>(path(cut));
    assert.equal(recovered.closedReason, 'power-loss');
    assert.equal(recovered.segments[2]?.recovered, true);
    assert.ok(recovered.track.length >= 4 && recovered.track.length < 6);
    for (const missing of [
      path({ ...whole, recording: '0'.repeat(32) }),
      '/api/recordings/cam-2/1/x',
      path(whole, '/nothing'),
    ])
      assert.equal(await code(await review.fetch(missing)), 'not-found');
  });

  it('judges a recording by the protocol’s verifier', async () => {
    const verdict = await review.json<Verdict>(path(whole, '/verdict'));
    assert.equal(verdict.answer, 'good');
    assert.deepEqual(verdict.findings, []);
    assert.ok(verdict.counts.bytes > whole.contents.reduce((sum, { length }) => sum + length, 0));
    const unsure = await review.json<Verdict>(path(cut, '/verdict'));
    assert.deepEqual(unsure.findings.map((finding) => finding.code).toSorted(), [
      'ended-by-power-loss',
      'segment-recovered',
    ]);
  });

  it('plays a recording: ffmpeg reads what a browser gets, byte for byte what the camera sealed', async () => {
    const { text, media } = await fetchPart(whole);
    assert.match(text, /#EXT-X-ENDLIST\n$/);
    const [init, ...segments] = media;
    assert.deepEqual(init, Buffer.from(splitInit(whole.contents[0] ?? new Uint8Array()).init));
    assert.deepEqual(
      segments,
      whole.contents.map((content) => Buffer.from(splitInit(content).fragments)),
    );
    const lengths = [...text.matchAll(/#EXTINF:([0-9.]+),/g)].map(([, seconds]) => Number(seconds));
    assert.ok(Math.abs(lengths.reduce((sum, one) => sum + one, 0) - 6) < 0.1);
    const probe = await decode(Buffer.concat(media));
    assert.deepEqual(probe, { frames: 150, streams: ['audio', 'video'] });
  });

  it('plays by its playlist in a player that speaks HLS', async function () {
    this.timeout(30_000);
    const url = `http://127.0.0.1:${archive.review}${path(whole, '/playlist.m3u8')}`;
    const args = ['-v', 'error', '-headers', `Cookie: ${review.cookie}\r\n`, '-i', url, '-count_packets'];
    const { stdout } = await run('ffprobe', [
      ...args,
      '-show_entries',
      'stream=codec_type,nb_read_packets',
      '-of',
      'csv=p=0',
    ]);
    assert.match(stdout, /video,150/);
  });

  it('plays what a power cut left, up to the last whole fragment', async () => {
    const { text, media } = await fetchPart(cut);
    assert.equal([...text.matchAll(/#EXTINF/g)].length, 3);
    const { frames } = await decode(Buffer.concat(media));
    assert.ok(frames >= 100 && frames < 150, `${frames} frames`);
  });

  it('plays a recording whose picture changes in parts', async () => {
    assert.equal((await review.json<RecordingDetail>(path(changing))).parts, 2);
    assert.equal((await decode(Buffer.concat((await fetchPart(changing, 0)).media))).frames, 75);
    assert.equal((await decode(Buffer.concat((await fetchPart(changing, 1)).media))).frames, 150);
    assert.equal(await code(await review.fetch(path(changing, '/playlist.m3u8?part=2'))), 'not-found');
  });

  it('has every look in a signed log before it happens', async () => {
    const custody = new SqliteCustody(join(place.state, 'custody.sqlite'));
    const before = (await custody.state()).size;
    await review.json(path(whole));
    await bytesOf(path(whole, '/segments/1.m4s'));
    await review.json(path(whole, '/verdict'));
    await bytesOf(path(whole, '/playlist.m3u8'));
    const state = await custody.state();
    const entries = await custody.entries(0, state.size);
    const acts = entries
      .slice(before)
      .map((bytes) => JSON.parse(Buffer.from(bytes).toString()) as Record<string, unknown>);
    assert.deepEqual(
      acts.map(({ type, purpose, part }) => [type, purpose, part].filter((one) => one !== undefined)),
      [['looked-at'], ['decrypted', 'play'], ['verified'], ['decrypted', 'verify'], ['playlist-opened', 0]],
    );
    for (const act of acts) {
      assert.equal(act['recording'], whole.recording);
      assert.deepEqual(Object.keys(act['actor'] as object), ['kind', 'name']);
    }
    const tree = new Frontier();
    for (const bytes of entries) tree.append(bytes);
    const { certificate } = loadEvidenceIdentity(place.identity, 'archive');
    const verifier = noteVerifier(archiveKeyName('archive-1'), certificate.publicKey);
    const checkpoint = openCheckpoint(state.note ?? '', custodyOrigin('archive-1'), [verifier]);
    assert.equal(checkpoint.size, entries.length);
    assert.deepEqual(checkpoint.root, tree.root());
    custody.close();
  });

  it('gives nothing of footage that is not what the camera signed, and the verdict says where', async () => {
    const fresh = await startAgain(place, archive);
    archive = fresh.archive;
    review = fresh.review;
    const [, , segment = ''] = whole.objects;
    const file = objectPath(place.objects, segment);
    const good = readFileSync(file);
    const overwrite = (bytes: Uint8Array): void => {
      chmodSync(file, 0o600);
      writeFileSync(file, bytes);
    };
    const recipient = recipientOf(whole.key);
    const flipped = Buffer.from(good);
    flipped.writeUInt8(flipped.readUInt8(6000) ^ 1, 6000);
    const other = whole.contents[0] ?? new Uint8Array();
    for (const [bytes, expected] of [
      [flipped, 'footage-unreadable'],
      [ageSeal(other, [x25519Recipient(recipient)]), 'content-altered'],
    ] as const) {
      overwrite(bytes);
      assert.equal(await code(await review.fetch(path(whole, '/segments/1.m4s'))), expected);
      assert.match(
        (await bytesOf(path(whole, '/playlist.m3u8'))).toString(),
        /segments\/0.*segments\/1.*segments\/2/s,
      );
      assert.equal((await review.json<RecordingDetail>(path(whole))).parts, 1);
      assert.equal((await review.fetch(path(whole, '/segments/0.m4s'))).status, 200);
    }
    const verdict = await review.json<Verdict>(path(whole, '/verdict'));
    assert.equal(verdict.axes.integrity, 'bad');
    assert.ok(
      verdict.findings.some((finding) => finding.place.segment === 1 && finding.place.object === segment),
    );
    overwrite(good);
    assert.equal((await review.fetch(path(whole, '/segments/1.m4s'))).status, 200);
  });

  it('tells the pages what changes, as it changes', async () => {
    const answer = await review.fetch('/api/live');
    assert.equal(answer.headers.get('content-type'), 'text/event-stream; charset=utf-8');
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
    const next = async (): Promise<string> => Buffer.from((await reader.read()).value ?? []).toString();
    assert.match(await next(), /^event: snapshot\ndata: \{.*\}\n\n$/);
    const { recording } = journal.recordBytes([randomBytes(100)]);
    const dock = new IngestClient(archive.ingest, await agency.enrol('dock', 'dock-2'), 'dock');
    await dock.deliver(journal);
    dock.close();
    assert.match(await next(), new RegExp(`^event: recordings-changed\ndata: .*${recording}`));
    await reader.cancel();
  });

  it('says so when this archive holds no key of footage', async () => {
    const sealed = makeArchivePlace(await agency.enrol('archive', 'archive-2'));
    const other = await startArchive(sealed);
    const dock = new IngestClient(other.ingest, await agency.enrol('dock', 'dock-3'), 'dock');
    await dock.deliver(journal);
    dock.close();
    const client = new ReviewClient(other.review);
    await client.signIn(other.reviewLink());
    const detail = await client.json<RecordingDetail>(path(whole));
    assert.deepEqual([detail.track, detail.parts], [[], 0]);
    for (const route of ['/playlist.m3u8', '/init/0.mp4', '/segments/0.m4s']) {
      const answer = await client.fetch(path(whole, route));
      assert.deepEqual([answer.status, await code(answer)], [409, 'cannot-unseal']);
    }
    assert.equal((await client.json<Verdict>(path(whole, '/verdict'))).axes.integrity, 'good');
    await other.stop();
    sealed.remove();
  });

  /** A recording whose capture was restarted with another picture. */
  function changeInit(
    into: JournalBuilder,
    ...films: Awaited<ReturnType<typeof makeFilm>>[]
  ): BuiltRecording {
    const opened = into.open();
    const contents: Uint8Array[] = [];
    for (const film of films) {
      const content = Buffer.concat([film.init, ...film.fragments.flatMap(({ moof, mdat }) => [moof, mdat])]);
      contents.push(content);
      into.pass(film.fragments.length * 1000);
      opened.seal(content, film.fragments.length * 1000);
    }
    opened.close('stopped', 0);
    return { ...opened, contents };
  }

  async function decode(mp4: Buffer): Promise<{ frames: number; streams: string[] }> {
    const file = join(temporary(), 'film.mp4');
    writeFileSync(file, mp4);
    const show = ['-count_frames', '-show_entries', 'stream=codec_type,nb_read_frames', '-of', 'json'];
    const { stdout, stderr } = await run('ffprobe', ['-v', 'error', ...show, file]);
    assert.equal(stderr, '', 'without a complaint');
    const { streams } = JSON.parse(stdout) as { streams: { codec_type: string; nb_read_frames: string }[] };
    const video = streams.find((stream) => stream.codec_type === 'video');
    return {
      frames: Number(video?.nb_read_frames),
      streams: streams.map((stream) => stream.codec_type).toSorted(),
    };
  }
});

/** A new process on the same place: nothing it knew of the footage is in memory. */
async function startAgain(
  place: ArchivePlace,
  archive: RunningArchive,
): Promise<{ archive: RunningArchive; review: ReviewClient }> {
  await archive.stop();
  const again = await startArchive(place, '--rebuild');
  const review = new ReviewClient(again.review);
  await review.signIn(again.reviewLink());
  return { archive: again, review };
}
