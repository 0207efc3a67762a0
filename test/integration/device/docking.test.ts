import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, afterEach, describe, it } from 'mocha';
import {
  archiveKeyName,
  cameraOrigin,
  decodeEntry,
  DeviceIdentity,
  Frontier,
  fromBase64,
  JournalPage,
  noteSigner,
  noteVerifier,
  openChain,
  openCheckpoint,
  ReceiptOutcome,
  receiptOrigin,
  signCheckpoint,
  toBase64,
} from '@mingjing/protocol';
import { collect, HttpsPeer, loadEvidenceIdentity, loadTlsIdentity, openDatabase } from '@mingjing/runtime';
import { JOURNAL_MIGRATIONS } from '../../../device/core/journal-schema.ts';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import { auditJournal, JOURNAL } from '../../support/device-journal.ts';
import { CameraRig } from '../../support/device-rig.ts';
import { until } from '../../support/processes.ts';

const MB = 1024 * 1024;

describe('docking line', function () {
  this.timeout(60_000);
  let agency: TestAgency;
  let foreign: TestAgency;
  let identity: string;
  let dock: string;
  let archive: string;
  let rig: CameraRig;
  let peer: HttpsPeer;
  let directory: string;

  before(async () => {
    [agency, foreign] = await Promise.all([makeTestAgency('agency-a'), makeTestAgency('agency-b')]);
    identity = await agency.enrol('camera', 'cam-1', { epoch: 1 });
    dock = await agency.enrol('dock', 'dock-1');
    archive = await agency.enrol('archive', 'archive-1');
  });

  after(() => {
    agency.close();
    foreign.close();
  });

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'mingjing-docking-'));
    rig = await CameraRig.start({ identity, directory });
    rig.fragments(3);
    await rig.camera.dock(true);
    peer = new HttpsPeer(url(), loadTlsIdentity(dock, 'dock'), 'camera');
  });

  afterEach(async () => {
    peer.close();
    await rig.close();
    rmSync(directory, { recursive: true, force: true });
  });

  function url(): string {
    return `https://127.0.0.1:${rig.link.port}`;
  }

  /** Status of an answer to a plain request, with the TLS files of any machine or none. */
  async function status(
    path: string,
    options: { tls?: object; method?: string; headers?: Record<string, string>; body?: string | Buffer } = {},
  ): Promise<number> {
    const { tls = tlsFiles(dock, 'dock'), method = 'GET', headers = {}, body } = options;
    return await new Promise((resolve, reject) => {
      const outgoing = request(`${url()}${path}`, {
        ...tls,
        method,
        headers,
        agent: false,
        rejectUnauthorized: false,
      });
      outgoing.once('response', (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      });
      outgoing.once('error', reject);
      outgoing.end(body);
    });
  }

  function tlsFiles(machine: string, role: 'dock' | 'archive' | 'camera'): { key: string; cert: string } {
    const { keyPem, chain } = loadTlsIdentity(machine, role);
    return { key: keyPem, cert: chain.join('\n') };
  }

  function receipt(
    size = rig.journal.size,
    root = rig.journal.rootAt(size),
  ): { receipt: string; evidence: string[] } {
    const { signer, chain } = loadEvidenceIdentity(archive, 'archive');
    const checkpoint = { origin: receiptOrigin('archive-1', JOURNAL), size, root };
    return {
      receipt: signCheckpoint(checkpoint, noteSigner(archiveKeyName('archive-1'), signer)),
      evidence: [...chain],
    };
  }

  async function deliver(json: unknown): Promise<number> {
    const answer = await peer.json({ method: 'POST', path: '/v1/receipts', json }, ReceiptOutcome, 4096);
    return answer.released;
  }

  it('tells who the camera is, and gives its journal page by page, each page proven by a signed checkpoint', async () => {
    await rig.record(6);
    const who = await peer.json({ method: 'GET', path: '/v1/identity' }, DeviceIdentity, MB);
    assert.equal(who.device, 'cam-1');
    assert.equal(who.size, rig.journal.size);
    const certificate = openChain(who.evidence, agency.roots);
    const origin = cameraOrigin(JOURNAL);
    const frontier = new Frontier();
    while (frontier.size < who.size) {
      const path = `/v1/journal?epoch=1&from=${frontier.size}&limit=3`;
      const page = await peer.json({ method: 'GET', path }, JournalPage, MB);
      assert.equal(page.from, frontier.size);
      assert.ok(page.entries.length <= 3 && page.entries.length > 0);
      for (const entry of page.entries) {
        assert.ok(decodeEntry(fromBase64(entry)).known);
        frontier.append(fromBase64(entry));
      }
      const trusted = [noteVerifier(origin, certificate.publicKey)];
      const checkpoint = openCheckpoint(page.checkpoint, origin, trusted);
      assert.equal(checkpoint.size, frontier.size);
      assert.equal(toBase64(checkpoint.root), toBase64(frontier.root()));
    }
    const end = await peer.json(
      { method: 'GET', path: `/v1/journal?epoch=1&from=${who.size}&limit=3` },
      JournalPage,
      MB,
    );
    assert.deepEqual(end.entries, []);
  });

  it('gives objects whole and in parts, under the name of their hash', async () => {
    await rig.record(6, 300_000);
    for (const { object, size } of rig.journal.held()) {
      const path = `/v1/objects/${object}`;
      const whole = await peer.exchange({ method: 'GET', path }, (answer) => collect(answer, 10 * MB));
      assert.equal(whole.length, size);
      assert.equal(createHash('sha256').update(whole).digest('hex'), object);
      const half = Math.floor(size / 2);
      const rest = await peer.exchange(
        { method: 'GET', path, headers: { range: `bytes=${half}-` } },
        async (answer) => {
          assert.equal(answer.statusCode, 206);
          assert.equal(answer.headers['content-range'], `bytes ${half}-${size - 1}/${size}`);
          return await collect(answer, 10 * MB);
        },
      );
      assert.ok(rest.equals(whole.subarray(half)));
    }
  });

  it('refuses ranges it cannot serve, and what is not there', async () => {
    await rig.record(2);
    const [held] = rig.journal.held();
    const path = `/v1/objects/${held?.object ?? ''}`;
    assert.equal(await status(path, { headers: { range: `bytes=${held?.size ?? 0}-` } }), 416);
    assert.equal(await status(path, { headers: { range: 'bytes=5-2' } }), 400);
    assert.equal(await status(path, { headers: { range: 'bytes=0-1,4-5' } }), 400);
    assert.equal(await status(`/v1/objects/${'0'.repeat(64)}`), 404);
    assert.equal(await status('/v1/objects/../../etc/passwd'), 404);
    assert.equal(await status('/v1/journal?epoch=2&from=0'), 404);
    assert.equal(await status('/v1/journal?epoch=1&from=99999'), 409);
    assert.equal(await status('/v1/journal?epoch=1&from=-1'), 400);
    assert.equal(await status('/v1/journal?from=0'), 400);
    assert.equal(await status('/v1/identity', { method: 'DELETE' }), 404);
  });

  it('answers docks of its own agency and nobody else', async () => {
    assert.equal(await status('/v1/identity'), 200);
    assert.equal(await status('/v1/identity', { tls: tlsFiles(archive, 'archive') }), 403);
    assert.equal(await status('/v1/identity', { tls: tlsFiles(identity, 'camera') }), 403);
    await assert.rejects(status('/v1/identity', { tls: {} }));
    const stranger = await foreign.enrol('dock', 'dock-1');
    await assert.rejects(status('/v1/identity', { tls: tlsFiles(stranger, 'dock') }));
  });

  it('refuses bodies and heads that are too large or no receipt, and goes on', async () => {
    const post = (body: string | Buffer): Promise<number> => status('/v1/receipts', { method: 'POST', body });
    assert.equal(await post('{'), 400);
    assert.equal(await post('{"receipt":"x"}'), 400);
    assert.equal(await post('x'.repeat(300 * 1024)), 413);
    assert.equal(await status('/v1/identity', { headers: { filler: 'x'.repeat(9_000) } }), 431);
    assert.equal(await status('/v1/identity'), 200);
  });

  it('cannot be reached when the camera is not docked, and cuts what is under way', async () => {
    await rig.camera.dock(false);
    const { port } = rig.link;
    const refused = await new Promise<string>((resolve) => {
      connect(port, '127.0.0.1')
        .once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''))
        .once('connect', () => resolve('connected'));
    });
    assert.equal(refused, 'ECONNREFUSED');
    await rig.camera.dock(true);
    assert.equal(rig.link.port, port);
    assert.equal(await status('/v1/identity'), 200);
  });

  it('frees space on a receipt: journaled first, then gone; and only what the receipt covers', async () => {
    await rig.record(3);
    const covered = rig.journal.held();
    const good = receipt();
    await rig.record(3);
    const later = rig.journal
      .held()
      .filter(({ entry }) => entry >= covered.length + 1 && !covered.some((one) => one.entry === entry));
    assert.equal(await deliver(good), covered.length);
    assert.deepEqual(rig.journal.held(), later);
    for (const { file } of covered) assert.ok(!existsSync(join(directory, 'footage', file)));
    for (const { file } of later) assert.ok(existsSync(join(directory, 'footage', file)));
    assert.equal(await deliver(good), 0);
    auditJournal(rig.journal, identity);
  });

  it('removes no file before the entry that releases it is in the journal', async () => {
    await rig.close();
    const removed: { files: readonly string[]; last: string | undefined }[] = [];
    rig = await CameraRig.start({
      ...{ identity, directory },
      store: (real) =>
        new Proxy(real, {
          get: (store, key): unknown => {
            if (key === 'remove')
              return (files: readonly string[]) => {
                removed.push({ files, last: rig.journal.last?.type });
                return store.remove(files);
              };
            const value: unknown = Reflect.get(store, key);
            return typeof value === 'function' ? (value.bind(store) as unknown) : value;
          },
        }),
    });
    await rig.record(3);
    await rig.camera.dock(true);
    peer.close();
    peer = new HttpsPeer(url(), loadTlsIdentity(dock, 'dock'), 'camera');
    const files = rig.journal.held().map(({ file }) => file);
    assert.equal(await deliver(receipt()), files.length);
    assert.deepEqual(removed, [{ files, last: 'object-released' }]);
  });

  it('frees nothing that the journal names later than its index says', async () => {
    await rig.record(3);
    const good = receipt();
    await rig.record(3);
    await rig.close();
    const database = openDatabase(join(directory, 'journal.db'), JOURNAL_MIGRATIONS);
    database.exec('UPDATE objects SET entry = 1');
    database.close();
    rig = await CameraRig.start({ identity, directory });
    const before = rig.journal.held().length;
    await rig.camera.dock(true);
    peer.close();
    peer = new HttpsPeer(url(), loadTlsIdentity(dock, 'dock'), 'camera');
    assert.ok((await deliver(good)) <= 1);
    assert.ok(rig.journal.held().length >= before - 1);
    assert.ok(rig.alarms.some(({ code }) => code === 'journal-inconsistent'));
  });

  it('frees nothing of a recording that is still open', async () => {
    await rig.undock();
    await rig.camera.press('record');
    await rig.camera.dock(true);
    rig.fragments(12);
    await until('a segment is sealed', () => rig.journal.held().length >= 3);
    assert.equal(await deliver(receipt()), 0);
    await rig.stop();
    assert.ok((await deliver(receipt())) >= 4);
  });

  it('frees nothing on any other paper, and sounds the alarm', async () => {
    await rig.record(3);
    const held = rig.journal.held();
    const { size } = rig.journal;
    const { receipt: text, evidence } = receipt();
    const flipped = text.slice(0, -10) + (text.at(-10) === 'A' ? 'B' : 'A') + text.slice(-9);
    const bad = [
      { receipt: flipped, evidence },
      receipt(size + 1, rig.journal.rootAt(size)),
      receipt(size, rig.journal.rootAt(size - 1)),
      { receipt: rig.journal.checkpointAt(size), evidence },
      {
        receipt: text,
        evidence: [...loadEvidenceIdentity(await foreign.enrol('archive', 'archive-1'), 'archive').chain],
      },
    ];
    for (const delivery of bad) await assert.rejects(deliver(delivery), { refusal: 'bad-receipt' });
    assert.deepEqual(rig.journal.held(), held);
    assert.deepEqual(
      rig.alarms.map(({ code }) => code),
      ['bad-receipt'],
      'one alarm a minute: a hostile dock does not fill the journal',
    );
  });
});
