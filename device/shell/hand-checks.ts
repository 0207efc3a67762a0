import type { CheckResult } from '../core/diagnosis.ts';
import { gradeByHand } from '../core/diagnosis-rules.ts';
import type { LightPattern } from '../core/signals.ts';
import type { ButtonName, Buttons } from '../ports/buttons.ts';
import type { Signals } from '../ports/signals.ts';

const PRESS_LIMIT_MS = 15_000;
const DARK: LightPattern = { green: 'off', yellow: 'off', red: 'off' };

/** Asks the technician, and says what to do. */
export interface Asker {
  say(zh: string, en: string): void;
  /** Yes or no. */
  ask(zh: string, en: string): Promise<boolean>;
}

/** Each button that is built in is to be pressed, in turn. */
export async function checkButtons(
  buttons: Buttons,
  built: readonly ButtonName[],
  asker: Asker,
): Promise<CheckResult> {
  const pressed = new Set<ButtonName>();
  let heard = (): void => undefined;
  buttons.listen(({ button, down }) => {
    if (down) pressed.add(button);
    heard();
  });
  const dead: string[] = [];
  for (const button of built) {
    asker.say(`请按下按键：${button}`, `Press the button: ${button}`);
    pressed.delete(button);
    const answered = await new Promise<boolean>((resolve) => {
      const limit = setTimeout(() => resolve(false), PRESS_LIMIT_MS);
      heard = () => {
        if (!pressed.has(button)) return;
        clearTimeout(limit);
        resolve(true);
      };
    });
    if (!answered) dead.push(button);
  }
  return gradeByHand(
    'buttons',
    built.filter((button) => !dead.includes(button)),
    dead,
  );
}

/** Each light alone, then buzzer and vibration. */
export async function checkLights(signals: readonly Signals[], asker: Asker): Promise<CheckResult> {
  const tried = ['green', 'yellow', 'red'] as const;
  const words = { green: '绿', yellow: '黄', red: '红' } as const;
  const dead: string[] = [];
  for (const light of tried) {
    for (const one of signals) one.light({ ...DARK, [light]: 'on' });
    const seen = await asker.ask(`只有${words[light]}灯亮着吗？`, `Is the ${light} light on, and no other?`);
    if (!seen) dead.push(light);
  }
  for (const one of signals) {
    one.light(DARK);
    one.cue('warning');
  }
  if (!(await asker.ask('听到蜂鸣或感到振动了吗？', 'Was there a beep, or did it shake?')))
    dead.push('buzzer');
  return gradeByHand(
    'lights',
    [...tried, 'buzzer'].filter((light) => !dead.includes(light)),
    dead,
  );
}
