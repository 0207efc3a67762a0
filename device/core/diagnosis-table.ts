import type { CheckResult, Diagnosis } from './diagnosis.ts';
import {
  CHECK_WORDS,
  FIGURE_WORDS,
  formatFigure,
  GRADE_WORDS,
  REMARK_WORDS,
  RESULT_WORDS,
  type Said,
} from './diagnosis-words.ts';
import type { Figure, Grade } from './diagnosis.ts';
import { displayWidth } from './panel-screen.ts';

const COLOURS: Readonly<Record<Grade, string>> = { good: '32', unsure: '33', bad: '31', skipped: '2' };
const CHECK_COLUMNS = 28;

/** The report for a terminal; colour only where the terminal takes it. */
export function diagnosisTable(diagnosis: Diagnosis, colour: boolean): string {
  const { device, at, software, checks, result } = diagnosis;
  const paint = (grade: Grade, text: string): string =>
    colour ? `\x1b[${COLOURS[grade]}m${text}\x1b[0m` : text;
  return [
    `${device}  ${at.replace('T', ' ').replace('Z', ' UTC')}  ${software}`,
    '',
    ...checks.flatMap((check) => checkLines(check, paint)),
    '',
    paint(result, `${GRADE_WORDS[result].sign} ${both(RESULT_WORDS[result])}`),
    '',
  ].join('\n');
}

function checkLines(
  { check, grade, remarks, figures }: CheckResult,
  paint: (grade: Grade, text: string) => string,
): string[] {
  const name = both(CHECK_WORDS[check]);
  const { sign } = GRADE_WORDS[grade];
  const measured = Object.entries(figures).map(
    ([figure, value]) => `${both(FIGURE_WORDS[figure as Figure])} ${formatFigure(figure as Figure, value)}`,
  );
  const padding = ' '.repeat(Math.max(1, CHECK_COLUMNS - displayWidth(name)));
  const [first = both(GRADE_WORDS[grade]), ...rest] = measured;
  const indent = ' '.repeat(CHECK_COLUMNS + 4);
  return [
    `  ${paint(grade, sign)} ${name}${padding}${first}`,
    ...rest.map((line) => `${indent}${line}`),
    ...remarks.map((remark) => `${indent}${paint(grade, `➜ ${both(REMARK_WORDS[remark])}`)}`),
  ];
}

function both({ zh, en }: Said): string {
  return `${zh} ${en}`;
}
