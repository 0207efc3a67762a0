import type { Announcement } from '../ports/announcer.ts';
import { element } from './elements.ts';
import { currentLanguage } from './words.ts';

const SHOWN_MS_PER_CHARACTER = 180;
const SHOWN_AT_LEAST_MS = 4_000;

/** The loudspeaker: as a caption in the language of the page, and all of it aloud where the browser has a voice for the language. */
export class Speaker {
  readonly #caption = element('caption', HTMLElement);
  #timer: ReturnType<typeof setTimeout> | undefined;

  say(announcements: readonly Announcement[]): void {
    const own = currentLanguage() === 'zh' ? 'zh-CN' : 'en';
    const shown = announcements.find(({ language }) => language === own) ?? announcements[0];
    if (shown === undefined) return;
    this.#caption.textContent = shown.text;
    this.#caption.lang = shown.language;
    this.#caption.hidden = false;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => {
        this.#caption.hidden = true;
      },
      Math.max(SHOWN_AT_LEAST_MS, shown.text.length * SHOWN_MS_PER_CHARACTER),
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
