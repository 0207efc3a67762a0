import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { join } from 'node:path';
import { readdirSync } from 'node:fs';
import { createLog, loadEvidenceIdentity, loadTlsIdentity, tlsOptions } from '@mingjing/runtime';
import { DirectoryObjects } from '../../../central/adapters/directory-objects/directory-objects.ts';
import { SqliteCatalogue } from '../../../central/adapters/sqlite-catalogue.ts';
import { serveIngest, type RunningServer } from '../../../central/shell/ingest-api.ts';
import { Ingest } from '../../../central/shell/ingest.ts';
import { Receipts } from '../../../central/shell/receipts.ts';
import { Uploads } from '../../../central/shell/uploads.ts';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import { IngestClient } from '../../support/central-process.ts';
import { JournalBuilder } from '../../support/recording-builder.ts';
import { temporaryDirectories } from '../../support/temporary.ts';

const temporary = temporaryDirectories();

describe('a line on which nothing moves', () => {
  let agency: TestAgency;
  before(async () => (agency = await makeTestAgency()));
  after(() => agency.close());

  async function serve(limits: {
    idleMillis?: number;
    pageMillis?: number;
  }): Promise<{ server: RunningServer; ingest: Ingest; incoming: string; dock: string }> {
    const directory = temporary();
    const identity = await agency.enrol('archive', `archive-${randomBytes(4).toString('hex')}`);
    const dock = await agency.enrol('dock', `dock-${randomBytes(4).toString('hex')}`);
    const catalogue = new SqliteCatalogue(join(directory, 'catalogue.sqlite'));
    const objects = new DirectoryObjects(directory);
    const raise = (): void => undefined;
    const recordingsChanged = (): void => undefined;
    const ingest = new Ingest({
      catalogue,
      agency: agency.agency,
      roots: agency.roots,
      raise,
      recordingsChanged,
    });
    const server = await serveIngest({
      identity: loadTlsIdentity(identity, 'archive'),
      host: '127.0.0.1',
      port: 0,
      ingest,
      uploads: new Uploads({ catalogue, objects, raise, recordingsChanged }),
      receipts: new Receipts({
        catalogue,
        objects,
        evidence: loadEvidenceIdentity(identity, 'archive'),
        raise,
      }),
      log: createLog('test', { level: 'fatal' }),
      ...limits,
    });
    return { server, ingest, incoming: join(directory, 'incoming'), dock };
  }

  it('is cut, and what came of the object is kept for who brings the rest', async () => {
    const { server, ingest, incoming, dock } = await serve({ idleMillis: 300 });
    const camera = `cam-${randomBytes(4).toString('hex')}`;
    const journal = new JournalBuilder(await agency.enrol('camera', camera, { epoch: 1 }), agency.recipients);
    journal.powerOn();
    const { objects } = journal.recordBytes([randomBytes(1_500_000)]);
    await ingest.takePage(camera, journal.page(0));
    const [, segment = ''] = objects;
    const bytes = journal.objects.get(segment) ?? new Uint8Array();
    const sent = request({
      ...tlsOptions(loadTlsIdentity(dock, 'dock')),
      host: '127.0.0.1',
      port: server.port,
      checkServerIdentity: () => undefined,
      method: 'PUT',
      path: `/v1/objects/${segment}`,
      headers: { 'content-length': bytes.length },
    });
    sent.write(bytes.subarray(0, 1_200_000));
    const [error] = (await once(sent, 'error')) as [NodeJS.ErrnoException];
    assert.equal(error.code, 'ECONNRESET');
    const client = new IngestClient(server.port, dock, 'dock');
    const headers = await client.peer.exchange(
      { method: 'HEAD', path: `/v1/uploads/${segment}` },
      (answer) => {
        answer.resume();
        return Promise.resolve(answer.headers);
      },
    );
    assert.equal(headers['upload-offset'], '1200000');
    assert.equal(readdirSync(incoming).length, 1);
    client.close();
    await server.close();
  });

  const slowPage = (server: RunningServer, identity: string, camera: string): ClientRequest => {
    const sent = request({
      ...tlsOptions(loadTlsIdentity(identity, 'dock')),
      host: '127.0.0.1',
      port: server.port,
      checkServerIdentity: () => undefined,
      agent: false,
      method: 'POST',
      path: `/v1/cameras/${camera}/journal`,
      headers: { 'content-type': 'application/json', 'content-length': 100_000 },
    });
    sent.on('error', () => undefined);
    return sent;
  };

  it('is cut when a page trickles for too long, though something moves', async () => {
    const { server, dock } = await serve({ idleMillis: 10_000, pageMillis: 400 });
    const sent = slowPage(server, dock, 'cam-1');
    const trickle = setInterval(() => sent.write(' '), 20);
    await new Promise((resolve) => sent.once('close', resolve));
    clearInterval(trickle);
    await server.close();
  });

  it('leaves room for others when one machine opens page after page', async () => {
    const { server, ingest, dock } = await serve({ idleMillis: 10_000 });
    const slow = Array.from({ length: 8 }, () => slowPage(server, dock, 'cam-1'));
    const answers = slow.map((sent) => once(sent, 'response') as Promise<[IncomingMessage]>);
    for (const sent of slow) sent.write('{');
    const busy = new Set<IncomingMessage>();
    for (const answer of answers)
      void answer.then(
        ([message]) => busy.add(message),
        () => undefined,
      );
    const deadline = Date.now() + 5_000;
    while (busy.size < 6) {
      assert.ok(Date.now() < deadline, 'two pages are listened to, six are told to come again');
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    assert.ok([...busy].every(({ statusCode }) => statusCode === 503));
    const camera = `cam-${randomBytes(4).toString('hex')}`;
    const directory = await agency.enrol('camera', camera, { epoch: 1 });
    const journal = new JournalBuilder(directory, agency.recipients);
    journal.powerOn();
    const other = new IngestClient(server.port, directory, 'camera');
    await other.post(camera, journal.page(0));
    assert.equal((await ingest.state(journal.name)).size, journal.size);
    other.close();
    for (const sent of slow) sent.destroy();
    await server.close();
  });
});
