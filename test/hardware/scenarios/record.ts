import assert from 'node:assert/strict';
import { readStamps } from '@mingjing/protocol';
import { probe } from '../../support/device-footage.ts';
import { joinSegments } from '../../support/device-program.ts';
import type { Scenario } from '../bench/scenario.ts';

const PRE_RECORD_SECONDS = 5;

/** Rows; F-1, F-5. */
export const record: Scenario = {
  name: 'record',
  title: 'button, pre-record, mark, long press, verified; lights seen; position in the stamps',
  run: async (bench, say) => {
    const camera = await bench.camera('record');
    await camera.switchOn();
    say('the program is ready');
    await camera.lights({ green: 'lit', red: 'dark' });
    await camera.ringFull();
    await camera.press('record');
    await camera.lights({ red: 'lit', green: 'dark' });
    say('it records');
    await camera.carry(8);
    await camera.press('mark');
    await camera.carry(4);
    await camera.press('record');
    await camera.carry(3);
    await camera.lights({ red: 'lit' });
    say('a short press does not stop it');
    await camera.longPress('record');
    await camera.lights({ green: 'lit', red: 'dark' });
    await camera.switchOff();
    say('stopped, switched off; the card is read');

    const evidence = await camera.evidence();
    evidence.assertSound();
    const [recording, ...others] = evidence.recordings;
    assert.ok(recording !== undefined && others.length === 0, 'one recording');
    const { opened, closed, marks } = recording;
    const preRecordSeconds = (Date.parse(opened.body.at) - Date.parse(opened.body.start)) / 1000;
    assert.ok(preRecordSeconds >= PRE_RECORD_SECONDS, `${preRecordSeconds} s of pre-record`);
    assert.equal(closed?.body.reason, 'stopped');
    assert.equal(marks.length, 1);
    const film = joinSegments(evidence.plaintext(recording));
    const placed = readStamps(film).filter(({ stamp }) => stamp.position !== undefined);
    assert.ok(placed.length >= 5, `${placed.length} stamps with a position`);
    const played = await probe(film);
    assert.equal(played.complaints, '');
    const lengthSeconds = (Date.parse(closed.body.end) - Date.parse(opened.body.start)) / 1000;
    assert.ok(Math.abs(played.seconds - lengthSeconds) < 2, `${played.seconds} s of ${lengthSeconds} s`);
    assert.equal(evidence.entries('power-off').length, 1);
    say(
      `${preRecordSeconds.toFixed(1)} s of pre-record, ${played.seconds.toFixed(1)} s in all, ${placed.length} stamps with a position`,
    );
    evidence.close();
  },
};
