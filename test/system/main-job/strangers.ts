import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ageOpen, cameraOrigin, sha256, toHex, x25519Identity, type EntryOf } from '@mingjing/protocol';
import { filesOf } from '../../support/attacker.ts';
import { PRE_RECORD_SECONDS, RECORD_MS, type MainJob } from '../../support/main-job.ts';
import { playInBrowser } from '../../support/play-in-browser.ts';
import { skip } from '../../support/skip.ts';

/** Tools that know nothing of this project. */
export function describeStrangers(job: () => MainJob): void {
  describe('strangers’ tools agree:', () => {
    const objects = (): { key: string; segment: EntryOf<'segment-sealed'> } => ({
      key: job().entries<EntryOf<'recording-opened'>>('recording-opened')[0]?.key.object ?? '',
      segment: job().entries<EntryOf<'segment-sealed'>>('segment-sealed')[0] ?? assert.fail(),
    });
    const find = (object: string): string =>
      execFileSync('find', [job().fleet.path('state/objects'), '-name', `*${object.slice(4)}*`], {
        encoding: 'utf8',
      })
        .trim()
        .split('\n')[0] ?? '';

    it('age opens a segment with the unwrapped recording key', () => {
      const { key, segment } = objects();
      const identity = execFileSync('age', [
        '-d',
        '-i',
        job().fleet.path('agency/agency.age.key'),
        find(key),
      ]);
      const identityFile = job().fleet.path('recording.key');
      writeFileSync(identityFile, identity, { mode: 0o600 });
      const plain = execFileSync('age', ['-d', '-i', identityFile, find(segment.object)], {
        maxBuffer: 1 << 28,
      });
      assert.equal(toHex(sha256(plain)), segment.content);
      assert.deepEqual(
        ageOpen(readFileSync(find(segment.object)), [x25519Identity(identity.toString().trim())]).plaintext,
        new Uint8Array(plain),
      );
      const mp4 = job().fleet.path('segment.mp4');
      writeFileSync(mp4, plain);
      assert.deepEqual(streams(mp4), ['audio', 'video']);
    });

    it('ffprobe plays the export, without a gap, as long as it should be', () => {
      assert.deepEqual(streams(job().video()), ['audio', 'video']);
      const packets = probe(
        job().video(),
        '-select_streams',
        'v:0',
        '-show_entries',
        'packet=pts_time',
        '-of',
        'csv=p=0',
      )
        .split('\n')
        .map((line) => parseFloat(line))
        .filter(Number.isFinite);
      const gaps = packets.slice(1).map((time, n) => time - (packets[n] ?? 0));
      assert.ok(Math.max(...gaps) <= 0.08, `largest step between frames ${Math.max(...gaps)} s`); // one frame lasts 0.04 s
      assert.ok(Math.abs((packets[0] ?? 9) - 0) < 0.05);
      const seconds = (packets.at(-1) ?? 0) + 0.04;
      assert.ok(seconds > RECORD_MS / 1000 + PRE_RECORD_SECONDS - 2.5, `${seconds} s`);
      const decoded = spawnSync('ffmpeg', ['-v', 'error', '-i', job().video(), '-f', 'null', '-'], {
        encoding: 'utf8',
      });
      assert.deepEqual([decoded.status, decoded.stderr], [0, '']);
    });

    it('Chromium plays the export and a segment by itself', async () => {
      for (const file of [job().video(), job().fleet.path('segment.mp4')]) {
        const { error, advanced, width } = await playInBrowser(file);
        assert.equal(error, undefined, file);
        assert.ok(advanced >= 2 && width === 640, `${file}: ${advanced} s, ${width} px`);
      }
    });

    it('openssl verifies the certificate chain and the checkpoint’s signature, as the README in the job().bag says', () => {
      const chain = join(job().bag, 'data/certificates/camera.pem');
      const verified = execFileSync(
        'openssl',
        ['verify', '-CAfile', job().fleet.root, '-untrusted', chain, chain],
        { encoding: 'utf8' },
      );
      assert.match(verified, /: OK/);
      const script = `
        cd "$1" && sed '/^$/,$d' data/checkpoint.note > "$2/text" &&
        sed -n 's|^— ${cameraOrigin({ device: 'camera-1', epoch: 1 })} ||p' data/checkpoint.note | base64 -d | tail -c +5 > "$2/signature" &&
        openssl x509 -in data/certificates/camera.pem -pubkey -noout > "$2/camera.pub" &&
        openssl pkeyutl -verify -pubin -inkey "$2/camera.pub" -rawin -in "$2/text" -sigfile "$2/signature"`;
      assert.match(
        execFileSync('bash', ['-c', script, 'bash', job().bag, job().fleet.directory], { encoding: 'utf8' }),
        /Verified Successfully/,
      );
    });

    it('sha256sum accepts both manifests, and every file is listed (RFC 8493 §3)', () => {
      for (const manifest of ['manifest-sha256.txt', 'tagmanifest-sha256.txt']) {
        execFileSync('sha256sum', ['--check', '--quiet', '--strict', manifest], { cwd: job().bag });
      }
      const listed = ['manifest-sha256.txt', 'tagmanifest-sha256.txt'].flatMap((name) =>
        readFileSync(join(job().bag, name), 'utf8')
          .trim()
          .split('\n')
          .map((line) => line.slice(66)),
      );
      assert.deepEqual([...listed, 'tagmanifest-sha256.txt'].sort(), filesOf(job().bag));
      const oxum = /Payload-Oxum: (\d+)\.(\d+)/.exec(readFileSync(join(job().bag, 'bag-info.txt'), 'utf8'));
      const payload = filesOf(job().bag).filter((path) => path.startsWith('data/'));
      assert.deepEqual(
        [Number(oxum?.[1]), Number(oxum?.[2])],
        [payload.reduce((sum, path) => sum + readFileSync(join(job().bag, path)).length, 0), payload.length],
      );
    });

    it('bagit accepts the bag', function () {
      const { status, error, stderr } = spawnSync('bagit', ['--validate', job().bag], { encoding: 'utf8' });
      if (error !== undefined) skip(this, 'there is no bagit here (docs/decisions/0012-bagit-checks.md)');
      assert.equal(status, 0, stderr);
    });

    it('mosquitto_sub sees the camera’s and the dock’s state', () => {
      const identity = job().fleet.path('identity/dock');
      const subscribe = (topic: string): Record<string, unknown> => {
        const args = [
          '-h',
          'localhost',
          '-p',
          String(job().fleet.ports.broker),
          '--cafile',
          join(identity, 'root.pem'),
          '--cert',
          join(identity, 'tls.pem'),
          '--key',
          join(identity, 'tls.key'),
          '-t',
          topic,
          '-C',
          '1',
          '-W',
          '15',
          '-q',
          '1',
        ];
        return JSON.parse(execFileSync('mosquitto_sub', args, { encoding: 'utf8' })) as Record<
          string,
          unknown
        >;
      };
      assert.equal(subscribe('mingjing/v1/demo/camera/camera-1/state')['online'], true);
      assert.equal(subscribe('mingjing/v1/demo/dock/dock-1/state')['online'], true);
    });
  });
}

function probe(file: string, ...args: string[]): string {
  return execFileSync('ffprobe', ['-v', 'error', ...args, file], { encoding: 'utf8', maxBuffer: 1 << 26 });
}

function streams(file: string): string[] {
  return probe(file, '-show_entries', 'stream=codec_type', '-of', 'csv=p=0').trim().split('\n').sort();
}
