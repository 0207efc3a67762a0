import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { toBase64, type RefusalCode } from '@mingjing/protocol';
import { loadTlsIdentity, PeerRefusal, tlsOptions } from '@mingjing/runtime';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import {
  IngestClient,
  makeArchivePlace,
  startArchive,
  type ArchivePlace,
  type RunningArchive,
} from '../../support/central-process.ts';
import { JournalBuilder } from '../../support/recording-builder.ts';

interface Answer {
  readonly status: number;
  readonly code: string | undefined;
  readonly body: string;
}

describe('the ingest API', () => {
  let agency: TestAgency;
  let place: ArchivePlace;
  let archive: RunningArchive;
  let dock: IngestClient;
  let camera: IngestClient;
  const identity: Record<string, string> = {};
  before(async () => {
    agency = await makeTestAgency();
    identity['cam-1'] = await agency.enrol('camera', 'cam-1', { epoch: 1 });
    identity['cam-2'] = await agency.enrol('camera', 'cam-2', { epoch: 1 });
    identity['dock'] = await agency.enrol('dock', 'dock-1');
    place = makeArchivePlace(await agency.enrol('archive', 'archive-1'));
    archive = await startArchive(place);
    dock = new IngestClient(archive.ingest, identity['dock'], 'dock');
    camera = new IngestClient(archive.ingest, identity['cam-1'], 'camera');
  });
  after(async () => {
    dock.close();
    camera.close();
    assert.equal(await archive.stop(), 0, 'SIGTERM ends it cleanly');
    place.remove();
    agency.close();
  });

  let epochs = 1;
  /** A journal of its own for each test: another epoch of the camera. */
  async function freshJournal(
    ...contents: Uint8Array[]
  ): Promise<{ journal: JournalBuilder; objects: readonly string[] }> {
    epochs += 1;
    const journal = new JournalBuilder(
      await agency.enrol('camera', 'cam-1', { epoch: epochs }),
      agency.recipients,
    );
    journal.powerOn();
    const { objects } = journal.recordBytes(contents);
    return { journal, objects };
  }

  const refused = (code: RefusalCode) => (error: unknown) =>
    error instanceof PeerRefusal && error.refusal === code;
  const broken = (): number => readdirSync(join(place.objects, 'incoming')).length;

  /** A raw request, for what a well-behaved client never sends. */
  async function raw(
    method: string,
    path: string,
    options: {
      as?: string;
      headers?: Record<string, string | number>;
      body?: Uint8Array;
      end?: boolean;
    } = {},
  ): Promise<Answer> {
    const { as = 'dock', headers = {}, body, end = true } = options;
    const tls = tlsOptions(loadTlsIdentity(identity[as] ?? '', as === 'dock' ? 'dock' : 'camera'));
    const sent = request({
      ...tls,
      host: '127.0.0.1',
      port: archive.ingest,
      checkServerIdentity: () => undefined,
      agent: false,
      method,
      path,
      headers,
    });
    sent.on('error', () => undefined);
    if (body !== undefined) sent.write(body);
    if (end) sent.end();
    else sent.flushHeaders();
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    let text = '';
    for await (const part of answer as AsyncIterable<Buffer>) text += part.toString();
    sent.destroy();
    const code = text.startsWith('{') ? (JSON.parse(text) as { code?: string }).code : undefined;
    return { status: answer.statusCode ?? 0, code, body: text };
  }

  it('takes a journal and its objects, and gives a receipt once all is here', async () => {
    const { journal } = await freshJournal(randomBytes(3_000_000), randomBytes(100));
    const { device, epoch } = journal.name;
    assert.deepEqual(await dock.state(device, epoch), { epoch, size: 0, missing: [], receipted: 0 });
    const state = await dock.post(device, journal.page(0));
    assert.equal(state.missing.length, 3);
    await assert.rejects(dock.receipt(device, epoch), refused('not-found'));
    const done = await dock.deliver(journal);
    assert.deepEqual(done.missing, []);
    assert.match(
      (await dock.receipt(device, epoch)).receipt,
      new RegExp(`^mingjing/archive/archive-1/camera/cam-1/${epoch}\n${journal.size}\n`),
    );
    assert.equal((await dock.state(device, epoch)).receipted, journal.size);
  });

  it('does the same for a camera that brings its own', async () => {
    const { journal } = await freshJournal(randomBytes(500));
    await camera.deliver(journal);
    assert.notEqual((await camera.receipt('cam-1', journal.name.epoch)).receipt, '');
  });

  it('lets a camera touch nothing of another', async () => {
    const { journal, objects } = await freshJournal(randomBytes(500));
    await dock.post('cam-1', journal.page(0));
    const other = new IngestClient(archive.ingest, identity['cam-2'] ?? '', 'camera');
    const [key = ''] = objects;
    await assert.rejects(other.state('cam-1', 1), refused('not-allowed'));
    await assert.rejects(other.post('cam-1', journal.page(0)), refused('not-allowed'));
    await assert.rejects(other.receipt('cam-1', 1), refused('not-allowed'));
    await assert.rejects(
      other.put(key, journal.objects.get(key) ?? new Uint8Array()),
      refused('object-not-named'),
    );
    await dock.put(key, journal.objects.get(key) ?? new Uint8Array());
    assert.equal((await raw('HEAD', `/v1/objects/${key}`, { as: 'cam-2' })).status, 404);
    assert.equal((await raw('HEAD', `/v1/objects/${key}`, { as: 'cam-1' })).status, 200);
    other.close();
  });

  it('speaks with nobody who shows no certificate, or one of another agency or role', async () => {
    const attempt = async (options: object): Promise<string> => {
      const socket = connect({
        host: '127.0.0.1',
        port: archive.ingest,
        rejectUnauthorized: false,
        ...options,
      });
      socket.on('error', () => undefined);
      socket.write('GET /v1/cameras/cam-1/journal?epoch=1 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
      let text = '';
      socket.on('data', (part: Buffer) => (text += part.toString()));
      await new Promise((resolve) => socket.once('close', resolve));
      return text.split('\r\n', 1)[0] ?? '';
    };
    const stranger = await makeTestAgency();
    const strange = loadTlsIdentity(await stranger.enrol('dock', 'dock-1'), 'dock');
    const own = loadTlsIdentity(place.identity, 'archive');
    assert.equal(await attempt({}), '');
    assert.equal(await attempt({ key: strange.keyPem, cert: strange.chain.join('\n') }), '');
    assert.equal(await attempt({ key: own.keyPem, cert: own.chain.join('\n') }), 'HTTP/1.1 403 Forbidden');
    assert.equal(await attempt({ ...tlsOptions(own), minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' }), '');
    stranger.close();
  });

  it('refuses objects no journal names, with another size, another digest, or no length', async () => {
    const { journal, objects } = await freshJournal(randomBytes(5000));
    await dock.post('cam-1', journal.page(0));
    const [, segment = ''] = objects;
    const bytes = journal.objects.get(segment) ?? new Uint8Array();
    const unnamed = createHash('sha256').update(bytes.subarray(1)).digest('hex');
    await assert.rejects(dock.put(unnamed, bytes.subarray(1)), refused('object-not-named'));
    await assert.rejects(dock.put(segment, bytes.subarray(1)), refused('digest-mismatch'));
    await assert.rejects(dock.put(segment, Buffer.concat([bytes, Buffer.of(1)])), refused('digest-mismatch'));
    await assert.rejects(dock.put(segment, randomBytes(bytes.length)), refused('digest-mismatch'));
    const other = toBase64(randomBytes(32));
    await assert.rejects(
      dock.put(segment, bytes, { 'content-digest': `sha-256=:${other}:` }),
      refused('digest-mismatch'),
    );
    await assert.rejects(
      dock.put(segment, bytes, { 'content-digest': 'sha-256=:*:' }),
      refused('bad-request'),
    );
    const chunked = await raw('PUT', `/v1/objects/${segment}`, {
      body: bytes,
      headers: { 'transfer-encoding': 'chunked' },
    });
    assert.equal(chunked.code, 'bad-request');
    const huge = await raw('PUT', `/v1/objects/${segment}`, {
      headers: { 'content-length': 2 ** 40 },
      end: false,
    });
    assert.equal(huge.code, 'too-large');
    assert.equal((await raw('HEAD', `/v1/objects/${segment}`)).status, 404);
    assert.equal(broken(), 0);
    const digest = toBase64(createHash('sha256').update(bytes).digest());
    assert.equal(
      await dock.put(segment, bytes, { 'content-digest': `sha-512=:x:, sha-256=:${digest}:` }),
      201,
    );
    assert.equal(await dock.put(segment, bytes), 200, 'and says so when it has it already');
  });

  it('streams an object whatever its sender calls it, and gathers nothing of it', async () => {
    const { journal, objects } = await freshJournal(randomBytes(3_000_000));
    await dock.post('cam-1', journal.page(0));
    const [, segment = ''] = objects;
    const bytes = journal.objects.get(segment) ?? new Uint8Array();
    for (const type of ['application/json', 'text/plain', 'application/octet-stream', 'a/b']) {
      const unnamed = await raw('PUT', `/v1/objects/${'0'.repeat(64)}`, {
        headers: { 'content-type': type, 'content-length': 200_000_000 },
        body: Buffer.from('['),
        end: false,
      });
      assert.equal(unnamed.code, 'object-not-named', `${type}: judged before the body has come`);
    }
    assert.equal(await dock.put(segment, bytes, { 'content-type': 'application/json' }), 201);
  });

  it('parses JSON pages only', async () => {
    const { journal } = await freshJournal(randomBytes(500));
    const body = Buffer.from(JSON.stringify(journal.page(0)));
    for (const type of ['text/plain', 'application/octet-stream'])
      assert.equal(
        (await raw('POST', '/v1/cameras/cam-1/journal', { headers: { 'content-type': type }, body })).code,
        'bad-request',
      );
  });

  it('takes one object from many at once', async () => {
    const { journal, objects } = await freshJournal(randomBytes(2_000_000));
    await dock.post('cam-1', journal.page(0));
    const [, segment = ''] = objects;
    const bytes = journal.objects.get(segment) ?? new Uint8Array();
    const statuses = await Promise.all(Array.from({ length: 8 }, () => dock.put(segment, bytes)));
    assert.ok(statuses.includes(201));
    assert.ok(statuses.every((status) => status === 201 || status === 200));
    assert.equal(broken(), 0);
  });

  describe('an upload that broke off', () => {
    let segment: string;
    let bytes: Uint8Array;
    const head = async (as = 'dock'): Promise<string | undefined> => {
      const client = as === 'dock' ? dock : camera;
      try {
        const path = `/v1/uploads/${segment}`;
        return await client.peer.exchange({ method: 'HEAD', path }, (answer) => {
          answer.resume();
          return Promise.resolve(String(answer.headers['upload-offset']));
        });
      } catch (error) {
        if (error instanceof PeerRefusal && error.refusal === 'not-found') return undefined;
        throw error;
      }
    };
    const patch = (from: number, body: Uint8Array, headers: Record<string, string> = {}): Promise<Answer> =>
      raw('PATCH', `/v1/uploads/${segment}`, {
        headers: {
          'content-type': 'application/partial-upload',
          'upload-offset': from,
          'upload-complete': '?1',
          'content-length': body.length,
          ...headers,
        },
        body,
      });
    const kept = (): string[] => readdirSync(join(place.objects, 'incoming'));

    beforeEach(async () => {
      const { journal, objects } = await freshJournal(randomBytes(2_000_000));
      await dock.post('cam-1', journal.page(0));
      segment = objects[1] ?? '';
      bytes = journal.objects.get(segment) ?? new Uint8Array();
      const sent = request({
        ...tlsOptions(loadTlsIdentity(identity['dock'] ?? '', 'dock')),
        host: '127.0.0.1',
        port: archive.ingest,
        checkServerIdentity: () => undefined,
        method: 'PUT',
        path: `/v1/objects/${segment}`,
        headers: { 'content-length': bytes.length },
      });
      sent.on('error', () => undefined);
      sent.write(bytes.subarray(0, 1_500_000));
      await until(() => broken() === 1);
      // Who asks has lost the line: the upload that is still under way is ended.
      await new Promise((resolve) => setTimeout(resolve, 200));
      await head();
      sent.destroy();
    });
    afterEach(async () => {
      await dock.put(segment, bytes);
      assert.equal(broken(), 0, 'nothing is left once the object is there');
    });

    it('is kept for who sent it, and is no object', async () => {
      assert.equal(await head(), '1500000');
      assert.equal(await head('camera'), undefined);
      assert.equal((await raw('HEAD', `/v1/objects/${segment}`)).status, 404);
    });

    it('goes on at the byte', async () => {
      assert.equal((await patch(1_500_000, bytes.subarray(1_500_000))).status, 201);
      assert.equal((await raw('HEAD', `/v1/objects/${segment}`)).status, 200);
      assert.equal(await head(), undefined);
    });

    it('goes on from before, too, and never from behind what is kept', async () => {
      assert.equal((await patch(1_600_000, bytes.subarray(1_600_000))).code, 'wrong-offset');
      assert.equal((await patch(1_000_000, bytes.subarray(1_000_000))).status, 201);
    });

    it('is dropped when its beginning is not what came', async () => {
      const [file = ''] = kept();
      const path = join(place.objects, 'incoming', file);
      const bent = readFileSync(path);
      bent[700_000] = (bent[700_000] ?? 0) ^ 1;
      writeFileSync(path, bent);
      assert.equal(await head(), undefined);
      assert.equal(broken(), 0);
    });

    it('is dropped when the whole is not the object', async () => {
      assert.equal((await patch(1_500_000, randomBytes(bytes.length - 1_500_000))).code, 'digest-mismatch');
      assert.equal(await head(), undefined);
    });

    it('is refused in any other form', async () => {
      const rest = bytes.subarray(1_500_000);
      for (const headers of [
        { 'upload-offset': '-1' },
        { 'upload-complete': '?0' },
        { 'content-type': 'application/octet-stream' },
      ] as Record<string, string>[])
        assert.equal((await patch(1_500_000, rest, headers)).code, 'bad-request');
      assert.equal((await patch(1_500_000, rest.subarray(1))).code, 'digest-mismatch');
      assert.equal(await head(), '1500000', 'and what is kept stays');
    });
  });

  it('refuses what it cannot read, by a code', async () => {
    const json = { 'content-type': 'application/json' };
    const post = (body: string): Promise<Answer> =>
      raw('POST', '/v1/cameras/cam-1/journal', { headers: json, body: Buffer.from(body) });
    for (const body of ['', '{', '[]', '{"epoch":1}', '{"__proto__":{"x":1}}', '"'.repeat(1000)])
      assert.equal((await post(body)).code, 'bad-request', body);
    assert.equal((await post(' '.repeat(33 * 1024 * 1024))).code, 'too-large');
    for (const path of [
      '/v1/cameras/CAM/journal?epoch=1',
      '/v1/cameras/cam-1/journal',
      '/v1/cameras/cam-1/journal?epoch=0',
      '/v1/cameras/cam-1/journal?epoch=1&epoch=2',
    ])
      assert.equal((await raw('GET', path)).code, 'bad-request', path);
    for (const [method, path] of [
      ['GET', '/'],
      ['DELETE', '/v1/cameras/cam-1/journal'],
      ['GET', '/v1/objects/..%2f..%2fetc%2fpasswd'],
    ] as const)
      assert.equal((await raw(method, path)).code, 'not-found', path);
    assert.equal(
      (await raw('PUT', '/v1/objects/abc', { body: Buffer.of(1), headers: { 'content-length': 1 } })).code,
      'bad-request',
    );
  });
});

async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!holds()) {
    assert.ok(Date.now() < deadline, 'in time');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
