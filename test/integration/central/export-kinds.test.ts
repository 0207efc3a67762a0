import assert from 'node:assert/strict';
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  concat,
  decodeEntry,
  equalBytes,
  findingWords,
  joinWavs,
  parseFootageMap,
  type FootageMap,
  type Verdict,
} from '@mingjing/protocol';
import { exportRecording } from '../../../central/export/export-recording.ts';
import { openArchive, type OpenArchive } from '../../../central/open-archive.ts';
import { verifyExport } from '../../../provisioning/verify/verify-export.ts';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import { copyExport, rewriteManifests, withFlippedByte } from '../../support/attacker.ts';
import {
  IngestClient,
  makeArchivePlace,
  startArchive,
  type ArchivePlace,
} from '../../support/central-process.ts';
import {
  recordInterrupted,
  recordMuted,
  recordOddSound,
  recordWithGaps,
} from '../../support/odd-recordings.ts';
import { playInBrowser } from '../../support/play-in-browser.ts';
import { REPOSITORY } from '../../support/processes.ts';
import { JournalBuilder, makeFilm, makePhoto, type BuiltRecording } from '../../support/recording-builder.ts';
import { temporaryDirectories } from '../../support/temporary.ts';

const run = promisify(execFile);
const temporary = temporaryDirectories();

describe('an export of a recording that is no plain film', function () {
  this.timeout(60_000);
  let agency: TestAgency;
  let place: ArchivePlace;
  let archive: OpenArchive;
  let journal: JournalBuilder;
  let sound: BuiltRecording;
  let cutSound: BuiltRecording;
  let oddSound: BuiltRecording;
  let photo: BuiltRecording;
  let cutPhoto: BuiltRecording;
  let gaps: BuiltRecording;
  let muted: BuiltRecording;
  let interrupted: readonly [BuiltRecording, BuiltRecording];
  before(async () => {
    agency = await makeTestAgency();
    place = makeArchivePlace(await agency.enrol('archive', 'archive-1', { mayUnseal: true }));
    journal = new JournalBuilder(await agency.enrol('camera', 'cam-1', { epoch: 1 }), agency.recipients);
    journal.powerOn();
    const film = await makeFilm(8);
    const jpeg = await makePhoto();
    sound = journal.recordSound(5, { marks: ['key'], officer: '执法-001' });
    cutSound = journal.recordSound(6, { perSegment: 3, end: 'power-loss' });
    oddSound = recordOddSound(journal);
    photo = journal.takePhoto(jpeg, { during: sound.recording });
    cutPhoto = journal.takePhoto(concat([jpeg, new Uint8Array(200_000)]), { end: 'power-loss' });
    gaps = recordWithGaps(journal, film);
    muted = recordMuted(journal, film);
    interrupted = recordInterrupted(journal, film);
    const running = await startArchive(place);
    const dock = new IngestClient(running.ingest, await agency.enrol('dock', 'dock-1'), 'dock');
    await dock.deliver(journal);
    await dock.receipt('cam-1', 1);
    dock.close();
    assert.equal(await running.stop(), 0);
    archive = await openArchive({
      identityDirectory: place.identity,
      stateDirectory: place.state,
      objectsDirectory: place.objects,
    });
  });
  after(() => {
    archive.close();
    place.remove();
    agency.close();
  });

  async function exported({ recording }: BuiltRecording): Promise<string> {
    const out = join(temporary(), 'export');
    const actor = { kind: 'command', user: 'operator' } as const;
    await exportRecording(archive, { recording, out, reason: '案件 2026-17', actor });
    return out;
  }
  const mapOf = (bag: string): FootageMap => parseFootageMap(readFileSync(join(bag, 'data/footage.json')));
  const filesOf = (bag: string): string[] => mapOf(bag).parts.map(({ file }) => file);
  const verify = (bag: string): Promise<Verdict> => verifyExport(bag, agency.roots);
  const signedContents = ({ recording }: BuiltRecording): string[] =>
    journal.entries.flatMap((bytes) => {
      const read = decodeEntry(bytes);
      return read.known && read.entry.type === 'segment-sealed' && read.entry.recording === recording
        ? [`${read.entry.index} ${read.entry.content}`]
        : [];
    });

  it('gives sound as one WAV: the one that follows from its segments, and no other', async () => {
    const bag = await exported(sound);
    assert.deepEqual(filesOf(bag), ['data/recording-1.wav']);
    const file = readFileSync(join(bag, 'data/recording-1.wav'));
    assert.ok(equalBytes(file, joinWavs(sound.contents)));
    const { answer, findings, counts } = await verify(bag);
    assert.deepEqual([answer, findings, counts.segments], ['good', [], 3]);
    assert.match(
      readFileSync(join(bag, 'data/evidence-list.csv'), 'utf8'),
      /"data\/recording-1.wav","视听资料\(录音\) \/ sound recording","WAV/,
    );
  });

  it('gives sound that was cut as a valid WAV of what there is', async () => {
    const bag = await exported(cutSound);
    const file = join(bag, 'data/recording-1.wav');
    const show = ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0', file];
    const seconds = Number(execFileSync('ffprobe', show, { encoding: 'utf8' }));
    assert.ok(seconds > 4.3 && seconds < 5, `${seconds}`);
    const sox = spawnSync('sox', [file, '-n', 'stats'], { encoding: 'utf8' });
    assert.equal(sox.status, 0);
    assert.doesNotMatch(sox.stderr, /WARN|FAIL/);
    const { answer, findings } = await verify(bag);
    assert.deepEqual(
      [answer, findings.map(({ code }) => code)],
      ['good', ['ended-by-power-loss', 'segment-recovered']],
    );
  });

  it('plays in a browser', async () => {
    const { advanced, error } = await playInBrowser(join(await exported(sound), 'data/recording-1.wav'));
    assert.equal(error, undefined);
    assert.ok(advanced >= 2);
  });

  it('keeps a segment of sound that is not as ours are as the camera signed it', async () => {
    const bag = await exported(oddSound);
    const [first, odd, last] = oddSound.contents;
    assert.deepEqual(
      filesOf(bag),
      [1, 2, 3].map((n) => `data/recording-${n}.wav`),
    );
    assert.deepEqual(
      [1, 2, 3].map((n) => statSync(join(bag, `data/recording-${n}.wav`)).size),
      [
        joinWavs([first ?? new Uint8Array()]).length,
        odd?.length,
        joinWavs([last ?? new Uint8Array()]).length,
      ],
    );
    assert.equal((await verify(bag)).answer, 'good');
  });

  it('gives a photo as it was taken', async () => {
    const bag = await exported(photo);
    assert.deepEqual(filesOf(bag), ['data/recording-1.jpg']);
    assert.ok(
      equalBytes(readFileSync(join(bag, 'data/recording-1.jpg')), photo.contents[0] ?? new Uint8Array()),
    );
    const { answer, findings } = await verify(bag);
    assert.deepEqual([answer, findings], ['good', []]);
    assert.match(readFileSync(join(bag, 'data/evidence-list.csv'), 'utf8'), /"照片 \/ photo","JPEG"/);
  });

  it('gives what a power cut left of a photo', async () => {
    const bag = await exported(cutPhoto);
    const survived = readFileSync(join(bag, 'data/recording-1.jpg'));
    const taken = cutPhoto.contents[0] ?? new Uint8Array();
    assert.ok(survived.length > 0 && survived.length < taken.length);
    assert.ok(equalBytes(survived, taken.subarray(0, survived.length)));
    assert.equal((await verify(bag)).answer, 'good');
  });

  it('gives a video without sound here and without picture there as one film that plays through', async () => {
    const bag = await exported(gaps);
    assert.deepEqual(filesOf(bag), ['data/recording-1.mp4']);
    assert.equal((await verify(bag)).answer, 'good');
    const { advanced, error } = await playInBrowser(join(bag, 'data/recording-1.mp4'), 5);
    assert.equal(error, undefined);
    assert.ok(advanced >= 5, `${advanced}`);
  });

  describe('tells whoever verifies it what is not in it', () => {
    async function said(recording: BuiltRecording, language: 'zh' | 'en'): Promise<string> {
      const bag = await exported(recording);
      const roots = join(temporary(), 'root.pem');
      writeFileSync(roots, agency.roots.join('\n'));
      const args = ['verify', bag, '--root', roots, '--lang', language];
      const { status, stdout } = spawnSync(join(REPOSITORY, 'bin/mingjing'), args, { encoding: 'utf8' });
      assert.equal(status, 0, stdout);
      return stdout;
    }

    it('that the sound was muted, from when to when, and by whom', async () => {
      const bag = await exported(muted);
      const { answer, axes, findings } = await verify(bag);
      assert.deepEqual(
        [answer, axes.coverage, findings.map(({ code, severity }) => `${severity} ${code}`)],
        ['good', 'unsure', ['remark sound-muted']],
      );
      const [from, to] = findings[0]?.place.times ?? assert.fail();
      assert.equal(Date.parse(to) - Date.parse(from), 2000);
      const readme = readFileSync(join(bag, 'README.txt'), 'utf8');
      assert.ok(readme.includes(`${findingWords('sound-muted', 'en').seen} ${from} – ${to}`), readme);
      const english = await said(muted, 'en');
      for (const words of [findingWords('sound-muted', 'en').means, `${from} – ${to}`, 'chosen by 执法-001'])
        assert.ok(english.includes(words), english);
      assert.ok((await said(muted, 'zh')).includes(findingWords('sound-muted', 'zh').seen));
    });

    it('that it was interrupted, lost its picture, and goes on in another', async () => {
      const [before, after] = interrupted;
      const text = await said(before, 'en');
      for (const code of ['picture-missing', 'footage-gap', 'continued-in-another'] as const)
        assert.ok(text.includes(`[${code}]`), text);
      assert.ok(text.includes('3.00 s') && text.includes(after.recording), text);
      const { findings } = await verify(await exported(before));
      assert.deepEqual(findings.filter(({ severity }) => severity === 'fault'), []); // prettier-ignore
    });

    it('that it goes on from another, which is not here', async () => {
      const [before, after] = interrupted;
      const { answer, findings } = await verify(await exported(after));
      assert.deepEqual(
        [answer, findings.map(({ code, place }) => [code, place.other])],
        ['unsure', [['beginning-not-presented', before.recording]]],
      );
    });
  });

  it('is explained by a README whose commands lead to the hashes the camera signed', async () => {
    for (const [recording, lines] of [
      [sound, signedContents(sound)],
      [oddSound, signedContents(oddSound)],
      [photo, signedContents(photo).map((line) => line.split(' ')[1] ?? '')],
    ] as const) {
      const bag = copyExport(await exported(recording), join(temporary(), 'a copy'));
      const readme = readFileSync(join(bag, 'README.txt'), 'utf8');
      writeFileSync(join(bag, '../root.pem'), agency.roots.join('\n'));
      const commands = readme.split('\n').filter((line) => line.startsWith('    '));
      const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', commands.join('\n')], {
        cwd: bag,
        env: { ...process.env, PATH: `${join(REPOSITORY, 'bin')}:${process.env['PATH'] ?? ''}` },
      });
      for (const line of lines) assert.ok(stdout.includes(line), `${line} in\n${stdout}`);
      assert.equal((await verify(bag)).answer, 'good');
    }
  });

  describe('bent by somebody without keys, is found out', () => {
    const faults = ({ findings }: Verdict): string[] =>
      findings
        .filter(({ severity }) => severity === 'fault')
        .map(({ code, place }) => `${code} ${place.file ?? ''}`);

    /** Offsets spread over a file, its first and last byte among them. */
    function spots(size: number, count: number): number[] {
      return Array.from({ length: count }, (_, n) => Math.floor((n * (size - 1)) / (count - 1)));
    }

    it('at any byte of a WAV, though every list was made anew', async () => {
      const bag = await exported(sound);
      const file = join(bag, 'data/recording-1.wav');
      const { size } = statSync(file);
      const own = [0, 4, 22, 24, 40, 43, 44, size - 1, size - 3, size - 40, size - 900];
      for (const at of [...own, ...spots(size, 12)]) {
        await withFlippedByte(file, at, async () => {
          const bent = copyExport(bag, join(temporary(), 'bent'));
          rewriteManifests(bent);
          const found = faults(await verify(bent));
          assert.ok(
            found.includes('content-altered data/recording-1.wav'),
            `byte ${at}: ${found.join(', ')}`,
          );
        });
      }
    });

    it('at any byte of a photo, of survivors, of a segment that stands alone', async () => {
      for (const recording of [photo, cutPhoto, cutSound, oddSound]) {
        const bag = await exported(recording);
        for (const name of filesOf(bag)) {
          const file = join(bag, name);
          for (const at of spots(statSync(file).size, 6)) {
            await withFlippedByte(file, at, async () => {
              const bent = copyExport(bag, join(temporary(), 'bent'));
              rewriteManifests(bent);
              const found = faults(await verify(bent));
              assert.ok(found.includes(`content-altered ${name}`), `${name} byte ${at}: ${found.join(', ')}`);
            });
          }
        }
      }
    });

    const changes: readonly (readonly [
      string,
      (map: FootageMap, wav: Buffer) => Buffer | undefined,
      string,
    ])[] = [
      ['samples appended', (_, wav) => Buffer.concat([wav, Buffer.alloc(2)]), 'bytes-not-covered'],
      ['its stamps cut off', (_, wav) => wav.subarray(0, wav.length - 30), 'content-altered'],
      [
        'two segments swapped in the map',
        ({ parts: [part] }) => {
          const [one, two] = part?.segments ?? [];
          if (one !== undefined && two !== undefined) [one.segment, two.segment] = [two.segment, one.segment];
          return undefined;
        },
        'content-altered',
      ],
      [
        'a stamp passed off as another’s',
        ({ parts: [part] }) => {
          const [one, two] = part?.segments ?? [];
          if (one !== undefined && two?.stamp !== undefined) one.stamp = two.stamp;
          return undefined;
        },
        'bytes-not-covered',
      ],
      [
        'a stamp left out of the map',
        ({ parts: [part] }) => {
          delete part?.segments[1]?.stamp;
          return undefined;
        },
        'bytes-not-covered',
      ],
      [
        'ranges of nonsense',
        ({ parts: [part] }) => {
          const one = part?.segments[0];
          if (one !== undefined) one.stamp = [9_000_000_000, 9_000_100_000];
          return undefined;
        },
        'bytes-not-covered',
      ],
    ];
    for (const [what, bend, code] of changes) {
      it(`by ${what}`, async () => {
        const bag = await exported(sound);
        const map = mapOf(bag);
        const file = join(bag, 'data/recording-1.wav');
        const bytes = bend(map, readFileSync(file));
        if (bytes !== undefined) writeFileSync(file, bytes);
        writeFileSync(join(bag, 'data/footage.json'), `${JSON.stringify(map)}\n`);
        rewriteManifests(bag);
        const found = faults(await verify(bag));
        assert.ok(found.includes(`${code} data/recording-1.wav`), found.join(', '));
      });
    }

    it('by a file of another kind in its place', async () => {
      const bag = await exported(photo);
      writeFileSync(join(bag, 'data/recording-1.mp4'), 'forged');
      rewriteManifests(bag);
      assert.ok(faults(await verify(bag)).includes('bytes-not-covered data/recording-1.mp4'));
    });
  });
});
