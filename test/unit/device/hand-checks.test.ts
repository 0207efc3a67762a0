import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { ButtonName } from '../../../device/ports/buttons.ts';
import { checkButtons, checkLights, type Asker } from '../../../device/shell/hand-checks.ts';
import { ScriptedButtons } from '../../../device/simulated/scripted-buttons.ts';
import { ScriptedClock } from '../../../device/simulated/scripted-clock.ts';
import { ScriptedSignals } from '../../../device/simulated/scripted-signals.ts';

/** A technician who does what is asked, but for what does not work. */
function technician(act: (asked: string) => boolean): Asker & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    say: (_zh, en) => {
      asked.push(en);
      setImmediate(() => act(en));
    },
    ask: (_zh, en) => {
      asked.push(en);
      return Promise.resolve(act(en));
    },
  };
}

describe('what a technician tries by hand', () => {
  it('is each button that is built in, in turn; another button does not stand in for it', async () => {
    const buttons = new ScriptedButtons(new ScriptedClock());
    const built: ButtonName[] = ['record', 'mark'];
    const hand = technician((asked) => {
      buttons.edge('power', true);
      buttons.edge(asked.includes('record') ? 'record' : 'mark', true);
      return true;
    });
    const { grade, figures } = await checkButtons(buttons, built, hand);
    assert.deepEqual([grade, figures.pressed], ['good', 'record mark']);
    assert.equal(hand.asked.length, 2);
  });

  it('is each light alone, on every panel there is, then the buzzer', async () => {
    const panels = [new ScriptedSignals(), new ScriptedSignals()];
    const shown: string[] = [];
    const hand = technician((asked) => {
      shown.push(
        Object.entries(panels[1]?.pattern ?? {})
          .filter(([, blink]) => blink !== 'off')
          .map(([light]) => light)
          .join(),
      );
      return !asked.includes('yellow');
    });
    const { grade, figures, remarks } = await checkLights(panels, hand);
    assert.deepEqual(shown, ['green', 'yellow', 'red', '']);
    assert.deepEqual([grade, figures.seen, remarks], ['bad', 'green red buzzer ✘ yellow', ['light-dark']]);
    assert.deepEqual(
      panels.map(({ cues }) => cues.length),
      [1, 1],
    );
  });
});
