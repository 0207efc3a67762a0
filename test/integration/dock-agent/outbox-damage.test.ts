import assert from 'node:assert/strict';
import { readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ReceiptDelivery } from '@mingjing/protocol';
import { loadEvidenceIdentity } from '@mingjing/runtime';
import type { SimulatedCamera } from '../../../dock-agent/simulated/camera/simulated-camera.ts';
import { signReceipt } from '../../support/dock-agent/archive-model.ts';
import { eventually } from '../../support/dock-agent/eventually.ts';
import { OutboxRig } from '../../support/dock-agent/outbox-rig.ts';
import { simulatedKeys } from '../../support/dock-agent/wire-camera.ts';

describe('a dock with an outbox, when disk or archive are not what they were', () => {
  const rig = new OutboxRig();
  const { name, begin, mend, told, safe, empty, arrived, fileOf, dockedAndGone } = rig;

  describe('on a disk that somebody was at', () => {
    const harm: readonly [what: string, does: (objects: readonly string[]) => void][] = [
      ['a flipped bit', ([one = '']) => flip(fileOf(one))],
      ['a cut file', ([one = '']) => truncateSync(fileOf(one), 100)],
      ['a longer file', ([one = '']) => writeFileSync(fileOf(one), Buffer.alloc(300_000))],
      ['a removed file', ([one = '']) => rmSync(fileOf(one))],
      [
        'two files in each other’s place',
        ([one = '', two = '']) => {
          renameSync(fileOf(one), `${fileOf(one)}.x`);
          renameSync(fileOf(two), fileOf(one));
          renameSync(`${fileOf(one)}.x`, fileOf(two));
        },
      ],
    ];
    for (const again of [false, true]) {
      for (const [what, does] of harm) {
        const when = again ? 'while the dock was off' : 'while it ran';
        it(`${what}, ${when}: sends none of it, alarms, and takes the object from the camera again`, async () => {
          const named = await dockedAndGone([60_000, 60_000]);
          const spoiled = named.slice(1);
          if (again) await rig.dock?.stop();
          rig.dock = again ? undefined : rig.dock;
          does(spoiled);
          mend();
          const wrong: string[] = [];
          const put = rig.archive.putObject.bind(rig.archive);
          rig.archive.putObject = async (...args) => {
            await put(...args).catch((error: unknown) => {
              if (String(error).includes('digest-mismatch')) wrong.push(args[0]);
              throw error;
            });
          };
          if (rig.dock === undefined) begin();
          await eventually(() => rig.dock?.messages.codes.includes('outbox-damaged') === true, told);
          assert.equal(rig.archive.receipted(name), 0);
          rig.presence.insert();
          await eventually(() => rig.camera.objects.size === 0, told);
          await arrived(named);
          await empty();
          assert.deepEqual(wrong, [], 'a whole wrong object was sent');
        });
      }
    }

    it('an index that is none any more: begins another, and loses nothing', async () => {
      const named = await dockedAndGone();
      await rig.dock?.stop();
      rig.dock = undefined;
      for (const part of ['-wal', '-shm'])
        rmSync(join(rig.directory, `index.sqlite${part}`), { force: true });
      writeFileSync(join(rig.directory, 'index.sqlite'), Buffer.alloc(8_192, 7));
      begin();
      await eventually(() => rig.dock?.messages.codes.includes('outbox-damaged') === true, told);
      rig.presence.insert();
      await safe(named);
      mend();
      await eventually(() => rig.camera.objects.size === 0, told);
      await empty();
    });
  });

  describe('with an archive that lies', () => {
    it('and takes what it does not keep: is sent it again, and nothing is let go before its receipt', async () => {
      const named = await dockedAndGone();
      let lying = true;
      const put = rig.archive.putObject.bind(rig.archive);
      rig.archive.putObject = async (object, size, bytes) => {
        if (!lying) {
          await put(object, size, bytes);
          return;
        }
        for await (const _piece of bytes) continue;
      };
      mend();
      await eventually(() => rig.dock?.messages.codes.includes('outbox-refused') === true, told);
      assert.ok(named.every((object) => rig.dock?.store.holds(object)));
      lying = false;
      await arrived(named);
      await empty();
      assert.deepEqual(rig.dock?.messages.alarms.at(-1)?.severity, 'info');
    });

    it('and misses nothing, but signs nothing: keeps all of it', async () => {
      const named = await dockedAndGone();
      rig.archive.faults.state = (state) => ({ ...state, missing: [], receipted: state.size });
      rig.archive.faults.slowReceipt = true;
      let asked = 0;
      rig.archive.faults.call = (what) => {
        if (what === 'receipt') asked += 1;
      };
      await eventually(() => asked > 3, told);
      assert.ok(named.every((object) => rig.dock?.store.holds(object)));
      rig.archive.faults = {};
      await empty();
      await arrived(named);
    });

    const faults = new Map<string, (delivery: ReceiptDelivery) => ReceiptDelivery>();
    faults.set('not signed by it', (delivery) => {
      const { signer } = simulatedKeys(`${rig.agency.dir}/camera-cam-2`);
      return { ...delivery, receipt: signReceipt('arc', name, treeOf(delivery), signer) };
    });
    faults.set('under the chain of another machine', (delivery) => ({
      ...delivery,
      evidence: [...simulatedKeys(`${rig.agency.dir}/camera-cam-2`).chain],
    }));
    faults.set('for another camera', (delivery) => {
      const { signer } = loadEvidenceIdentity(`${rig.agency.dir}/archive-arc`, 'archive');
      return {
        ...delivery,
        receipt: signReceipt('arc', { device: 'cam-2', epoch: 1 }, treeOf(delivery), signer),
      };
    });
    faults.set('over another tree', (delivery) => {
      const { signer } = loadEvidenceIdentity(`${rig.agency.dir}/archive-arc`, 'archive');
      const bent = { size: treeOf(delivery).size, root: () => new Uint8Array(32) };
      return { ...delivery, receipt: signReceipt('arc', name, bent, signer) };
    });
    for (const [what, bend] of faults) {
      it(`and gives a receipt ${what}: lets nothing go, alarms, and ends well with a good one`, async () => {
        const named = await dockedAndGone();
        rig.archive.faults.receipt = bend;
        mend();
        await eventually(() => rig.dock?.messages.codes.includes('outbox-refused') === true, told);
        assert.ok(named.every((object) => rig.dock?.store.holds(object)));
        rig.archive.faults = {};
        await empty();
      });
    }

    it('and gives a receipt for fewer: lets go of those alone', async () => {
      const first = rig.camera.record(1_000);
      const upTo = rig.camera.size;
      const second = await dockedAndGone();
      const { signer } = loadEvidenceIdentity(`${rig.agency.dir}/archive-arc`, 'archive');
      const root = rootOf(rig.camera, upTo);
      rig.archive.faults.receipt = (delivery) => ({
        ...delivery,
        receipt: signReceipt('arc', name, { size: upTo, root: () => root }, signer),
      });
      mend();
      await eventually(() => first.every((object) => rig.dock?.store.holds(object) === false), told);
      assert.ok(second.every((object) => rig.dock?.store.holds(object)));
      rig.archive.faults = {};
      await empty();
    });

    it('and has forgotten what it had: is sent it again', async () => {
      const named = await dockedAndGone();
      mend();
      rig.archive.faults.slowReceipt = true;
      await arrived(named);
      rig.archive.objects.clear();
      rig.archive.faults.slowReceipt = false;
      await arrived(named);
      await empty();
    });
  });

  it('moves footage all the same when the outbox’s disk cannot be read any more, and alarms', async () => {
    rig.presence.insert();
    const running = begin();
    running.loseDisk();
    const named = rig.camera.record(1_000);
    await eventually(
      () => rig.camera.objects.size === 0,
      () => running.messages.codes.join(),
    );
    await arrived(named);
    await eventually(
      () => running.messages.codes.includes('outbox-damaged'),
      () => running.messages.codes.join(),
    );
  });
});

function flip(path: string): void {
  const bytes = readFileSync(path);
  bytes[10] = (bytes[10] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

function treeOf({ receipt }: ReceiptDelivery): { size: number; root(): Uint8Array } {
  const [, size = '', root = ''] = receipt.split('\n');
  return { size: Number(size), root: () => Buffer.from(root, 'base64') };
}

function rootOf(camera: SimulatedCamera, size: number): Uint8Array {
  return Buffer.from(camera.checkpoint(size).split('\n')[2] ?? '', 'base64');
}
