import type { Axis, AxisAnswer, FindingCode, Place } from './verdict.ts';
import { en } from './words-en.ts';
import type { FindingWords, VerdictWords } from './words-shape.ts';
import { zh } from './words-zh.ts';

/**
 * The verdict in plain words, for whoever is no technician: pages, command line, reports. Pure text, no imports
 * that a browser lacks. Total: a finding code or an answer without words in both languages does not compile.
 */
export type Language = 'zh' | 'en';
export const LANGUAGES = ['zh', 'en'] as const satisfies readonly Language[];

export type { FindingWords, VerdictWords };

const dictionaries: Readonly<Record<Language, VerdictWords>> = { zh, en };

/** The answer to "can this footage be trusted?" in one sentence. */
export function verdictSentence(answer: AxisAnswer, language: Language): string {
  return dictionaries[language].verdict[answer];
}

export function axisName(axis: Axis, language: Language): string {
  return dictionaries[language].axes[axis].name;
}

/** What the axis asks. */
export function axisQuestion(axis: Axis, language: Language): string {
  return dictionaries[language].axes[axis].question;
}

export function axisAnswerWords(axis: Axis, answer: AxisAnswer, language: Language): string {
  return dictionaries[language].axes[axis][answer];
}

export function findingWords(code: FindingCode, language: Language): FindingWords {
  return dictionaries[language].findings[code];
}

/** The finding in one breath: what was seen, what it means, what to do next. */
export function wordsOf(code: FindingCode, language: Language): string {
  const { findings, sentenceGap } = dictionaries[language];
  const { seen, means, next } = findings[code];
  return [seen, means, next].join(sentenceGap);
}

/** Where and when, in words; empty if nothing is known of it. `time`: how a time is spelled, else as in the journal. */
export function placeWords(
  place: Place,
  language: Language,
  time: (at: string) => string = (at) => at,
): string {
  const { place: words } = dictionaries[language];
  const { bytes } = place;
  const parts = [
    place.segment === undefined ? undefined : words.segment(place.segment + 1),
    place.entry === undefined ? undefined : words.entry(place.entry),
    place.file === undefined ? undefined : words.file(place.file),
    place.object === undefined ? undefined : words.object(place.object.slice(0, 12)),
    bytes === undefined
      ? undefined
      : bytes[1] > bytes[0]
        ? words.bytes(bytes[0], bytes[1] - 1)
        : words.noBytes(bytes[0]),
    place.times === undefined ? undefined : words.times(time(place.times[0]), time(place.times[1])),
    place.other === undefined ? undefined : words.other(place.other),
    // A recording alone says where; beside a segment it is noise.
    place.recording !== undefined && place.segment === undefined
      ? words.recording(place.recording.slice(0, 12))
      : undefined,
  ];
  return parts.filter((part) => part !== undefined).join(words.join);
}
