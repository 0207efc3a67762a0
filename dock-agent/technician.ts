import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { RuntimeError, writeDurably } from '@mingjing/runtime';
import { hashPassphrase, MAX_PASSPHRASE, MIN_PASSPHRASE } from './adapters/kiosk/passphrase.ts';

/**
 * `node dock-agent/technician.ts --file <file>`: sets the passphrase of the kiosk's service page. It is asked for twice on a
 * terminal, and read once from standard input otherwise.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { file: { type: 'string' } } });
  if (values.file === undefined) throw new RuntimeError('bad-config', 'usage: technician.ts --file <file>');
  const passphrase = await ask('口令 / passphrase: ');
  if (passphrase.length < MIN_PASSPHRASE || passphrase.length > MAX_PASSPHRASE)
    throw new RuntimeError(
      'bad-config',
      `口令须有 ${MIN_PASSPHRASE} 至 ${MAX_PASSPHRASE} 个字符 / the passphrase must have ${MIN_PASSPHRASE} to ${MAX_PASSPHRASE} characters`,
    );
  if (process.stdin.isTTY && (await ask('再输一次 / once more: ')) !== passphrase)
    throw new RuntimeError('bad-config', '两次不一致,未作更改 / they differ; nothing was changed');
  writeDurably(values.file, `${await hashPassphrase(passphrase)}\n`);
  process.stdout.write('已设置;重新启动采集站后生效 / set; it holds once the dock is restarted\n');
}

/** One line, not shown as it is typed. */
async function ask(question: string): Promise<string> {
  const { stdin, stderr } = process;
  stderr.write(question);
  const lines = createInterface({ input: stdin, terminal: stdin.isTTY });
  try {
    for await (const line of lines) return line;
    return '';
  } finally {
    lines.close();
    stderr.write('\n');
  }
}

try {
  await main();
} catch (error) {
  process.stderr.write(`technician: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
