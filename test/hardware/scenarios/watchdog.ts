import { until } from '../../support/processes.ts';
import type { Scenario } from '../bench/scenario.ts';

const BITES_MS = 120_000;

/** The hardware's own: nothing that runs on the machine is asked. */
export const watchdog: Scenario = {
  name: 'watchdog',
  title: 'the program hangs while recording: the watchdog bites, the next boot recovers',
  run: async (bench, say) => {
    const camera = await bench.camera('watchdog');
    await camera.switchOn();
    await camera.lights({ green: 'lit' });
    await camera.ringFull();
    await camera.press('record');
    await camera.lights({ red: 'lit' });
    await camera.carry(20);
    const { machine } = camera;
    if (machine.qmp.saw('WATCHDOG')) throw new Error('it bit a program that was well');
    await camera.hang();
    const began = performance.now();
    await until('the watchdog bites', () => machine.qmp.saw('WATCHDOG'), BITES_MS);
    await until('the machine is off', () => !machine.running);
    say(`bitten after ${((performance.now() - began) / 1000).toFixed(0)} s`);
    await camera.powerCut();

    await camera.switchOn();
    await camera.lights({ green: 'lit' });
    await camera.switchOff();
    const evidence = await camera.evidence();
    evidence.assertSound();
    const [recording] = evidence.recordings;
    if (recording?.closed?.body.reason !== 'power-loss') throw new Error('the recording was not recovered');
    evidence.close();
  },
};
