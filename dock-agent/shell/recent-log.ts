import type { LogLine } from '../ports/service-desk.ts';

const MAX_LINES = 400;
const MAX_LINE = 4_096;

/** The latest lines of this process's own log, for the service page. They are read when somebody looks. */
export class RecentLog {
  readonly #lines: string[] = [];

  readonly add = (line: string): void => {
    this.#lines.push(line.slice(0, MAX_LINE));
    if (this.#lines.length > MAX_LINES) this.#lines.shift();
  };

  lines(): readonly LogLine[] {
    return this.#lines.map(readLine);
  }
}

function readLine(text: string): LogLine {
  try {
    const {
      time,
      level,
      msg,
      name: _name,
      pid: _pid,
      hostname: _host,
      ...fields
    } = JSON.parse(text) as {
      readonly [field: string]: unknown;
    };
    return {
      at: typeof time === 'number' ? time : 0,
      level: levelOf(typeof level === 'number' ? level : 30),
      message: typeof msg === 'string' ? msg : '',
      fields: Object.keys(fields).length === 0 ? '' : JSON.stringify(fields),
    };
  } catch {
    return { at: 0, level: 'info', message: text.trim(), fields: '' }; // it was cut short
  }
}

/** pino's numbers. */
function levelOf(level: number): LogLine['level'] {
  if (level < 30) return 'debug';
  if (level < 40) return 'info';
  return level < 50 ? 'warn' : 'error';
}
