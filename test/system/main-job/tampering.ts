import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FootageMap } from '@mingjing/protocol';
import { copyExport, filesOf, rewriteManifests, withFlippedByte } from '../../support/attacker.ts';
import type { MainJob } from '../../support/main-job.ts';

/** Whoever holds an export and no key bends it. */
export function describeTampering(job: () => MainJob): void {
  describe('an export that was bent is no, with the place:', () => {
    it('one byte of any file', async function () {
      this.timeout(600_000);
      for (const path of filesOf(job().bag)) {
        const size = readFileSync(join(job().bag, path)).length;
        for (const at of new Set([0, Math.floor(size / 2), size - 1])) {
          const verdict = await withFlippedByte(
            join(job().bag, path),
            at,
            async () => await job().verdictOf(job().bag),
          );
          assert.equal(verdict.answer, 'bad', `${path} byte ${at}`);
          assert.ok(
            verdict.findings.some(({ place }) => place.file !== undefined),
            path,
          );
        }
      }
      assert.equal((await job().verdictOf(job().bag)).answer, 'good');
    });

    it('one file removed', async () => {
      for (const path of filesOf(job().bag)) {
        renameSync(join(job().bag, path), join(job().fleet.directory, 'aside'));
        const verdict = await job().verdictOf(job().bag);
        renameSync(join(job().fleet.directory, 'aside'), join(job().bag, path));
        assert.equal(verdict.answer, 'bad', path);
        assert.ok(
          verdict.findings.some(({ place }) => place.file === path),
          path,
        );
      }
    });

    it('a file added', async () => {
      writeFileSync(join(job().bag, 'data/extra.txt'), 'x');
      const verdict = await job().verdictOf(job().bag);
      rmSync(join(job().bag, 'data/extra.txt'));
      assert.ok(
        verdict.findings.some(
          ({ code, place }) => code === 'file-not-listed' && place.file === 'data/extra.txt',
        ),
      );
    });

    it('two segments swapped in the video, manifests written anew', async () => {
      const bent = copyExport(job().bag, job().fleet.path('swapped'));
      const [part] = job().map().parts;
      const [a, b] = part?.segments ?? [];
      assert.ok(part && a && b);
      const file = readFileSync(job().video());
      const [first, second] = [file.subarray(...a.bytes), file.subarray(...b.bytes)];
      writeFileSync(
        join(bent, part.file),
        Buffer.concat([file.subarray(0, a.bytes[0]), second, first, file.subarray(b.bytes[1])]),
      );
      rewriteManifests(bent);
      const verdict = await job().verdictOf(bent);
      const places = verdict.findings
        .filter(({ code }) => code === 'content-altered')
        .map(({ place }) => place.segment);
      assert.deepEqual(places, [0, 1]);
    });

    it('two segments swapped in map and journal as well', async () => {
      const bent = copyExport(job().bag, job().fleet.path('swapped-too'));
      const swapped = job().map();
      const [a, b] = swapped.parts[0]?.segments ?? [];
      assert.ok(a && b);
      [a.segment, b.segment] = [b.segment, a.segment];
      writeFileSync(join(bent, 'data/footage.json'), `${JSON.stringify(swapped)}\n`);
      const sealed = filesOf(bent).filter(
        (path) => /entries/.test(path) && /"segment-sealed"/.test(readFileSync(join(bent, path), 'utf8')),
      );
      const [one = '', two = ''] = sealed.map((path) => join(bent, path));
      const [first, second] = [readFileSync(one), readFileSync(two)];
      writeFileSync(one, second);
      writeFileSync(two, first);
      rewriteManifests(bent);
      const codes = (await job().verdictOf(bent)).findings.map(({ code }) => code);
      for (const code of ['entry-altered', 'segment-out-of-order', 'statement-refused'] as const)
        assert.ok(codes.includes(code), code);
    });

    it('a harmless list changed, manifests written anew', async () => {
      const bent = copyExport(job().bag, job().fleet.path('relisted'));
      writeFileSync(join(bent, 'data/evidence-list.csv'), 'nothing to see');
      rewriteManifests(bent);
      assert.deepEqual(
        (await job().verdictOf(bent)).findings
          .filter(({ severity }) => severity === 'fault')
          .map(({ code }) => code),
        ['file-altered', 'statement-refused'],
      );
    });

    it('a second film laid beside it, and listed as a tag file', async () => {
      const bent = copyExport(job().bag, job().fleet.path('beside'));
      writeFileSync(join(bent, 'recording-full.mp4'), 'forged');
      rewriteManifests(bent);
      const faults = (await job().verdictOf(bent)).findings.map(
        ({ code, place }) => `${code} ${place.file ?? ''}`,
      );
      assert.ok(faults.includes('file-not-listed recording-full.mp4'), faults.join('\n'));
    });

    it('a second film in the payload, and listed', async () => {
      const bent = copyExport(job().bag, job().fleet.path('second'));
      writeFileSync(join(bent, 'data/recording-2.mp4'), 'forged');
      rewriteManifests(bent);
      const faults = (await job().verdictOf(bent)).findings.map(
        ({ code, place }) => `${code} ${place.file ?? ''}`,
      );
      assert.ok(faults.includes('bytes-not-covered data/recording-2.mp4'), faults.join('\n'));
    });

    const remapped = async (name: string, change: (changed: FootageMap) => void): Promise<string[]> => {
      const bent = copyExport(job().bag, job().fleet.path(name));
      const changed = job().map();
      change(changed);
      writeFileSync(join(bent, 'data/footage.json'), `${JSON.stringify(changed)}\n`);
      rewriteManifests(bent);
      return (await job().verdictOf(bent)).findings.map(({ code }) => code);
    };

    it('a segment in the map that no entry names', async () => {
      const codes = await remapped('unnamed', ({ parts }) => {
        const last = parts[0]?.segments.at(-1);
        if (last !== undefined) last.segment = 999;
      });
      assert.ok(codes.includes('bytes-not-covered') && codes.includes('footage-missing'));
    });

    it('segments out of their order in the video', async () => {
      const codes = await remapped('reversed', ({ parts }) => parts[0]?.segments.reverse());
      assert.ok(codes.includes('segment-out-of-order'));
    });

    it('footage declared to be an init segment', async () => {
      const codes = await remapped('all-init', ({ parts }) => {
        const [part] = parts;
        if (part === undefined) return;
        part.init = [0, part.segments.at(-1)?.bytes[1] ?? 0];
        part.segments = [];
      });
      assert.ok(codes.includes('bytes-not-covered') && codes.includes('footage-missing'));
    });

    it('a pipe, a device, a name that is no text: judged without opening them', async () => {
      const bent = copyExport(job().bag, job().fleet.path('foreign'));
      rmSync(join(bent, 'data/receipt.note'));
      execFileSync('mkfifo', [join(bent, 'data/receipt.note')]);
      execFileSync('ln', ['-s', '/dev/zero', join(bent, '00-watch-me.mp4')]);
      writeFileSync(Buffer.concat([Buffer.from(`${bent}/data/`), Buffer.of(0xff, 0xfe)]), 'x');
      const found = (await job().verdictOf(bent)).findings.filter(({ code }) => code === 'file-not-listed');
      assert.equal(found.length, 3);
    });

    it('an entry under an index far away', async () => {
      const bent = copyExport(job().bag, job().fleet.path('far'));
      const last =
        filesOf(bent)
          .filter((path) => path.startsWith('data/entries/'))
          .at(-1) ?? '';
      for (const path of [last, last.replace('entries', 'proofs').replace('.json', '.tlog-proof')]) {
        renameSync(join(bent, path), join(bent, path.replace(/\d{9}/, '999999999')));
      }
      rewriteManifests(bent);
      const { answer, findings } = await job().verdictOf(bent);
      assert.equal(answer, 'bad');
      assert.ok(findings.length < 20);
    });

    it('bytes that are no text where text is wanted', async () => {
      for (const path of [
        'data/receipt.note',
        'data/checkpoint.note',
        'bagit.txt',
        'statement.note',
        'data/footage.json',
      ]) {
        const bent = copyExport(job().bag, job().fleet.path(`bytes-${path.replaceAll('/', '-')}`));
        writeFileSync(join(bent, path), Buffer.alloc(100_000, 0xff));
        rewriteManifests(bent);
        assert.equal((await job().verdictOf(bent)).answer, 'bad', path);
      }
    });

    it('a link to a file outside', async () => {
      const bent = copyExport(job().bag, job().fleet.path('linked'));
      rmSync(join(bent, 'data/footage.json'));
      execFileSync('ln', ['-s', join(job().bag, 'data/footage.json'), join(bent, 'data/footage.json')]);
      assert.equal((await job().verdictOf(bent)).answer, 'bad');
    });
  });
}
