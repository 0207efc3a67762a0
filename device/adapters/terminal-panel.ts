import type { ReadStream, WriteStream } from 'node:tty';
import type { Log } from '@mingjing/runtime';
import type { Button } from '../core/events.ts';
import { panelLines } from '../core/panel-screen.ts';
import type { CameraHands, Controls } from '../ports/controls.ts';

const REDRAW_MS = 250;
const HOME = '\x1b[H';
const CLEAR = '\x1b[2J';
const CLEAR_LINE = '\x1b[K';
const CLEAR_BELOW = '\x1b[J';
const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';
const OTHER_SCREEN = '\x1b[?1049h';
const OWN_SCREEN = '\x1b[?1049l';
const CONTROL_C = '\x03';
/** A keyboard cannot be held: what is held on the case has a key of its own here. */
const BUTTONS_OF_KEYS: Readonly<Record<string, Button>> = {
  r: 'record',
  a: 'audio',
  p: 'photo',
  s: 'stop',
  m: 'mark',
  k: 'key-mark',
  u: 'mute',
  h: 'stealth',
};

/** The camera's face on a terminal, and its buttons on the keyboard. */
export class TerminalPanel implements Controls {
  readonly #hands: CameraHands;
  readonly #log: Log;
  readonly #input: ReadStream;
  readonly #output: WriteStream;
  readonly #timer: NodeJS.Timeout;
  /** However the process ends, the terminal is its owner's again. */
  readonly #restore = (): void => void this.#output.write(SHOW_CURSOR + OWN_SCREEN);
  readonly #onData = (keys: Buffer): void => {
    for (const key of keys.toString('utf8')) this.#press(key);
  };

  constructor(hands: CameraHands, log: Log, input: ReadStream, output: WriteStream) {
    this.#hands = hands;
    this.#log = log;
    this.#input = input;
    this.#output = output;
    output.write(OTHER_SCREEN + HIDE_CURSOR + CLEAR);
    process.once('exit', this.#restore);
    input.setRawMode(true);
    input.resume();
    input.on('data', this.#onData);
    this.#timer = setInterval(() => this.#draw(), REDRAW_MS);
    this.#draw();
  }

  close(): Promise<void> {
    clearInterval(this.#timer);
    this.#input.off('data', this.#onData);
    this.#input.setRawMode(false);
    this.#input.pause();
    process.off('exit', this.#restore);
    this.#restore();
    return Promise.resolve();
  }

  #draw(): void {
    const lines = panelLines(this.#hands.view()).map((line) => `${line}${CLEAR_LINE}`);
    this.#output.write(`${HOME}${lines.join('\r\n')}${CLEAR_BELOW}`);
  }

  #press(key: string): void {
    const done = this.#act(key);
    done?.then(
      () => this.#draw(),
      (err: unknown) => this.#log.error({ err, key }, 'a key could not be obeyed'),
    );
  }

  #act(key: string): Promise<unknown> | undefined {
    const button = BUTTONS_OF_KEYS[key.toLowerCase()];
    if (button !== undefined) return this.#hands.press(button);
    switch (key.toLowerCase()) {
      case 'd':
        return this.#hands.dock(!this.#hands.view().attached);
      case 'q':
      case CONTROL_C:
        return this.#hands.shutDown('button');
      default:
        return undefined;
    }
  }
}
