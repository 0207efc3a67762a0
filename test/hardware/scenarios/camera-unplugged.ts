import assert from 'node:assert/strict';
import type { Scenario } from '../bench/scenario.ts';

/** Promise 6: the sound goes on, the journal says so, the picture comes back by itself. */
export const cameraUnplugged: Scenario = {
  name: 'camera-unplugged',
  title: 'the camera is unplugged while recording: sound goes on, the picture comes back',
  run: async (bench, say) => {
    const camera = await bench.camera('camera-unplugged');
    await camera.switchOn();
    await camera.lights({ green: 'lit' });
    await camera.ringFull();
    await camera.press('record');
    await camera.lights({ red: 'lit' });
    await camera.carry(6);
    await camera.devices.unplugCamera();
    await camera.lights({ red: 'blinking', yellow: 'lit' });
    say('unplugged: it records sound');
    await camera.carry(10);
    await camera.devices.plugCamera();
    await camera.lights({ red: 'lit' }, 60_000);
    say('plugged in: the picture is back');
    await camera.carry(6);
    await camera.longPress('record');
    await camera.lights({ green: 'lit', red: 'dark' });
    assert.equal(await camera.starts(), 1, 'the program never ended');
    await camera.switchOff();

    const evidence = await camera.evidence();
    evidence.assertSound();
    const during = evidence.entries('capture-changed').filter(({ recording }) => recording !== undefined);
    assert.deepEqual(
      during.map(({ picture, sound }) => ({ picture, sound })),
      [
        { picture: false, sound: true },
        { picture: true, sound: true },
      ],
    );
    assert.equal(evidence.recordings.length, 1, 'one recording, whole');
    assert.ok(evidence.entries('alarm').some(({ code }) => code === 'picture-lost'));
    evidence.close();
  },
};
