import assert from 'node:assert/strict';
import { until } from '../../support/processes.ts';
import type { Scenario } from '../bench/scenario.ts';

/** Row R-8. */
export const batteryEmpty: Scenario = {
  name: 'battery-empty',
  title: 'the battery sinks to 5 % while recording: warned, saved, cleanly off',
  run: async (bench, say) => {
    const camera = await bench.camera('battery-empty');
    await camera.switchOn();
    await camera.lights({ green: 'lit' });
    await camera.ringFull();
    await camera.press('record');
    await camera.lights({ red: 'lit', yellow: 'dark' });
    await camera.devices.battery(15);
    await camera.lights({ red: 'lit', yellow: 'blinking' });
    say('15 %: it warns and records on');
    await camera.devices.battery(5);
    await until('the program ends by itself', async () => await camera.wantsOff(), 240_000, 1_000);
    await camera.lights({ green: 'dark', yellow: 'dark', red: 'dark' });
    say('5 %: it is off');
    await camera.machine.powerOff();

    const evidence = await camera.evidence();
    evidence.assertSound();
    const [recording] = evidence.recordings;
    assert.equal(recording?.closed?.body.reason, 'battery-low');
    const codes = evidence.entries('alarm').map(({ code }) => code);
    assert.ok(codes.includes('battery-low'), `alarms: ${codes.join(', ')}`);
    assert.equal(evidence.entries('power-off').length, 1);
    evidence.close();
  },
};
