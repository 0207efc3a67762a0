import {
  AXES,
  axisAnswerWords,
  axisName,
  placeWords,
  verdictSentence,
  wordsOf,
  type AxisAnswer,
  type Language,
  type Verdict,
} from '@mingjing/protocol';

const SIGNS: Readonly<Record<AxisAnswer, string>> = { good: '✔', unsure: '●', bad: '✘' };
const COLOURS: Readonly<Record<AxisAnswer, string>> = { good: '32', unsure: '33', bad: '31' };
const MAX_FINDINGS = 50;

const FIGURES: Readonly<Record<Language, (counts: Verdict['counts']) => string>> = {
  zh: ({ recordings, segments, entries, bytes }) =>
    `已查 ${recordings} 段录像、${segments} 个分段、${entries} 条日志、${megabytes(bytes)} MB`,
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
  for (const finding of verdict.findings.slice(0, MAX_FINDINGS)) {
    const answer = finding.severity === 'fault' ? 'bad' : 'unsure';
    const place = placeWords(finding.place, language);
    lines.push(
      '',
      `  ${paint(answer, SIGNS[answer])} [${finding.code}] ${place}`,
      `    ${wordsOf(finding.code, language)}`,
    );
    if (finding.detail !== undefined) lines.push(`    (${finding.detail})`);
  }
  if (verdict.findings.length > MAX_FINDINGS)
    lines.push('', `  … ${verdict.findings.length - MAX_FINDINGS} +`);
  return [...lines, '', `  ${FIGURES[language](verdict.counts)}`, ''].join('\n');
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
