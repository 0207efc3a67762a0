import assert from 'node:assert/strict';
import fc from 'fast-check';
import { PeerRefusal, RuntimeError } from '@mingjing/runtime';
import { SimulatedPresence } from '../../../dock-agent/simulated/presence.ts';
import { eventually } from '../../support/dock-agent/eventually.ts';
import { bent, OutboxRig } from '../../support/dock-agent/outbox-rig.ts';

describe('a dock with an outbox, under faults in any order', () => {
  const rig = new OutboxRig();
  const { begin, told, empty, arrived } = rig;

  it('loses nothing and frees nothing early, whatever fails in whatever order', async function () {
    this.timeout(120_000);
    const fault = fc.constantFrom(
      undefined,
      undefined,
      'down',
      'down',
      'busy',
      'lost-answer',
      'pull',
      'restart',
      'bent',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fault, { maxLength: 60 }), async (script) => {
        rig.anew();
        const named = [...rig.camera.record(100, 70_000), ...rig.camera.record(5_000)];
        const faults = [...script];
        let restarts = 0;
        let early = 0;
        const put = rig.archive.putObject.bind(rig.archive);
        const push = rig.archive.pushJournal.bind(rig.archive);
        const lost = new RuntimeError('peer-unreachable', 'the answer is lost');
        let losing = false;
        rig.archive.putObject = async (...args) => {
          await put(...args);
          if (losing) throw lost;
        };
        rig.archive.pushJournal = async (...args) => {
          const answer = await push(...args);
          if (losing) throw lost;
          return answer;
        };
        rig.archive.faults.call = () => {
          const next = faults.shift();
          losing = next === 'lost-answer';
          if (next === 'pull') {
            rig.presence.pull();
            rig.presence.insert();
          }
          if (next === 'restart') restarts += 1;
          if (next === 'down') throw new RuntimeError('peer-unreachable', 'down');
          if (next === 'busy') throw new PeerRefusal('busy', 'busy');
        };
        rig.camera.lies.object = (_object, bytes) => {
          const next = faults.shift();
          return next === 'bent' ? bent(bytes) : bytes;
        };
        const take = rig.camera.takeReceipt.bind(rig.camera);
        rig.camera.takeReceipt = (delivery) => {
          const before = [...rig.camera.objects.keys()];
          const outcome = take(delivery);
          early += before.filter(
            (object) => !rig.camera.objects.has(object) && !rig.archive.objects.has(object),
          ).length;
          return outcome;
        };
        rig.presence.insert();
        begin();
        for (;;) {
          const wanted = restarts;
          await eventually(() => restarts > wanted || rig.camera.objects.size === 0, told);
          if (restarts === wanted) break;
          await rig.dock?.stop();
          rig.presence = new SimulatedPresence();
          rig.presence.insert();
          begin();
        }
        await arrived(named);
        await empty();
        await rig.end();
        assert.equal(early, 0, 'freed before the archive had it');
      }),
      { numRuns: 60, endOnFailure: true },
    );
  });
});
