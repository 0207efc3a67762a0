import assert from 'node:assert/strict';
import type { Scenario } from '../bench/scenario.ts';

/** Checks whose parts are on the bench; the rest depends on how fast an emulated machine is, or on a network. */
const PRESENT = [
  'camera',
  'microphone',
  'position',
  'battery',
  'storage',
  'certificates',
  'journal',
] as const;

/** What a technician asks for, of the real parts. */
export const diagnose: Scenario = {
  name: 'diagnose',
  title:
    'the diagnosis measures camera, microphone, receiver, battery, card and journal, and journals itself',
  run: async (bench, say) => {
    const camera = await bench.camera('diagnose');
    await camera.boot();
    camera.seeSky();
    const diagnosis = await camera.diagnose();
    for (const check of PRESENT) {
      const found = diagnosis.checks.find((one) => one.check === check);
      say(JSON.stringify(found));
      assert.ok(found !== undefined && found.grade !== 'skipped', `${check} was looked at`);
      assert.notEqual(found.grade, 'bad', JSON.stringify(found));
    }
    camera.loseSky();
    await camera.machine.powerOff();
    const evidence = await camera.evidence();
    // Nothing was recorded, so nothing can be said of its order.
    evidence.assertUnbroken();
    assert.equal(evidence.entries('diagnosed').length, 1);
    evidence.close();
  },
};
