import {
  AXES,
  axisAnswerWords,
  axisName,
  placeWords,
  verdictSentence,
  wordsOf,
  type AxisAnswer,
  type Finding,
  type Language,
  type Verdict,
} from '@mingjing/protocol';

const SIGNS: Readonly<Record<AxisAnswer, string>> = { good: '✔', unsure: '●', bad: '✘' };
const COLOURS: Readonly<Record<AxisAnswer, string>> = { good: '32', unsure: '33', bad: '31' };
const MAX_FINDINGS = 50;

const FIGURES: Readonly<Record<Language, (counts: Verdict['counts']) => string>> = {
  zh: ({ recordings, segments, entries, bytes }) =>
    `已查 ${recordings} 份记录、${segments} 个分段、${entries} 条日志、${megabytes(bytes)} MB`,
  en: ({ recordings, segments, entries, bytes }) =>
    `looked at: ${recordings} recording(s), ${segments} segment(s), ${entries} journal entries, ${megabytes(bytes)} MB`,
};

/** The verdict for a terminal, in plain words; colour only where the terminal takes it. */
export function formatVerdict(verdict: Verdict, language: Language, colour: boolean): string {
  const paint = (answer: AxisAnswer, text: string): string =>
    colour ? `\x1b[${COLOURS[answer]}m${text}\x1b[0m` : text;
  const lines = [
    paint(verdict.answer, `${SIGNS[verdict.answer]} ${verdictSentence(verdict.answer, language)}`),
    '',
  ];
  for (const axis of AXES) {
    const answer = verdict.axes[axis];
    lines.push(
      `  ${paint(answer, SIGNS[answer])} ${axisName(axis, language)}: ${axisAnswerWords(axis, answer, language)}`,
    );
  }
  for (const finding of [...verdict.findings].sort(byWeight).slice(0, MAX_FINDINGS)) {
    const answer = finding.severity === 'fault' ? 'bad' : 'unsure';
    const place = harmless(placeWords(finding.place, language));
    lines.push(
      '',
      `  ${paint(answer, SIGNS[answer])} [${finding.code}] ${place}`,
      `    ${wordsOf(finding.code, language)}`,
    );
    if (finding.detail !== undefined) lines.push(`    (${harmless(finding.detail)})`);
  }
  if (verdict.findings.length > MAX_FINDINGS)
    lines.push('', `  … ${verdict.findings.length - MAX_FINDINGS} +`);
  return [...lines, '', `  ${FIGURES[language](verdict.counts)}`, ''].join('\n');
}

/** Faults before remarks; what touches footage and journal before what touches a list. */
function byWeight(a: Finding, b: Finding): number {
  return weight(a) - weight(b);
}

function weight({ severity, place }: Finding): number {
  const named = place.segment !== undefined || place.entry !== undefined || place.recording !== undefined;
  return (severity === 'fault' ? 0 : 2) + (named ? 0 : 1);
}

/** Names in a bag are an attacker's: nothing in them may move the cursor, change colour or turn the text around. */
function harmless(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
