import { pino, type Logger } from 'pino';

export type Log = Logger;

/** Structured log on standard error, or into a file when a panel owns the terminal. `also` is given each line too. */
export function createLog(
  component: string,
  options: { level?: string; file?: string } = {},
  also?: (line: string) => void,
): Log {
  const dest = options.file === undefined ? 2 : options.file;
  const destination = pino.destination({ dest, sync: true, mkdir: true });
  const both = {
    write: (line: string): void => {
      destination.write(line);
      also?.(line);
    },
  };
  return pino({ name: component, level: options.level ?? 'info' }, also === undefined ? destination : both);
}
