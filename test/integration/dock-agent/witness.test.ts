import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  ArchiveNote,
  openCustodyCheckpoint,
  openWitness,
  peekCheckpoint,
  witnessesOf,
  type Checkpoint,
} from '@mingjing/protocol';
import { collect, loadEvidenceIdentity } from '@mingjing/runtime';
import { SqliteWitness } from '../../../dock-agent/adapters/sqlite-witness.ts';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import {
  IngestClient,
  makeArchivePlace,
  onSamePorts,
  startArchive,
  type ArchivePlace,
  type RunningArchive,
} from '../../support/central-process.ts';
import { copyLog, look, restoreLog } from '../../support/custody-log.ts';
import { DockProcess } from '../../support/dock-agent/dock-process.ts';
import { eventually } from '../../support/dock-agent/eventually.ts';
import { LogRelay } from '../../support/dock-agent/log-relay.ts';
import { freePort, until } from '../../support/processes.ts';

const ORIGIN = 'mingjing/archive/arc/custody';

describe('the dock’s process as a witness of the real archive', function () {
  this.timeout(90_000);
  let test: TestAgency;
  let place: ArchivePlace;
  let archive: RunningArchive;
  let dock: DockProcess;
  let client: IngestClient;
  let relay: LogRelay | undefined;
  let metrics: number;

  beforeEach(async () => {
    test = await makeTestAgency();
    place = makeArchivePlace(await test.enrol('archive', 'arc'));
    await test.enrol('dock', 'dock-1');
    archive = await startArchive(place);
    onSamePorts(place, archive);
    client = new IngestClient(archive.ingest, at('dock-dock-1'), 'dock');
    metrics = await freePort();
    await makeDock(`https://127.0.0.1:${archive.ingest}`);
  });
  afterEach(async () => {
    await dock.end('SIGKILL');
    client.close();
    await relay?.close();
    relay = undefined;
    await archive.stop();
    place.remove();
    test.close();
  });

  const at = (name: string): string => join(test.dir, name);
  const makeDock = async (archiveUrl: string, more: object = {}): Promise<void> => {
    dock = new DockProcess(test.dir, {
      identityDirectory: at('dock-dock-1'),
      stateDirectory: at('dock-state'),
      archive: archiveUrl,
      bays: [{ bay: 1, camera: `https://127.0.0.1:${await freePort()}` }],
      witness: { everySeconds: 0.1, ...more },
      metrics: { port: metrics },
      log: { level: 'info' },
    });
  };
  const told = (): string => dock.error;
  const alarms = (code: string): number =>
    dock.error.split('\n').filter((line) => line.includes(`"code":"${code}"`)).length;
  const latest = async (): Promise<{ checkpoint: Checkpoint; isCosigned: boolean }> => {
    const trust = { agency: test.agency, roots: test.roots, at: new Date().toISOString() };
    const note = await client.peer.json({ method: 'GET', path: '/v1/log' }, ArchiveNote, 256 * 1024);
    const { verifier } = openWitness(loadEvidenceIdentity(at('dock-dock-1'), 'dock').chain, trust);
    return {
      checkpoint: openCustodyCheckpoint(note, trust).checkpoint,
      isCosigned: witnessesOf(note.note, [verifier]).length === 1,
    };
  };
  const cosigned = (size: number): Promise<true> =>
    until(`${size} entries are cosigned`, async () => {
      const { checkpoint, isCosigned } = await latest();
      return isCosigned && checkpoint.size === size;
    });
  const held = (): number => {
    const state = new SqliteWitness(at('dock-state/witness.sqlite'));
    const size = state.all().get(ORIGIN)?.size ?? 0;
    state.close();
    return size;
  };
  const proofs = (): [held: string, offered: string][] => {
    const directory = at('dock-state/forks');
    const files = existsSync(directory)
      ? readdirSync(directory).filter((file) => file.endsWith('.offered.txt'))
      : [];
    const read = (file: string): string => readFileSync(join(directory, file), 'utf8');
    return files.map((file) => [read(file.replace('offered', 'held')), read(file)]);
  };
  /** The archive stops, its log is another, and it starts again. */
  const meanwhile = async (change: () => Promise<void> | void): Promise<void> => {
    await archive.stop();
    await change();
    archive = await startArchive(place);
  };

  it('cosigns the log as it grows, across restarts of both', async () => {
    await dock.start();
    for (const size of [1, 2]) {
      await look(place, 'somebody');
      await cosigned(size);
    }
    await look(place, 'somebody', 30);
    await cosigned(32);
    await meanwhile(() => look(place, 'somebody'));
    await cosigned(33);
    assert.equal(await dock.end('SIGTERM'), 0);
    await look(place, 'somebody');
    await dock.start();
    await cosigned(34);
    const answer = await fetch(`http://127.0.0.1:${metrics}/metrics`);
    const page = await answer.text();
    assert.match(page, /^mingjing_dock_witness_entries 34$/m);
    assert.match(page, /^mingjing_dock_witness_age_seconds \d/m);
    assert.match(dock.error, /"vkey":"mingjing\/dock\/dock-1\+[0-9a-f]{8}\+B/);
    assert.equal(alarms('archive-forked'), 0);
  });

  it('killed after it remembered and before it answered, says the same again', async () => {
    relay = new LogRelay(`https://127.0.0.1:${archive.ingest}`, place.identity, at('dock-dock-1'));
    await relay.open();
    await makeDock(relay.url);
    await look(place, 'somebody', 2);
    for (let round = 0; round < 3; round += 1) {
      let came = (): void => undefined;
      const asked = new Promise<void>((resolve) => (came = resolve));
      relay.onCosignature = async () => {
        came();
        await new Promise(() => undefined);
      };
      await dock.start();
      await asked;
      if (round < 2) await dock.end('SIGKILL');
      else assert.equal(await dock.end('SIGTERM'), 0, 'it waits for no archive');
      assert.equal(held(), 2, 'it was durable before it left');
      assert.equal((await latest()).isCosigned, false);
    }
    relay.onCosignature = () => Promise.resolve();
    await dock.start();
    await cosigned(2);
    await look(place, 'somebody');
    await cosigned(3);
    assert.equal(alarms('archive-forked'), 0);
  });

  it('refuses an archive that was rolled back, alarms once, and is well again with the newest log', async () => {
    await look(place, 'somebody', 3);
    await dock.start();
    await cosigned(3);
    await meanwhile(() => copyLog(place, 'old.sqlite'));
    await look(place, 'somebody');
    await cosigned(4);
    const { root } = (await latest()).checkpoint;
    await meanwhile(() => {
      copyLog(place, 'new.sqlite');
      restoreLog(place, 'old.sqlite');
    });
    await eventually(() => alarms('archive-forked') === 1, told);
    const [[first, offered]] = proofs() as [[string, string]];
    assert.deepEqual(peekCheckpoint(first).root, root);
    assert.equal(peekCheckpoint(offered).size, 3);
    await look(place, 'somebody else', 2);
    await eventually(() => proofs().length === 2, told);
    assert.equal((await latest()).isCosigned, false);
    assert.equal(alarms('archive-forked'), 1);
    assert.equal(held(), 4);
    await meanwhile(() => restoreLog(place, 'new.sqlite'));
    await eventually(() => alarms('archive-forked') === 2, told);
    assert.match(dock.error, /well again/);
    await look(place, 'somebody');
    await cosigned(5);
  });

  for (const more of [0, 6]) {
    it(`refuses another history of ${more === 0 ? 'the same' : 'a larger'} size, and keeps both`, async () => {
      await look(place, 'somebody', 2);
      await meanwhile(() => copyLog(place, 'old.sqlite'));
      await look(place, 'somebody');
      await dock.start();
      await cosigned(3);
      const { root } = (await latest()).checkpoint;
      await meanwhile(async () => {
        restoreLog(place, 'old.sqlite');
        await look(place, 'somebody else', 1 + more);
      });
      await eventually(() => alarms('archive-forked') === 1, told);
      const now = await latest();
      assert.deepEqual([now.checkpoint.size, now.isCosigned], [3 + more, false]);
      const [[first, offered]] = proofs() as [[string, string]];
      assert.deepEqual(peekCheckpoint(first).root, root);
      assert.deepEqual(peekCheckpoint(offered.slice(offered.indexOf('\n\n') + 2)).root, now.checkpoint.root);
      await dock.end('SIGKILL');
      await dock.start();
      await eventually(() => alarms('archive-forked') === 2, told);
      assert.equal((await latest()).isCosigned, false);
    });
  }

  it('is not led by an archive that lies on the line, and says so when it cannot prove its log', async () => {
    relay = new LogRelay(`https://127.0.0.1:${archive.ingest}`, place.identity, at('dock-dock-1'));
    await relay.open();
    await makeDock(relay.url);
    await look(place, 'somebody', 3);
    await dock.start();
    await cosigned(3);
    await look(place, 'somebody', 4);
    const lies: readonly ((path: string, text: string) => string)[] = [
      () => '',
      (path, text) => (path === '/v1/log' ? text.replace(/\\n7\\n/, '\\n8\\n') : text),
      (path, text) => (path === '/v1/log' ? JSON.stringify({ ...JSON.parse(text), evidence: [] }) : text),
      (path, text) => (path.endsWith('add-checkpoint') ? 'x'.repeat(200_000) : text),
      (path, text) => (path.endsWith('add-checkpoint') ? text.replace('old 3', 'old 2') : text),
      (path, text) => (path.endsWith('add-checkpoint') ? text.replace('\n7\n', '\n8\n') : text),
      (path, text) => (path.endsWith('add-checkpoint') ? text.slice(0, -9) : text),
    ];
    for (const [n, lie] of lies.entries()) {
      let times = 0;
      relay.bend = (path, text) => {
        const bent = lie(path, text);
        if (bent !== text) times += 1;
        return bent;
      };
      await eventually(
        () => times >= 2,
        () => `lie ${n}: ${told()}`,
      );
    }
    assert.equal((await latest()).isCosigned, false);
    assert.equal(alarms('archive-forked'), 0, 'nothing proves a fork');
    relay.bend = (path, text) => (path.endsWith('add-checkpoint') ? text.replace(/\n[^\n]+/, '') : text);
    await eventually(() => alarms('archive-forked') === 1, told);
    assert.equal((await latest()).isCosigned, false);
    relay.bend = (_path, text) => text;
    await cosigned(7);
    await eventually(() => alarms('archive-forked') === 2, told);
    assert.match(dock.error, /well again/);
  });

  it('answers a log that calls it, as tlog-witness says', async () => {
    const port = await freePort();
    await makeDock(`https://127.0.0.1:${archive.ingest}`, { port });
    await look(place, 'somebody', 2);
    await dock.start();
    await cosigned(2);
    await look(place, 'somebody', 3);
    await cosigned(5);
    const growth = async (old: number, size: number): Promise<string> =>
      await client.peer.exchange(
        { method: 'GET', path: `/v1/log/add-checkpoint?old=${old}&size=${size}` },
        async (answer) => String(await collect(answer, 100_000)),
      );
    const post = async (
      body: string,
      path = '/add-checkpoint',
      method = 'POST',
    ): Promise<[number, string | null, string]> => {
      const sent = method === 'POST' ? { body } : {};
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method, ...sent });
      return [answer.status, answer.headers.get('content-type'), await answer.text()];
    };
    const body = await growth(5, 5);
    const [status, , line] = await post(body);
    assert.equal(status, 200);
    const { verifier } = openWitness(loadEvidenceIdentity(at('dock-dock-1'), 'dock').chain, {
      ...{ agency: test.agency, roots: test.roots, at: new Date().toISOString() },
    });
    const checkpoint = body.slice(body.indexOf('\n\n') + 2);
    assert.equal(witnessesOf(`${checkpoint}${line}`, [verifier]).length, 1);
    assert.deepEqual(await post(await growth(2, 3)), [409, 'text/x.tlog.size', '5\n']);
    assert.deepEqual(await post(await growth(0, 5)), [409, 'text/x.tlog.size', '5\n']);
    const text = checkpoint.slice(0, checkpoint.indexOf('\n\n') + 1);
    for (const [expected, sent, ...where] of [
      [400, 'old 6\n\n' + checkpoint],
      [400, 'hello'],
      [403, `old 5\n\n${text}\n— somebody ${'A'.repeat(92)}\n`],
      [404, body.replace('/arc/', '/ark/')],
      [404, body, '/'],
      [405, '', '/add-checkpoint', 'GET'],
      [422, body.replace('old 5\n', `old 5\n${'A'.repeat(43)}=\n`)],
      [413, 'x'.repeat(100_000)],
    ] as const)
      assert.equal((await post(sent, ...where))[0], expected, `${expected} ${sent.slice(0, 100)}`);
    assert.equal(alarms('archive-forked'), 0);
    await look(place, 'somebody');
    await cosigned(6);
  });

  it('does not begin anew when its memory is damaged, or sign without its key; footage goes on', async () => {
    await look(place, 'somebody');
    await dock.start();
    await cosigned(1);
    await dock.end('SIGTERM');
    const file = at('dock-state/witness.sqlite');
    const before = readFileSync(file);
    writeFileSync(file, 'not a database, though it is long enough to be looked at as one');
    await look(place, 'somebody');
    await dock.start();
    await eventually(() => alarms('witness-stopped') === 1, told);
    await dock.end('SIGTERM');
    assert.equal((await latest()).isCosigned, false);
    writeFileSync(file, before);
    const key = at('dock-dock-1/evidence.key');
    renameSync(key, `${key}.away`);
    await dock.start();
    await eventually(() => alarms('witness-stopped') === 2, told);
    await dock.end('SIGTERM');
    renameSync(`${key}.away`, key);
    assert.equal((await latest()).isCosigned, false);
    await dock.start();
    await cosigned(2);
  });
});
