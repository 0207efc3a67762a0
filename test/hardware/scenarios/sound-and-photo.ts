import assert from 'node:assert/strict';
import type { Scenario } from '../bench/scenario.ts';

/** Rows R-10, F-1. */
export const soundAndPhoto: Scenario = {
  name: 'sound-and-photo',
  title: 'sound alone under a yellow light; a photo in standby and one while recording',
  run: async (bench, say) => {
    const camera = await bench.camera('sound-and-photo');
    await camera.switchOn();
    await camera.lights({ green: 'lit' });
    await camera.ringFull();
    await camera.press('photo');
    await camera.carry(6);
    await camera.press('audio');
    await camera.lights({ yellow: 'lit', red: 'dark', green: 'dark' });
    say('it records sound');
    await camera.carry(8);
    await camera.longPress('audio');
    await camera.lights({ green: 'lit', yellow: 'dark' });
    await camera.press('record');
    await camera.lights({ red: 'lit' });
    await camera.carry(3);
    await camera.press('photo');
    await camera.carry(6);
    await camera.longPress('record');
    await camera.lights({ green: 'lit', red: 'dark' });
    await camera.switchOff();

    const evidence = await camera.evidence();
    evidence.assertSound();
    const modes = evidence.recordings.map(({ opened }) => opened.body.mode);
    assert.deepEqual(modes.toSorted(), ['audio', 'photo', 'photo', 'video']);
    const photos = evidence.recordings.filter(({ opened }) => opened.body.mode === 'photo');
    const video = evidence.recordings.find(({ opened }) => opened.body.mode === 'video');
    const during = photos.map(({ opened }) => opened.body.during);
    assert.deepEqual(during, [undefined, video?.opened.body.recording]);
    for (const photo of photos) {
      const [picture] = evidence.plaintext(photo);
      assert.equal(
        Buffer.from(picture ?? [])
          .subarray(0, 3)
          .toString('hex'),
        'ffd8ff',
      );
    }
    const sound = evidence.recordings.find(({ opened }) => opened.body.mode === 'audio');
    assert.ok(sound !== undefined);
    for (const piece of evidence.plaintext(sound))
      assert.equal(Buffer.from(piece).subarray(0, 4).toString('latin1'), 'RIFF');
    evidence.close();
  },
};
