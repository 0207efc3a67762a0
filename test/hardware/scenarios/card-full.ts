import assert from 'node:assert/strict';
import type { Scenario } from '../bench/scenario.ts';

const MIB = 1024 * 1024;
const LEFT_BYTES = 2 * MIB;
const RESERVE_BYTES = 16 * MIB;

/** Row R-7. */
export const cardFull: Scenario = {
  name: 'card-full',
  title: 'the card fills up while recording: saved and closed, nothing overwritten, still dockable',
  run: async (bench, say) => {
    const camera = await bench.camera('card-full', {
      cardBytes: 128 * MIB,
      config: { reserveBytes: RESERVE_BYTES },
    });
    await camera.switchOn();
    await camera.lights({ green: 'lit' });
    await camera.ringFull();
    await camera.press('record');
    await camera.lights({ red: 'lit' });
    await camera.devices.fillCard(RESERVE_BYTES + LEFT_BYTES);
    say('2 MiB above the reserve are left');
    await camera.lights({ red: 'blinking', yellow: 'blinking', green: 'dark' }, 180_000);
    say('full');
    await camera.press('record');
    await camera.carry(3);
    await camera.lights({ red: 'blinking', yellow: 'blinking' });
    assert.equal(await camera.starts(), 1, 'the program never ended');
    await camera.switchOff();

    const evidence = await camera.evidence();
    evidence.assertSound();
    assert.deepEqual(
      evidence.recordings.map(({ closed }) => closed?.body.reason),
      ['storage-full'],
    );
    assert.ok(evidence.entries('alarm').some(({ code }) => code === 'storage-full'));
    evidence.close();
  },
};
