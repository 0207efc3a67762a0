/** A program and its arguments, as they are: no shell reads them. */
export interface CommandLine {
  readonly program: string;
  readonly args: readonly string[];
}

/** A program of a pipeline that ends by itself says so on standard error in a line that begins like this. */
export const SOURCE_LEFT = 'source program left with status';

/** A script for `sh` that joins the programs by pipes (POSIX.1-2017, Shell Command Language, section 2.9.2). */
export function pipelineScript(commands: readonly CommandLine[]): string {
  return commands
    .map((command, n) => {
      const words = [command.program, ...command.args].map(quoted).join(' ');
      return n === commands.length - 1 ? words : `{ ${words}; echo "${SOURCE_LEFT} $?" >&2; }`;
    })
    .join(' | ');
}

/** Section 2.2.2: between single quotes every character stands for itself. */
function quoted(word: string): string {
  if (word.includes('\0')) throw new Error('invariant: no argument holds a zero');
  return `'${word.replaceAll("'", "'\\''")}'`;
}
