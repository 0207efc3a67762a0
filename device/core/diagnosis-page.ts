import type { CheckResult, Diagnosis, Figure } from './diagnosis.ts';
import {
  CHECK_WORDS,
  FIGURE_WORDS,
  formatFigure,
  GRADE_WORDS,
  REMARK_WORDS,
  RESULT_WORDS,
  type Said,
} from './diagnosis-words.ts';

/** What proves that the report is this camera's own: the hash that its journal names, and where. */
export interface Proof {
  readonly sha256: string;
  /** Index of the `diagnosed` entry. */
  readonly entry: number;
}

const STYLE = `
  @page { size: A4; margin: 14mm }
  body { font: 10.5px/1.45 "Noto Sans CJK SC", "Noto Sans SC", sans-serif; color: #1c2733; max-width: 182mm; margin: 0 auto }
  header { display: flex; justify-content: space-between; align-items: end; border-bottom: 2px solid #1c2733; padding-bottom: 6px }
  h1 { font-size: 19px; margin: 0 } h1 small { font-size: 12px; font-weight: 400; color: #5b6875; display: block }
  dl { display: grid; grid-template-columns: auto auto; gap: 0 10px; margin: 0 } dt { color: #5b6875 } dd { margin: 0; text-align: right }
  .verdict { margin: 10px 0; padding: 8px 12px; border-radius: 4px; font-size: 15px; font-weight: 600 }
  .verdict span { font-size: 12px; font-weight: 400; margin-left: 8px }
  .good { --tone: #1a7f4b } .unsure { --tone: #a15c00 } .bad { --tone: #b3261e } .skipped { --tone: #6b7783 }
  .verdict { color: var(--tone); border: 1.5px solid var(--tone) }
  table { width: 100%; border-collapse: collapse } tr { break-inside: avoid; border-bottom: 1px solid #d5dbe1 }
  th, td { text-align: left; vertical-align: top; padding: 5px 6px 5px 0 } th { font-weight: 600; white-space: nowrap }
  th small { display: block; font-weight: 400; color: #5b6875 }
  .grade { color: var(--tone); white-space: nowrap; font-weight: 600; padding-right: 14px }
  .figures { display: flex; flex-wrap: wrap; gap: 1px 16px } .figures i { font-style: normal; color: #5b6875 }
  .remark { color: var(--tone); margin: 2px 0 0 } code { font: 9px/1.4 "DejaVu Sans Mono", monospace; word-break: break-all }
  footer { margin-top: 10px; color: #5b6875 } .hands { display: flex; gap: 24px; margin-top: 18px; color: #1c2733 }
  .hands span { flex: 1; border-top: 1px solid #1c2733; padding-top: 3px }
`;

/** One page of A4, to print and file: no script, nothing fetched. */
export function diagnosisPage(diagnosis: Diagnosis, proof: Proof | undefined): string {
  const { device, epoch, software, at, result, checks } = diagnosis;
  const verdict = RESULT_WORDS[result];
  const proven =
    proof === undefined
      ? '日志未能记录本报告 · its journal could not take this report'
      : `SHA-256 <code>${proof.sha256}</code><br>日志第 ${proof.entry} 条 · named by journal entry ${proof.entry}`;
  return `<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(device)} ${escape(at)}</title>
<style>${STYLE}</style>
<header>
  <h1>执法记录仪检测报告<small>Body camera diagnosis</small></h1>
  <dl><dt>记录仪 Camera</dt><dd>${escape(device)} / ${epoch}</dd><dt>软件 Software</dt><dd>${escape(software)}</dd>
  <dt>时间 Time</dt><dd>${escape(at.replace('T', ' ').replace('Z', ' UTC'))}</dd></dl>
</header>
<p class="verdict ${result}">${GRADE_WORDS[result].sign} ${verdict.zh}<span>${verdict.en}</span></p>
<table>${checks.map(row).join('')}</table>
<footer>${proven}
<p class="hands"><span>检测人 Technician</span><span>日期 Date</span></p></footer>
</html>
`;
}

function row({ check, grade, figures, remarks }: CheckResult): string {
  const name = CHECK_WORDS[check];
  const { sign, zh, en } = GRADE_WORDS[grade];
  const measured = Object.entries(figures).map(([key, value]) => {
    const figure = key as Figure;
    return `<span><i>${label(FIGURE_WORDS[figure])}</i> ${escape(formatFigure(figure, value))}</span>`;
  });
  const said = remarks.map((remark) => {
    const words = REMARK_WORDS[remark];
    return `<p class="remark ${grade}">${words.zh}。${words.en}.</p>`;
  });
  return `<tr><th>${name.zh}<small>${name.en}</small></th><td class="grade ${grade}">${sign} ${zh} ${en}</td>
<td><div class="figures">${measured.join('')}</div>${said.join('')}</td></tr>`;
}

function label({ zh, en }: Said): string {
  return `${zh} ${en}`;
}

/** Names of devices and interfaces are not ours. */
function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
