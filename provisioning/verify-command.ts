import { statSync } from 'node:fs';
import { Command, Option } from 'commander';
import { requireRoot, splitPem, type Language, type Verdict } from '@mingjing/protocol';
import { readLimited } from './adapters/private-files.ts';
import { ProvisioningError } from './core/errors.ts';
import { formatVerdict } from './verify/report.ts';
import { verifyExport, type VerifyProgress } from './verify/verify-export.ts';

const PROGRESS_EVERY_MS = 500;
const MAX_ROOTS_BYTES = 1024 * 1024;

interface Options {
  root: string;
  json?: true;
  lang: Language;
}

/**
 * `mingjing verify`: exit 0 if the answer is yes, 1 if it is no, 3 if it must stay open. Whatever kept it from an
 * answer (wrong usage, no such directory, no root certificate, a disk that does not read) is 2.
 */
export function command(): Command {
  return new Command('verify')
    .summary('离线校验导出件 · verify an export, offline')
    .description(
      '离线校验导出件。只需机构根证书，不联网，不问机构。\n' +
        'Verifies an export with nothing but the agency’s root certificate: offline, without the agency.\n\n' +
        '退出码 exit: 0 可信 yes · 1 不可信 no · 3 无法完全判定 open\n' +
        '  2 未作判定(用法、目录或根证书有误,读取失败)\n' +
        '    no verdict: wrong usage, directory or root certificate, or it could not be read',
    )
    .argument('<export>', '导出目录 · the export’s directory')
    .requiredOption(
      '--root <file>',
      '机构根证书(自可信渠道取得) · the agency’s root certificate, from a source you trust',
    )
    .addOption(
      new Option('--lang <language>', '语言 · language').choices(['zh', 'en']).default(defaultLanguage()),
    )
    .option('--json', '输出 JSON · print JSON')
    .addHelpText('after', '\n例 example:\n  mingjing verify ./export --root root.pem\n')
    .action(async (directory: string, options: Options) => {
      requireDirectory(directory);
      const verdict = await judge(directory, readRoots(options.root));
      process.stdout.write(
        options.json === true
          ? `${JSON.stringify(verdict, undefined, 2)}\n`
          : formatVerdict(verdict, options.lang, process.stdout.isTTY),
      );
      process.exitCode = { good: 0, bad: 1, unsure: 3 }[verdict.answer];
    });
}

async function judge(directory: string, roots: readonly string[]): Promise<Verdict> {
  try {
    return await verifyExport(directory, roots, process.stderr.isTTY ? progressLine() : undefined);
  } catch (cause) {
    const message = `校验未能完成，未作判定 · verification did not finish, there is no verdict: ${why(cause)}`;
    throw new ProvisioningError('storage-failed', message, { cause });
  } finally {
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  }
}

function requireDirectory(path: string): void {
  let told = 'not a directory';
  try {
    if (statSync(path).isDirectory()) return;
  } catch (error) {
    told = why(error);
  }
  throw new ProvisioningError(
    'bad-argument',
    `导出目录不存在或不是目录 · no export directory: ${path} (${told})`,
  );
}

/** All of the file must be root certificates: whoever trusts it should know what he trusts. */
function readRoots(path: string): string[] {
  const refused = (zh: string, en: string, cause?: unknown): ProvisioningError =>
    new ProvisioningError(
      'bad-argument',
      `${zh} · ${en}: ${path}${cause === undefined ? '' : ` (${why(cause)})`}`,
      {
        cause,
      },
    );
  let text: string;
  try {
    text = readLimited(path, MAX_ROOTS_BYTES, 'bad-argument');
  } catch (cause) {
    throw refused('根证书文件无法读取', 'the root certificate cannot be read', cause);
  }
  const roots = splitPem(text);
  if (roots.length === 0) throw refused('文件里没有证书', 'the file holds no certificate');
  if (roots.length !== text.split('-----BEGIN ').length - 1)
    throw refused('文件里有证书以外的内容', 'the file holds something that is no certificate');
  try {
    roots.forEach(requireRoot);
  } catch (cause) {
    throw refused('不是机构根证书', 'not a root certificate of an agency', cause);
  }
  return roots;
}

function why(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function defaultLanguage(): Language {
  return /^zh/.test(process.env['LC_ALL'] ?? process.env['LANG'] ?? '') ? 'zh' : 'en';
}

/** Long work says how far it is. */
function progressLine(): (progress: VerifyProgress) => void {
  let last = Date.now();
  return ({ files, totalFiles, bytes }) => {
    if (Date.now() - last < PROGRESS_EVERY_MS) return;
    last = Date.now();
    process.stderr.write(`\r\x1b[K${files}/${totalFiles} · ${(bytes / 1e6).toFixed(0)} MB`);
  };
}
