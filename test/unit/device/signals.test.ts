import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { readCameraPolicy } from '@mingjing/protocol';
import { ANSWERS, type AnswerCode } from '../../../device/core/answers.ts';
import { cueOfAnswer, cueOfChange, RHYTHMS, type Changing } from '../../../device/core/cues.ts';
import {
  besideOf,
  BESIDES,
  LAMPS,
  lightsFor,
  lightsOf,
  showsBesides,
  type Blink,
  type Doing,
  type Lit,
} from '../../../device/core/signals.ts';

const DOING: readonly Doing[] = [
  'off',
  'starting',
  'standby',
  'video',
  'audio',
  'video-without-picture',
  'post-video',
  'post-audio',
  'saving',
  'docked',
  'storage-full',
  'fault',
];

const STANDBY: Lit & Changing = {
  mode: 'standby',
  muted: false,
  stealth: false,
  picture: true,
  warnings: [],
  policy: readCameraPolicy({}),
};

/** How a person tells rhythms apart: how many flashes, and how long one is. */
function seen(blink: Blink): string {
  if (blink === 'off' || blink === 'on') return blink;
  const flashes = blink.length / 2;
  const period = blink.reduce((sum, ms) => sum + ms, 0);
  // Steps of half an octave: less than that nobody sees.
  return `${flashes} flashes in 2^${Math.round(Math.log2(period))} of 2^${Math.round(Math.log2(blink[0] ?? 0))}`;
}

describe('lights', () => {
  it('tell every state, with everything said besides, from every other', () => {
    const patterns = new Map<string, string>();
    for (const doing of DOING) {
      for (const beside of [undefined, ...BESIDES]) {
        if (beside !== undefined && !showsBesides(doing)) continue;
        const pattern = lightsFor(doing, beside);
        const look = LAMPS.map((lamp) => `${lamp} ${seen(pattern[lamp])}`).join(', ');
        const name = `${doing}, ${beside ?? 'nothing besides'}`;
        assert.equal(
          patterns.get(look),
          undefined,
          `${name} looks like ${patterns.get(look) ?? ''}: ${look}`,
        );
        patterns.set(look, name);
      }
    }
    assert.equal(patterns.size, DOING.length + 7 * BESIDES.length);
  });

  it('blink no faster than a tool can be started, and with whole periods', () => {
    for (const doing of DOING) {
      for (const beside of [undefined, ...BESIDES]) {
        for (const blink of Object.values(lightsFor(doing, beside)) as Blink[]) {
          if (blink === 'on' || blink === 'off') continue;
          assert.equal(blink.length % 2, 0);
          assert.ok(blink.every((ms) => ms >= 100));
        }
      }
    }
  });

  it('are green on standby, yellow for sound, red for the picture', () => {
    assert.deepEqual(lightsOf(STANDBY), { green: 'on', yellow: 'off', red: 'off' });
    assert.deepEqual(lightsOf({ ...STANDBY, mode: 'recording', activity: 'audio' }), {
      green: 'off',
      yellow: 'on',
      red: 'off',
    });
    assert.deepEqual(lightsOf({ ...STANDBY, mode: 'recording', activity: 'video' }), {
      green: 'off',
      yellow: 'off',
      red: 'on',
    });
  });

  it('never burn red steadily when no picture is recorded', () => {
    const { red, yellow } = lightsOf({ ...STANDBY, mode: 'recording', activity: 'video', picture: false });
    assert.notEqual(red, 'on');
    assert.equal(yellow, 'on');
  });

  it('are all dark in stealth, whatever happens', () => {
    for (const mode of ['starting', 'standby', 'recording', 'fault', 'storage-full', 'docked'] as const) {
      const pattern = lightsOf({ ...STANDBY, mode, stealth: true, warnings: ['battery-low', 'storage-low'] });
      assert.deepEqual(pattern, { green: 'off', yellow: 'off', red: 'off' });
    }
  });

  it('say the gravest of many things besides', () => {
    const all = { ...STANDBY, muted: true, battery: { percent: 5, charging: false } };
    assert.equal(besideOf({ ...all, warnings: ['battery-low', 'storage-low'] }), 'storage-low');
    assert.equal(besideOf({ ...all, warnings: ['position-lost', 'battery-low'] }), 'battery-low');
    assert.equal(besideOf({ ...all, warnings: ['position-lost'] }), 'trouble');
    assert.equal(besideOf(all), 'muted');
    const charging = { ...all, battery: { percent: 5, charging: true } };
    assert.equal(besideOf({ ...charging, warnings: ['battery-low'] }), 'charging');
  });
});

describe('cues', () => {
  it('are felt as different ones, on the buzzer and on the motor', () => {
    for (const organ of ['buzzer', 'vibration'] as const) {
      const looks = Object.values(RHYTHMS).map((rhythm) => {
        const beats = rhythm[organ].filter((_ms, n) => n % 2 === 0);
        const total = beats.reduce((sum, ms) => sum + ms, 0);
        return `${beats.length} beats, ${Math.round(Math.log2(total))}, ${beats.at(-1) === beats[0] ? 'even' : 'rising'}`;
      });
      assert.equal(new Set(looks).size, looks.length, looks.join('; '));
    }
  });

  it('begin and end with on, and are over in two seconds', () => {
    for (const { buzzer, vibration } of Object.values(RHYTHMS)) {
      for (const rhythm of [buzzer, vibration]) {
        assert.equal(rhythm.length % 2, 1);
        assert.ok(rhythm.reduce((sum, ms) => sum + ms, 0) <= 2_000);
      }
    }
  });

  it('refuse what was refused, and what did not do what was meant', () => {
    for (const code of Object.keys(ANSWERS) as AnswerCode[]) {
      if (!ANSWERS[code].ok) assert.equal(cueOfAnswer({ code }), 'refused', code);
    }
    assert.equal(cueOfAnswer({ code: 'hold-to-stop' }), 'refused');
    assert.equal(cueOfAnswer({ code: 'marked' }), 'marked');
    assert.equal(cueOfAnswer({ code: 'recording-started' }), 'started');
  });

  it('leave no answer to a button unheard', () => {
    const noButtons: readonly AnswerCode[] = [
      'officer-assigned',
      'officer-returned',
      'policy-applied',
      'anchored',
    ];
    for (const code of Object.keys(ANSWERS) as AnswerCode[]) {
      assert.equal(cueOfAnswer({ code }) === undefined, noButtons.includes(code), code);
    }
  });

  const recording: Changing = { ...STANDBY, mode: 'recording', recording: '1' };

  it('tell of recordings that no button began or ended', () => {
    assert.equal(cueOfChange(STANDBY, recording), 'started');
    assert.equal(cueOfChange(recording, { ...recording, mode: 'post-record' }), 'stopped');
    assert.equal(cueOfChange({ ...recording, mode: 'post-record' }, STANDBY), undefined);
    assert.equal(cueOfChange(recording, { ...recording, recording: '2' }), undefined);
  });

  it('tell of faults before all else, and once', () => {
    const fault: Changing = { ...STANDBY, mode: 'fault', warnings: ['storage-failed'] };
    assert.equal(cueOfChange(recording, fault), 'fault');
    assert.equal(cueOfChange(fault, fault), undefined);
    assert.equal(cueOfChange({ ...STANDBY, mode: 'starting' }, STANDBY), 'ready');
  });

  it('warn of the battery at each level of policy while it is not charged', () => {
    const at = (percent: number, charging = false): Changing => ({
      ...STANDBY,
      battery: { percent, charging },
      warnings: percent <= 20 ? ['battery-low'] : [],
    });
    assert.equal(cueOfChange(at(21), at(20)), 'warning');
    assert.equal(cueOfChange(at(20), at(19)), undefined);
    assert.equal(cueOfChange(at(11), at(10)), 'warning');
    assert.equal(cueOfChange(at(11, true), at(10, true)), undefined);
  });

  it('warn of the storage at the last level of policy only', () => {
    const at = (freeBytes: number): Changing => ({ ...STANDBY, freeBytes, warnings: ['storage-low'] });
    assert.equal(cueOfChange({ ...STANDBY, freeBytes: 9e9 }, at(8e9)), undefined);
    assert.equal(cueOfChange(at(2.1e9), at(2e9)), 'warning');
  });

  it('warn of whatever else goes wrong, when it does', () => {
    const lost: Changing = { ...recording, warnings: ['picture-lost'] };
    assert.equal(cueOfChange(recording, lost), 'warning');
    assert.equal(cueOfChange(lost, lost), undefined);
    assert.equal(cueOfChange(lost, recording), undefined);
  });
});
