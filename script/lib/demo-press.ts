import type { PressAnswer } from '../../test/support/camera-control.ts';
import type { Fleet } from '../../test/support/fleet.ts';

const BUTTONS = { m: 'mark', k: 'key-mark' } as const;

/** A key is a button of the camera. What it came to is said in the camera's own words: a refusal looks like one. */
export async function pressKey(
  key: 'r' | 'm' | 'k',
  recording: boolean,
  camera: Pick<Fleet, 'press'>,
): Promise<{ notice: string; recording: string | undefined }> {
  const button = key === 'r' ? (recording ? 'stop' : 'record') : BUTTONS[key];
  const answer = await camera.press(button);
  return { notice: inWords(answer), recording: answer.recording };
}

function inWords({ ok, message: { zh, en } }: PressAnswer): string {
  const said = `${zh} · ${en}`;
  return ok ? said : `\x1b[33m${said}\x1b[0m`;
}
