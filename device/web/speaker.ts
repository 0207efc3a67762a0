import type { Announcement } from '../ports/announcer.ts';
import { element } from './elements.ts';

const SHOWN_MS_PER_CHARACTER = 180;
const SHOWN_AT_LEAST_MS = 4_000;

/** The loudspeaker: always as a caption, and aloud where the browser has a voice for the language. */
export class Speaker {
  readonly #caption = element('caption', HTMLElement);
  #timer: ReturnType<typeof setTimeout> | undefined;

  say(announcements: readonly Announcement[]): void {
    const [first] = announcements;
    if (first === undefined) return;
    this.#caption.replaceChildren(
      ...announcements.map(({ text, language }) =>
        Object.assign(document.createElement('span'), { textContent: text, lang: language }),
      ),
    );
    this.#caption.hidden = false;
    const characters = announcements.reduce((sum, { text }) => sum + text.length, 0);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => {
        this.#caption.hidden = true;
      },
      Math.max(SHOWN_AT_LEAST_MS, characters * SHOWN_MS_PER_CHARACTER),
    );
    for (const announcement of announcements) speak(announcement);
  }
}

function speak({ language, text }: Announcement): void {
  const short = language.slice(0, 2);
  const voice = speechSynthesis.getVoices().find(({ lang }) => lang.startsWith(short));
  if (voice === undefined) return;
  const utterance = new SpeechSynthesisUtterance(text);
  utterance.lang = language;
  utterance.voice = voice;
  speechSynthesis.speak(utterance);
}
