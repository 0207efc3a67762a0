import { element } from './elements.ts';
import { onLanguage, word, type WordKey } from './words.ts';

const TRY_AGAIN_MS = 500;
/** What was seen is kept so long, seconds. */
const KEEP_BEHIND = 10;
/** Farther behind the newest picture than this is not live any more, seconds. */
const MAX_LAG = 3;
const WANTED_LAG = 1;

/** The live picture. What the page cannot take in fast enough the camera leaves out. */
export class LivePicture {
  readonly #video = element('video', HTMLVideoElement);
  readonly #lens = element('lens', HTMLElement);
  readonly #blind = element('blind', HTMLElement);
  #why: WordKey = 'no-picture';

  constructor() {
    this.#show(false);
    onLanguage(() => this.#show(this.#lens.dataset['sees'] === 'true'));
  }

  /** For as long as the page is open. */
  async run(): Promise<never> {
    for (;;) {
      try {
        await this.#watch();
      } catch {
        // The line or the picture broke: there will be another.
      }
      this.#show(false);
      await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN_MS));
    }
  }

  async #watch(): Promise<void> {
    const response = await fetch('/picture');
    const type = response.headers.get('content-type') ?? '';
    if (response.status !== 200 || response.body === null) return;
    const reader = response.body.getReader();
    try {
      this.#why = MediaSource.isTypeSupported(type) ? 'no-picture' : 'cannot-play';
      if (this.#why === 'no-picture') await this.#play(type, reader);
    } finally {
      await reader.cancel();
    }
  }

  async #play(type: string, reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>): Promise<void> {
    const source = new MediaSource();
    const opened = new Promise((resolve) => source.addEventListener('sourceopen', resolve, { once: true }));
    this.#video.src = URL.createObjectURL(source);
    await opened;
    URL.revokeObjectURL(this.#video.src);
    const buffer = source.addSourceBuffer(type);
    for (;;) {
      const { value } = await reader.read();
      if (value === undefined) return;
      await settled(buffer, () => buffer.appendBuffer(value));
      await this.#keepUp(buffer);
    }
  }

  async #keepUp(buffer: SourceBuffer): Promise<void> {
    const { buffered } = buffer;
    const last = buffered.length - 1;
    if (last < 0) return;
    this.#show(true);
    const [start, end] = [buffered.start(last), buffered.end(last)];
    const { currentTime } = this.#video;
    if (currentTime < start || end - currentTime > MAX_LAG)
      this.#video.currentTime = Math.max(start, end - WANTED_LAG);
    if (this.#video.paused) await this.#video.play().catch(() => undefined);
    const old = this.#video.currentTime - KEEP_BEHIND;
    if (buffered.start(0) < old - KEEP_BEHIND) await settled(buffer, () => buffer.remove(0, old));
  }

  #show(sees: boolean): void {
    this.#lens.dataset['sees'] = String(sees);
    this.#blind.textContent = word(this.#why);
  }
}

/** A source buffer does one thing at a time. */
async function settled(buffer: SourceBuffer, act: () => void): Promise<void> {
  const done = new Promise<void>((resolve, reject) => {
    buffer.addEventListener('updateend', () => resolve(), { once: true });
    buffer.addEventListener('error', () => reject(new Error('the picture cannot be taken in')), {
      once: true,
    });
  });
  act();
  await done;
}
