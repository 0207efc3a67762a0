import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { RuntimeError } from '@mingjing/runtime';
import { SimulatedCamera } from '../../../dock-agent/simulated/camera/simulated-camera.ts';
import { SimulatedPresence } from '../../../dock-agent/simulated/presence.ts';
import { eventually } from '../../support/dock-agent/eventually.ts';
import { bent, OutboxRig } from '../../support/dock-agent/outbox-rig.ts';
import { simulatedKeys } from '../../support/dock-agent/wire-camera.ts';

describe('a dock with an outbox', () => {
  const rig = new OutboxRig();
  const { name, begin, cut, mend, told, safe, empty, arrived, files, fileOf, dockedAndGone } = rig;

  it('keeps nothing while the archive answers', async () => {
    const named = rig.camera.record(1_000, 200_000);
    rig.presence.insert();
    begin();
    await eventually(() => rig.dock?.messages.state === 'ready' && rig.camera.objects.size === 0, told);
    await arrived(named);
    assert.deepEqual(files('objects'), []);
    assert.deepEqual(rig.dock?.messages.codes, []);
  });

  it('keeps what the archive cannot take, and does not free the camera', async () => {
    const named = await dockedAndGone();
    assert.equal(rig.camera.objects.size, 3);
    assert.equal(files('objects').length, 3);
    assert.ok(named.every((object) => readFileSync(fileOf(object)).length > 0));
    assert.ok(!rig.dock?.messages.states.includes('ready'));
  });

  it('brings it in when the line is back and the camera is long gone, and gives the receipt at the next docking', async () => {
    const named = await dockedAndGone();
    mend();
    await arrived(named);
    await empty();
    assert.equal(rig.camera.objects.size, 3, 'freed without a receipt');
    rig.presence.insert();
    await eventually(() => rig.dock?.messages.state === 'ready' && rig.camera.objects.size === 0, told);
    assert.equal(rig.archive.size(name), rig.camera.size);
  });

  it('gives a receipt that came while the camera was away though the line is dead again', async () => {
    const named = await dockedAndGone();
    mend();
    await arrived(named);
    await empty();
    cut();
    rig.presence.insert();
    await eventually(() => rig.camera.objects.size === 0, told);
  });

  it('goes on from the receipt, not from the beginning, on the next dead day', async () => {
    const first = await dockedAndGone();
    mend();
    await arrived(first);
    await empty();
    cut();
    const second = rig.camera.record(5_000);
    rig.presence.insert();
    await safe(second);
    assert.ok(
      first.every((object) => rig.dock?.store.holds(object) === false),
      'what is in the archive was kept again',
    );
    mend();
    await arrived(second);
    await empty();
  });

  it('turns to the outbox when the line dies in the middle of a journal’s objects, and back', async () => {
    const named = rig.camera.record(...Array.from({ length: 30 }, () => 10_000));
    let calls = 0;
    rig.archive.faults.call = () => {
      calls += 1;
      if (calls > 12 && calls < 40) throw new RuntimeError('peer-unreachable', 'the line is cut');
    };
    rig.presence.insert();
    begin();
    await eventually(() => rig.dock?.messages.state === 'ready' && rig.camera.objects.size === 0, told);
    await arrived(named);
    await empty();
    assert.equal(rig.archive.receipted(name) > 0, true);
  });

  it('does not ask a camera again for what waits', async () => {
    const named = await dockedAndGone();
    const asked: string[] = [];
    rig.camera.lies.object = (object, bytes) => {
      asked.push(object);
      return bytes;
    };
    rig.archive.faults.slowReceipt = true;
    mend();
    rig.presence.insert();
    await arrived(named);
    rig.archive.faults.slowReceipt = false;
    await eventually(() => rig.camera.objects.size === 0, told);
    assert.deepEqual(asked, []);
  });

  it('sends the oldest docking first', async () => {
    cut();
    const first = rig.camera.record(1_000, 1_000);
    const other = new SimulatedCamera(simulatedKeys(`${rig.agency.dir}/camera-cam-2`));
    const later = other.record(1_000);
    const there = new SimulatedPresence();
    rig.presence.insert();
    begin(undefined, [[there, other]]);
    await safe(first);
    there.insert();
    await safe(later);
    const order: string[] = [];
    const put = rig.archive.putObject.bind(rig.archive);
    rig.archive.putObject = async (object, size, bytes) => {
      order.push(object);
      await put(object, size, bytes);
    };
    rig.presence.pull();
    there.pull();
    mend();
    await arrived([...first, ...later]);
    assert.ok(later.every((object) => order.indexOf(object) >= first.length));
  });

  it('alarms when it is full, and the cameras wait with their footage until the line is back', async () => {
    cut();
    const named = rig.camera.record(50_000, 50_000, 50_000);
    rig.presence.insert();
    begin(110_000);
    await eventually(() => rig.dock?.messages.codes.includes('outbox-full') === true, told);
    assert.equal(rig.camera.objects.size, 4);
    assert.ok((rig.dock?.store.usage().bytes ?? 0) <= 110_000);
    mend();
    await eventually(() => rig.dock?.messages.state === 'ready' && rig.camera.objects.size === 0, told);
    await arrived(named);
    await empty();
    const full = rig.dock?.messages.alarms.filter(({ code }) => code === 'outbox-full');
    assert.deepEqual(
      full?.map(({ severity }) => severity),
      ['critical', 'info'],
    );
  });

  it('refuses a camera that bends its journal while nobody answers', async () => {
    cut();
    rig.camera.record(1_000);
    rig.camera.lies.page = (page) => ({
      ...page,
      entries: [page.entries[0] ?? '', ...page.entries.slice(2), page.entries[1] ?? ''],
    });
    rig.presence.insert();
    begin();
    await eventually(() => rig.dock?.messages.codes.includes('journal-bad') === true, told);
    assert.deepEqual(files('objects'), []);
    assert.equal(rig.camera.objects.size, 2);
  });

  it('refuses a camera with two pasts while nobody answers', async () => {
    const clone = rig.camera.fork();
    await dockedAndGone([1_000]);
    await rig.dock?.stop();
    clone.record(2_000);
    clone.record(3_000);
    rig.camera = clone;
    rig.presence.insert();
    begin();
    await eventually(
      () => rig.dock?.messages.codes.some((code) => code.startsWith('journal-')) === true,
      told,
    );
    assert.equal(clone.objects.size, 4);
  });

  it('takes no object that is another than its name says', async () => {
    cut();
    const [, target = ''] = rig.camera.record(1_000, 2_000);
    rig.camera.lies.object = (object, bytes) => (object === target ? bent(bytes) : bytes);
    rig.presence.insert();
    begin();
    await eventually(() => rig.dock?.messages.codes.includes('object-altered') === true, told);
    assert.equal(rig.dock?.store.holds(target), false);
    rig.camera.lies = {};
    await safe([target]);
  });
});
