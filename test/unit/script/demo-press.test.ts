import assert from 'node:assert/strict';
import { ANSWERS } from '../../../device/core/answers.ts';
import { pressKey } from '../../../script/lib/demo-press.ts';

/** A camera that answers every button with `code`, and notes the buttons. */
function camera(code: keyof typeof ANSWERS): {
  pressed: string[];
  press: Parameters<typeof pressKey>[2]['press'];
} {
  const { ok, zh, en } = ANSWERS[code];
  const pressed: string[] = [];
  return {
    pressed,
    press: (button) => {
      pressed.push(button);
      return Promise.resolve({ ok, code, recording: 'ab', message: { zh, en } });
    },
  };
}

describe('a key of the demonstration', () => {
  for (const [code, { zh, en }] of Object.entries(ANSWERS) as [
    keyof typeof ANSWERS,
    { zh: string; en: string },
  ][])
    it(`says what the camera says: ${code}`, async () => {
      for (const key of ['r', 'm', 'k'] as const)
        for (const recording of [true, false]) {
          const { notice } = await pressKey(key, recording, camera(code));
          assert.ok(notice.includes(`${zh} · ${en}`), notice);
        }
    });

  it('that was refused does not look like one that was done', async () => {
    const refused = await pressKey('r', false, camera('storage-full'));
    const done = await pressKey('r', false, camera('recording-started'));
    assert.ok(refused.notice.startsWith('\x1b[33m'));
    assert.ok(!done.notice.startsWith('\x1b'));
  });

  it('is the button that is meant: r records, and stops what is recorded', async () => {
    const one = camera('marked');
    await pressKey('r', false, one);
    await pressKey('r', true, one);
    await pressKey('m', true, one);
    await pressKey('k', true, one);
    assert.deepEqual(one.pressed, ['record', 'stop', 'mark', 'key-mark']);
  });
});
