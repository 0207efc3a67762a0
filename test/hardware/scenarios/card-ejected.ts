import assert from 'node:assert/strict';
import type { Scenario } from '../bench/scenario.ts';

/** What is written and synced cannot be taken back; what is to be written has no place: it says so, and stays up. */
export const cardEjected: Scenario = {
  name: 'card-ejected',
  title: 'the card is taken out while recording: a fault light, no crash loop, what was saved is sound',
  run: async (bench, say) => {
    const camera = await bench.camera('card-ejected');
    await camera.switchOn();
    await camera.lights({ green: 'lit' });
    await camera.ringFull();
    await camera.press('record');
    await camera.lights({ red: 'lit' });
    await camera.carry(12);
    await camera.machine.ejectCard();
    say('ejected');
    await camera.lights({ red: 'blinking', green: 'dark' }, 60_000);
    await camera.carry(30);
    await camera.lights({ red: 'blinking' });
    const starts = await camera.starts();
    assert.ok(starts <= 2, `the program was started ${starts} times`);
    say(`a fault light; the program was started ${starts} time(s)`);
    await camera.powerCut();

    await camera.switchOn();
    await camera.lights({ green: 'lit' });
    say('with the card back in, it starts');
    await camera.switchOff();
    const evidence = await camera.evidence();
    evidence.assertSound();
    const [recording] = evidence.recordings;
    assert.ok(recording?.closed !== undefined && recording.segments.length >= 1);
    evidence.close();
  },
};
