import assert from 'node:assert/strict';
import {
  ArchiveNote,
  cosigner,
  fromUtf8,
  MAX_ADD_CHECKPOINT_BYTES,
  openCustodyCheckpoint,
  openWitness,
  parseAddCheckpoint,
  parseNote,
  peekCheckpoint,
  signatureLine,
  verifyConsistency,
  witnessesOf,
  dockKeyName,
  type Checkpoint,
  type CosignatureDelivery,
} from '@mingjing/protocol';
import { collect, loadEvidenceIdentity, type EvidenceIdentity } from '@mingjing/runtime';
import { Type } from 'typebox';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import {
  IngestClient,
  makeArchivePlace,
  onSamePorts,
  startArchive,
  type ArchivePlace,
  type RunningArchive,
} from '../../support/central-process.ts';
import { look } from '../../support/custody-log.ts';

describe('the archive’s custody log, for its witnesses', function () {
  this.timeout(60_000);
  let agency: TestAgency;
  let place: ArchivePlace;
  let archive: RunningArchive;
  let dock: IngestClient;
  let own: EvidenceIdentity;

  before(async () => {
    agency = await makeTestAgency();
    place = makeArchivePlace(await agency.enrol('archive', 'arc'));
    archive = await startArchive(place);
    const directory = await agency.enrol('dock', 'dock-1');
    own = loadEvidenceIdentity(directory, 'dock');
    dock = new IngestClient(archive.ingest, directory, 'dock');
  });
  after(async () => {
    dock.close();
    await archive.stop();
    place.remove();
    agency.close();
  });

  const trust = (): Parameters<typeof openCustodyCheckpoint>[1] => ({
    ...{ agency: agency.agency, roots: agency.roots, at: new Date().toISOString() },
  });
  const latest = (client = dock): Promise<ArchiveNote> =>
    client.peer.json({ method: 'GET', path: '/v1/log' }, ArchiveNote, 256 * 1024);
  const checkpoint = async (): Promise<Checkpoint> =>
    openCustodyCheckpoint(await latest(), trust()).checkpoint;
  const growth = async (query: string, client = dock): Promise<string> => {
    const path = `/v1/log/add-checkpoint${query}`;
    return await client.peer.exchange({ method: 'GET', path }, async (answer) =>
      fromUtf8(await collect(answer, MAX_ADD_CHECKPOINT_BYTES)),
    );
  };
  const deliver = async (delivery: object, client = dock): Promise<void> => {
    const what = { method: 'POST', path: '/v1/log/cosignatures', json: delivery } as const;
    await client.peer.json(what, Type.Object({}), 1024);
  };
  const delivery = (note: string, by = own, name = 'dock-1'): CosignatureDelivery => ({
    size: peekCheckpoint(note).size,
    cosignatures: signatureLine(parseNote(note).text, cosigner(dockKeyName(name), by.signer, 1_800_000_000)),
    evidence: [...by.chain],
  });
  const seenBy = async (): Promise<readonly string[]> => {
    const { verifier } = openWitness(own.chain, trust());
    return witnessesOf((await latest()).note, [verifier]).map(({ name }) => name);
  };

  it('is signed while it is empty, and grows with what people do', async () => {
    assert.equal((await checkpoint()).size, 0);
    assert.equal((await checkpoint()).origin, 'mingjing/archive/arc/custody');
    for (const size of [1, 2, 3]) {
      await look(place, 'somebody');
      assert.equal((await checkpoint()).size, size);
    }
  });

  it('proves its growth between all it has signed, in the body of add-checkpoint', async () => {
    await look(place, 'somebody', 17);
    const { size: end } = await checkpoint();
    const heads: Checkpoint[] = [];
    for (let size = 0; size <= end; size += 1)
      heads.push(peekCheckpoint(parseAddCheckpoint(await growth(`?old=0&size=${size}`)).checkpoint));
    for (const old of heads) {
      for (const { size, root } of heads.slice(old.size)) {
        const { proof, ...request } = parseAddCheckpoint(await growth(`?old=${old.size}&size=${size}`));
        assert.equal(request.old, old.size);
        assert.ok(verifyConsistency({ oldSize: old.size, oldRoot: old.root, size, root, proof }));
      }
    }
    const note = parseAddCheckpoint(await growth(`?old=0&size=${end}`)).checkpoint;
    assert.equal(openCustodyCheckpoint({ ...(await latest()), note }, trust()).checkpoint.size, end);
  });

  it('refuses sizes it never signed, and what are none', async () => {
    const { size } = await checkpoint();
    await assert.rejects(growth(`?old=0&size=${size + 1}`), { refusal: 'not-found' });
    await assert.rejects(growth(`?old=${size + 5}&size=${size + 9}`), { refusal: 'not-found' });
    for (const query of ['', '?old=1', '?size=1', '?old=2&size=1', '?old=-1&size=1', '?old=01&size=1'])
      await assert.rejects(growth(query), { refusal: 'bad-request' }, query);
  });

  it('keeps what a dock says of it, and shows it to everybody', async () => {
    assert.deepEqual(await seenBy(), []);
    await deliver(delivery((await latest()).note));
    await deliver(delivery((await latest()).note));
    assert.deepEqual(await seenBy(), ['mingjing/dock/dock-1']);
    assert.equal(parseNote((await latest()).note).signatures.length, 2);
    onSamePorts(place, archive);
    await archive.kill();
    archive = await startArchive(place);
    assert.deepEqual(await seenBy(), ['mingjing/dock/dock-1']);
    const camera = new IngestClient(archive.ingest, await agency.enrol('camera', 'cam-1'), 'camera');
    assert.deepEqual(await latest(camera), await latest());
    await assert.rejects(growth('?old=0&size=1', camera), { refusal: 'not-allowed' });
    await assert.rejects(deliver(delivery((await latest()).note), camera), { refusal: 'not-allowed' });
    camera.close();
    await look(place, 'somebody');
    assert.deepEqual(await seenBy(), []);
  });

  it('takes no cosignature that is not of this dock’s certified key, over this checkpoint', async () => {
    const { note } = await latest();
    const good = delivery(note);
    const second = await agency.enrol('dock', 'dock-2');
    const other = loadEvidenceIdentity(second, 'dock');
    const archives = loadEvidenceIdentity(place.identity, 'archive');
    const foreign = await makeTestAgency('elsewhere');
    const stranger = loadEvidenceIdentity(await foreign.enrol('dock', 'dock-1'), 'dock');
    const bad: readonly (readonly [string, object])[] = [
      ['bad-request', { ...good, size: -1 }],
      ['bad-request', { ...good, evidence: [] }],
      ['not-found', { ...good, size: good.size + 1 }],
      ['bad-cosignature', { ...good, size: good.size - 1 }],
      ['bad-cosignature', { ...good, cosignatures: '' }],
      ['bad-cosignature', { ...good, cosignatures: good.cosignatures.repeat(2) }],
      ['bad-cosignature', { ...good, cosignatures: `${good.cosignatures}\n\nx\n` }],
      ['bad-cosignature', { ...good, cosignatures: delivery(note, other, 'dock-1').cosignatures }],
      ['bad-cosignature', { ...good, cosignatures: delivery(note, own, 'dock-2').cosignatures }],
      ['not-allowed', delivery(note, other, 'dock-2')],
      ['bad-cosignature', delivery(note, archives, 'arc')],
      ['bad-cosignature', delivery(note, stranger)],
    ];
    for (const [refusal, one] of bad) await assert.rejects(deliver(one), { refusal }, JSON.stringify(one));
    assert.deepEqual(await seenBy(), []);
    const client = new IngestClient(archive.ingest, second, 'dock');
    await deliver(delivery(note, other, 'dock-2'), client);
    client.close();
    foreign.close();
    await deliver(good);
    assert.equal(parseNote((await latest()).note).signatures.length, 3);
  });
});
