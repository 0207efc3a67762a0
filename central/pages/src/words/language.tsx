import { createContext, use, useEffect, useState, type ReactNode } from 'react';
import type { Language } from '../../../../protocol/verify/words.ts';
import { en } from './en.ts';
import { zh, type Words } from './zh.ts';

const dictionaries: Readonly<Record<Language, Words>> = { zh, en };
const LANGUAGE_TAGS = { zh: 'zh-CN', en: 'en' } as const satisfies Record<Language, string>;
const KEPT_AS = 'mingjing.language';

interface LanguageChoice {
  readonly language: Language;
  readonly words: Words;
  readonly choose: (language: Language) => void;
}

const LanguageContext = createContext<LanguageChoice>({
  language: 'zh',
  words: zh,
  choose: () => undefined,
});

export function useWords(): LanguageChoice {
  return use(LanguageContext);
}

/** The language chosen last, or else the browser's own; Chinese if it is neither of ours. */
export function LanguageProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const [language, setLanguage] = useState(firstLanguage);
  useEffect(() => {
    document.documentElement.lang = LANGUAGE_TAGS[language];
  }, [language]);
  const choose = (chosen: Language): void => {
    setLanguage(chosen);
    try {
      window.localStorage.setItem(KEPT_AS, chosen);
    } catch {
      // A browser that keeps nothing still switches.
    }
  };
  return (
    <LanguageContext value={{ language, words: dictionaries[language], choose }}>{children}</LanguageContext>
  );
}

/** Sets the window's title for as long as the page is shown. */
export function useTitle(page: string): void {
  const { words } = useWords();
  useEffect(() => {
    document.title = words.titleOf(page);
  }, [words, page]);
}

function firstLanguage(): Language {
  const kept = keptLanguage();
  if (kept !== undefined) return kept;
  const known = navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase());
  return known.find((tag) => tag === 'zh' || tag === 'en') ?? 'zh';
}

function keptLanguage(): Language | undefined {
  try {
    const kept = window.localStorage.getItem(KEPT_AS);
    return kept === 'zh' || kept === 'en' ? kept : undefined;
  } catch {
    return undefined;
  }
}
