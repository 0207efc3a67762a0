import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import fs, {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { footageFile, parseFootageMap, type FootageMap } from '@mingjing/protocol';
import type { CustodyEvent } from '../../../central/core/custody-event.ts';
import { exportRecording, type ExportWish } from '../../../central/export/export-recording.ts';
import { openArchive, type OpenArchive } from '../../../central/open-archive.ts';
import { verifyExport } from '../../../provisioning/verify/verify-export.ts';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import { copyExport, filesOf } from '../../support/attacker.ts';
import {
  IngestClient,
  makeArchivePlace,
  startArchive,
  type ArchivePlace,
} from '../../support/central-process.ts';
import { REPOSITORY } from '../../support/processes.ts';
import {
  JournalBuilder,
  makeFilm,
  objectPath,
  type BuiltRecording,
} from '../../support/recording-builder.ts';
import {
  lose,
  recordNothing,
  recordNothingWhole,
  recordOutOfOrder,
  recordParts,
} from '../../support/odd-recordings.ts';
import { whatIsSynced } from '../../support/synced-paths.ts';
import { temporaryDirectories } from '../../support/temporary.ts';

const run = promisify(execFile);
const temporary = temporaryDirectories();
/** Evidence certificates of that time have expired; the agency’s own have not. */
const LONG_AGO = new Date(Date.now() - 5 * 365 * 86_400_000);

describe('an export', () => {
  let agency: TestAgency;
  let place: ArchivePlace;
  let archive: OpenArchive;
  let whole: BuiltRecording;
  let changing: BuiltRecording;
  let cut: BuiltRecording;
  let lost: BuiltRecording;
  let vanished: BuiltRecording;
  let empty: BuiltRecording;
  let nothing: BuiltRecording;
  let faulty: BuiltRecording;
  let late: BuiltRecording;
  let altered: BuiltRecording;
  let keyless: BuiltRecording;
  let expired: BuiltRecording;
  before(async function () {
    this.timeout(60_000);
    agency = await makeTestAgency('testagency', LONG_AGO);
    place = makeArchivePlace(await agency.enrol('archive', 'archive-1', { mayUnseal: true }));
    const camera = await agency.enrol('camera', 'cam-1', { epoch: 1 });
    const journal = new JournalBuilder(camera, agency.recipients);
    journal.powerOn();
    const film = await makeFilm(6);
    whole = journal.record(film, { marks: ['mark'] });
    changing = recordParts(journal, [film.init, (await makeFilm(3, '160x120')).init], film);
    lost = journal.record(film);
    lose(journal, lost.objects[2] ?? '');
    vanished = journal.record(film);
    for (const object of vanished.objects.slice(1)) lose(journal, object);
    faulty = recordOutOfOrder(journal, film);
    late = journal.record(film);
    altered = journal.record(film);
    keyless = journal.record(film);
    cut = journal.record(film, { end: 'power-loss' });
    empty = recordNothingWhole(journal, film);
    nothing = recordNothing(journal);
    const old = new JournalBuilder(
      await agency.enrol('camera', 'cam-2', { epoch: 1, now: LONG_AGO }),
      agency.recipients,
      LONG_AGO.getTime() + 1000,
    );
    old.powerOn();
    expired = old.record(film);
    await deliver([journal, old]);
    archive = await openArchive({
      identityDirectory: place.identity,
      stateDirectory: place.state,
      objectsDirectory: place.objects,
    });
    for (const object of [late.objects[2], keyless.objects[0]])
      rmSync(objectPath(place.objects, object ?? ''));
    const [, , first = '', second = ''] = altered.objects;
    rmSync(objectPath(place.objects, first));
    fs.copyFileSync(objectPath(place.objects, second), objectPath(place.objects, first));
  });
  after(() => {
    archive.close();
    place.remove();
    agency.close();
  });

  async function deliver(journals: readonly JournalBuilder[]): Promise<void> {
    const running = await startArchive(place);
    const dock = new IngestClient(running.ingest, await agency.enrol('dock', 'dock-1'), 'dock');
    for (const journal of journals) {
      await dock.deliver(journal);
      await dock.receipt(journal.name.device, 1);
    }
    dock.close();
    assert.equal(await running.stop(), 0);
  }

  const wish = ({ recording }: BuiltRecording, out: string): ExportWish => ({
    recording,
    out,
    reason: '案件 2026-17',
    actor: { kind: 'command', user: 'operator' },
  });
  async function exported(recording: BuiltRecording, from = archive): Promise<string> {
    const out = join(temporary(), 'export');
    await exportRecording(from, wish(recording, out));
    return out;
  }
  const mapOf = (bag: string): FootageMap => parseFootageMap(readFileSync(join(bag, 'data/footage.json')));
  const custodyOf = async ({ recording }: BuiltRecording): Promise<CustodyEvent['act'][]> =>
    (await archive.custody.entries(0, 1000))
      .map((bytes) => JSON.parse(Buffer.from(bytes).toString()) as CustodyEvent & CustodyEvent['act'])
      .filter((event) => (event.recording as unknown) === recording);
  const sealedIn = (bag: string): string[] => filesOf(bag).filter((path) => path.startsWith('data/sealed/'));

  describe('is explained by its README, whose commands', () => {
    async function follow(recording: BuiltRecording): Promise<{ said: string; bag: string; readme: string }> {
      const made = await exported(recording);
      const bag = copyExport(made, join(temporary(), 'a copy'));
      const readme = readFileSync(join(bag, 'README.txt'), 'utf8');
      writeFileSync(join(bag, '../root.pem'), agency.roots.join('\n'));
      const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', commandsOf(readme).join('\n')], {
        cwd: bag,
        env: { ...process.env, PATH: `${join(REPOSITORY, 'bin')}:${process.env['PATH'] ?? ''}` },
      });
      return { said: stdout, bag, readme };
    }

    it('can be run as they stand, and leave it good', async () => {
      const { said, bag, readme } = await follow(whole);
      assert.match(said, /camera\.pem: OK/);
      assert.match(said, /Signature Verified Successfully/);
      assert.match(said, /^✔ /m);
      const uri = 'URI:urn:mingjing:testagency:evidence:camera:cam-1:1';
      assert.ok(said.includes(uri) && readme.includes(uri), 'the README says whom the certificate must name');
      const verdict = await verifyExport(bag, agency.roots);
      assert.deepEqual(
        [verdict.answer, verdict.findings.filter(({ severity }) => severity === 'fault')],
        ['good', []],
      );
    });

    it('accept evidence whose certificate has expired since', async () => {
      const { said, bag } = await follow(expired);
      assert.match(said, /camera\.pem: OK/);
      const camera = join(bag, 'data/certificates/camera.pem');
      assert.notEqual(spawnSync('openssl', ['x509', '-in', camera, '-noout', '-checkend', '0']).status, 0);
    });

    it('refuse another root', async () => {
      const other = await makeTestAgency('other');
      try {
        const bag = await exported(whole);
        writeFileSync(join(bag, '../root.pem'), other.roots.join('\n'));
        const command = commandsOf(readFileSync(join(bag, 'README.txt'), 'utf8')).find((line) =>
          line.startsWith('openssl verify'),
        );
        assert.notEqual(spawnSync('bash', ['-c', command ?? ''], { cwd: bag }).status, 0);
      } finally {
        other.close();
      }
    });

    it('do not hide that sha256sum finds no added file', async () => {
      const bag = await exported(whole);
      const readme = readFileSync(join(bag, 'README.txt'), 'utf8');
      assert.match(readme, /sha256sum does not\s+find files that were added/);
      assert.doesNotMatch(readme, /摄像机/);
    });
  });

  describe('gets its place', () => {
    it('without touching what stands beside it', async () => {
      const out = join(temporary(), 'export');
      mkdirSync(`${out}.partial`);
      writeFileSync(`${out}.partial/mine.txt`, 'mine');
      await exportRecording(archive, wish(whole, out));
      assert.equal(readFileSync(`${out}.partial/mine.txt`, 'utf8'), 'mine');
      assert.deepEqual(readdirSync(join(out, '..')).sort(), ['export', 'export.partial']);
      assert.equal(statSync(out).mode & 0o777, 0o700);
    });

    it('once, though two are made at the same time', async () => {
      const out = join(temporary(), 'export');
      const settled = await Promise.allSettled([1, 2].map(() => exportRecording(archive, wish(whole, out))));
      const refused = settled.filter((one) => one.status === 'rejected').map(({ reason }) => codeOf(reason));
      assert.deepEqual(refused, ['output-exists']);
      assert.equal((await verifyExport(out, agency.roots)).answer, 'good');
      assert.deepEqual(readdirSync(join(out, '..')), ['export']);
    });

    for (const [what, make] of [
      ['an empty directory', (path: string) => mkdirSync(path)],
      ['a file', (path: string) => writeFileSync(path, 'mine')],
      ['a link to nowhere', (path: string) => fs.symlinkSync('nowhere', path)],
    ] as const) {
      it(`not where ${what} stands, before it is begun or while it is made`, async () => {
        const out = join(temporary(), 'export');
        const seen = (): unknown => [readdirSync(join(out, '..')), fs.lstatSync(out).ino];
        let made: unknown;
        const meanwhile = onFirstRead(archive, () => {
          make(out);
          made = seen();
        });
        await assert.rejects(exportRecording(meanwhile, wish(whole, out)), { code: 'output-exists' });
        assert.equal(readdirSync(join(out, '..')).length, 1);
        await assert.rejects(exportRecording(archive, wish(whole, out)), { code: 'output-exists' });
        assert.equal((seen() as unknown[])[1], (made as unknown[])[1], 'it was left as it is');
      });
    }

    it('when every file and directory of it is on disk', async () => {
      const bag = join(temporary(), 'export');
      const paths = await whatIsSynced(join(bag, '..'), () => exportRecording(archive, wish(cut, bag)));
      const all = fs.readdirSync(bag, { recursive: true, encoding: 'utf8' }).map((path) => join(bag, path));
      const before = paths.slice(0, -1).map((path) => path.replace(/\.partial-[^/]+/, ''));
      assert.deepEqual([...before].sort(), [bag, ...all].sort());
      assert.ok(
        paths.slice(0, -1).every((path) => path.includes('.partial-')),
        'before it had its name',
      );
      assert.equal(paths.at(-1), join(bag, '..'), 'and then its name');
    });

    it('not if it is interrupted, and nothing of it stays', async () => {
      const out = join(temporary(), 'export');
      const stop = new AbortController();
      const options = { signal: stop.signal, onProgress: () => stop.abort(new Error('enough')) };
      await assert.rejects(exportRecording(archive, wish(whole, out), options), /enough/);
      assert.deepEqual(readdirSync(join(out, '..')), []);
    });
  });

  describe('is on record', () => {
    it('as decrypted, with the reason, before the first object is opened; as exported afterwards', async () => {
      const before = (await custodyOf(cut)).length;
      let atFirst: Promise<CustodyEvent['act'][]> | undefined;
      const watched = onFirstRead(archive, () => (atFirst = custodyOf(cut)));
      const bag = await exported(cut, watched);
      const [decrypted, ...more] = ((await atFirst) ?? []).slice(before);
      assert.deepEqual(more, []);
      assert.partialDeepStrictEqual(decrypted, {
        type: 'decrypted',
        purpose: 'export',
        reason: '案件 2026-17',
      });
      const acts = (await custodyOf(cut)).slice(before);
      assert.deepEqual(
        acts.map(({ type }) => type),
        ['decrypted', 'exported'],
      );
      assert.partialDeepStrictEqual(acts[1], { bag, reason: '案件 2026-17' });
    });

    it('never as exported if it failed', async () => {
      await assert.rejects(exported(altered));
      assert.deepEqual(
        (await custodyOf(altered)).map(({ type }) => type),
        ['decrypted'],
      );
    });

    it('not at all if it was refused before anything was opened', async () => {
      let reads = 0;
      const watched = onFirstRead(archive, () => (reads += 1));
      const taken = temporary();
      await assert.rejects(exportRecording(watched, wish(late, taken)), { code: 'output-exists' });
      await assert.rejects(exported(late, watched), { code: 'footage-missing' });
      await assert.rejects(exported(keyless, watched), { code: 'key-missing' });
      await assert.rejects(exported(late, { ...watched, unsealing: [] }), { code: 'footage-missing' });
      await assert.rejects(exported(changing, { ...watched, unsealing: [] }), { code: 'cannot-unseal' });
      for (const recording of [late, keyless]) assert.deepEqual(await custodyOf(recording), []);
      assert.equal(reads, 0);
    });
  });

  describe('of footage', () => {
    it('that was lost goes out without it, and says so', async () => {
      const out = join(temporary(), 'export');
      assert.deepEqual(await exportRecording(archive, wish(lost, out)), { lost: [1] });
      assert.deepEqual(
        mapOf(out).parts.flatMap(({ segments }) => segments.map(({ segment }) => segment)),
        [0, 2],
      );
      assert.match(readFileSync(join(out, 'README.txt'), 'utf8'), /^缺失 lost +分段 segment 1\(/m);
      const { answer, findings } = await verifyExport(out, agency.roots);
      const missing = findings.filter(
        ({ code, place: { segment } }) => code === 'footage-missing' && segment !== undefined,
      );
      assert.deepEqual([answer, missing.map(({ place: { segment } }) => segment)], ['bad', [1]]);
    });

    it('that was lost is warned of by the command, in both languages', () => {
      const out = join(temporary(), 'export');
      const options = [
        '--config',
        place.config,
        '--recording',
        lost.recording,
        '--out',
        out,
        '--reason',
        'x',
      ];
      const { status, stderr } = spawnSync(join(REPOSITORY, 'bin/mingjing'), ['export', ...options], {
        encoding: 'utf8',
      });
      assert.equal(status, 0, stderr);
      assert.match(stderr, /分段 1 的影像已丢失[^]*footage was lost[^]*segment 1\./);
    });

    it('that has merely not arrived is refused, with what to do', async () => {
      await assert.rejects(exported(late), {
        code: 'footage-missing',
        message: /segment 1 has not arrived: dock the camera/,
      });
    });

    it('holds a sealed object, and the key, only for what was recovered', async () => {
      assert.deepEqual(sealedIn(await exported(whole)), []);
      const bag = await exported(cut);
      assert.deepEqual(sealedIn(bag), [`data/sealed/${cut.objects.at(-1) ?? ''}.age`]);
      assert.equal(readFileSync(join(bag, 'data/recording-key.txt'), 'utf8'), `${cut.key}\n`);
      assert.ok(!existsSync(join(await exported(changing), 'data/recording-key.txt')));
    });

    it('that was lost altogether goes out as its journal; nothing was decrypted', async () => {
      const bag = await exported(vanished);
      assert.deepEqual(mapOf(bag).parts, []);
      assert.match(readFileSync(join(bag, 'README.txt'), 'utf8'), /^观看 watch +无影像 no footage$/m);
      assert.deepEqual(
        (await custodyOf(vanished)).map(({ type }) => type),
        ['exported'],
      );
      assert.equal((await verifyExport(bag, agency.roots)).answer, 'bad');
    });

    it('of which nothing was taken before the power went', async () => {
      const verdict = await verifyExport(await exported(nothing), agency.roots);
      assert.equal(verdict.answer, 'good');
      assert.ok(verdict.findings.some(({ code }) => code === 'ended-by-power-loss'));
    });

    it('leaves a recovered segment without one whole fragment out of the map, not out of the bag', async () => {
      const bag = await exported(empty);
      assert.deepEqual(
        mapOf(bag).parts.map(({ segments }) => segments.map(({ segment }) => segment)),
        [[0]],
      );
      assert.deepEqual(
        sealedIn(bag),
        empty.objects
          .slice(2)
          .map((object) => `data/sealed/${object}.age`)
          .sort(),
      );
      assert.ok(existsSync(join(bag, 'data/recording-key.txt')));
    });

    it('maps what a faulty camera signed out of order, or twice, ascending and once', async () => {
      const bag = await exported(faulty);
      assert.deepEqual(
        mapOf(bag).parts.flatMap(({ segments }) => segments.map(({ segment }) => segment)),
        [0, 1, 2],
      );
      assert.equal((await verifyExport(bag, agency.roots)).answer, 'bad');
    });

    it('maps every segment once, ascending, in parts that each hold one, spelled in one way', async () => {
      for (const [recording, parts] of [
        [whole, 1],
        [changing, 4],
        [cut, 1],
      ] as const) {
        const bag = await exported(recording);
        const map = mapOf(bag);
        assert.equal(map.parts.length, parts);
        assert.deepEqual(
          map.parts.map(({ file }) => file),
          map.parts.map((_, n) => footageFile(n, 'video')),
        );
        assert.ok(map.parts.every(({ segments }) => segments.length > 0));
        assert.deepEqual(
          map.parts.flatMap(({ segments }) => segments.map(({ segment }) => segment)),
          recording.objects.slice(1).map((_, n) => n),
        );
        assert.equal(readFileSync(join(bag, 'data/footage.json'), 'utf8'), `${JSON.stringify(map)}\n`);
        assert.notEqual((await verifyExport(bag, agency.roots)).answer, 'bad');
      }
    });
  });
});

function commandsOf(readme: string): string[] {
  return readme
    .split('\n')
    .filter((line) => line.startsWith('    '))
    .map((line) => line.slice(4));
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown }).code;
}

/** The archive, with something done when an object is read for the first time. */
function onFirstRead(archive: OpenArchive, act: () => unknown): OpenArchive {
  let done = false;
  const { objects } = archive;
  const read: typeof objects.read = (object, range) => {
    if (!done) act();
    done = true;
    return objects.read(object, range);
  };
  return {
    ...archive,
    objects: {
      read,
      put: objects.put.bind(objects),
      confirm: objects.confirm.bind(objects),
      kept: objects.kept.bind(objects),
      sweep: objects.sweep.bind(objects),
    },
  };
}
