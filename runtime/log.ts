import { pino, type Logger } from 'pino';

export type Log = Logger;

/** Structured log on standard error, or into a file when a panel owns the terminal. */
export function createLog(component: string, options: { level?: string; file?: string } = {}): Log {
  const destination = options.file === undefined ? 2 : options.file;
  return pino(
    { name: component, level: options.level ?? 'info' },
    pino.destination({ dest: destination, sync: true, mkdir: true }),
  );
}
