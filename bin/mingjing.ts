import type { Command, CommanderError } from 'commander';

/**
 * One word, one part: git-style. A part's module is loaded only when its word is said, and exports
 * `command(): Command`. Exit codes: 0 good, 1 refused or failed, 2 wrong usage. Where 1 and 3 are answers about
 * evidence (`verify`), everything that is no answer is 2: nobody may take "could not look" for "is bad".
 */
interface Word {
  readonly module: string;
  /** Exit code when it fails. */
  readonly failed: number;
  readonly zh: string;
  readonly en: string;
}

const FAILED = 1;
const USAGE = 2;

const WORDS: Readonly<Record<string, Word>> = {
  agency: {
    module: '../provisioning/agency-command.ts',
    failed: FAILED,
    zh: '建立机构：根证书、签发证书、密封密钥',
    en: 'found an agency: root, issuing authority, sealing keys',
  },
  enrol: {
    module: '../provisioning/enrol-command.ts',
    failed: FAILED,
    zh: '登记设备：记录仪、采集站、档案库',
    en: 'enrol a camera, dock or archive',
  },
  export: {
    module: '../central/export-command.ts',
    failed: FAILED,
    zh: '导出录像与全部证明',
    en: 'export a recording with all its proofs',
  },
  roster: {
    module: '../provisioning/roster-command.ts',
    failed: FAILED,
    zh: '签署执法人员名册，采集站据此领用记录仪',
    en: 'sign the roster of officers, by which docks hand out cameras',
  },
  verify: {
    module: '../provisioning/verify-command.ts',
    failed: USAGE,
    zh: '离线校验导出件',
    en: 'verify an export, offline',
  },
};

const [word, ...rest] = process.argv.slice(2);
const known = word !== undefined && Object.hasOwn(WORDS, word) ? WORDS[word] : undefined;
// Whoever reads along may stop reading: the answer, and the exit code, are the same.
for (const output of [process.stdout, process.stderr])
  output.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') end(error);
  });
process.on('uncaughtException', end);
process.exitCode = await main();

async function main(): Promise<number> {
  if (word === undefined || word === 'help' || word === '--help' || word === '-h') {
    (word === undefined ? process.stderr : process.stdout).write(help());
    return word === undefined ? USAGE : 0;
  }
  if (known === undefined) {
    process.stderr.write(`没有这个命令 · no such command: ${JSON.stringify(word)}\n\n${help()}`);
    return USAGE;
  }
  try {
    const command = (await load(known.module)).command();
    throwInsteadOfExit(command.name(`mingjing ${word}`));
    await command.parseAsync(rest, { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    return answer(error);
  }
}

async function load(module: string): Promise<{ command(): Command }> {
  return (await import(new URL(module, import.meta.url).href)) as { command(): Command };
}

function throwInsteadOfExit(command: Command): void {
  command.exitOverride();
  command.commands.forEach(throwInsteadOfExit);
}

function answer(error: unknown): number {
  const { code } = error as { code?: unknown };
  // Commander has told of its own errors already.
  if (typeof code === 'string' && code.startsWith('commander.'))
    return (error as CommanderError).exitCode === 0 ? 0 : USAGE;
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`失败 · failed${typeof code === 'string' ? ` (${code})` : ''}: ${message}\n`);
  return code === 'bad-argument' || code === 'bad-config' ? USAGE : (known?.failed ?? FAILED);
}

/** What nobody waited for, such as an output that cannot be written: told, without a stack trace. */
function end(error: unknown): never {
  process.exit(answer(error));
}

function help(): string {
  const width = Math.max(...Object.keys(WORDS).map((word) => word.length));
  const lines = Object.entries(WORDS).map(([word, { zh, en }]) => `  ${word.padEnd(width)}  ${zh} · ${en}`);
  return [
    '明镜 · Mingjing',
    '',
    '用法 · usage: mingjing <命令 command> [参数 arguments]',
    '',
    ...lines,
    '',
    '各命令的帮助 · help of a command: mingjing <命令 command> --help',
    '',
  ].join('\n');
}
