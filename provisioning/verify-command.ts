import { readFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import { splitPem, type Language } from '@mingjing/protocol';
import { formatVerdict } from './verify/report.ts';
import { verifyExport, type VerifyProgress } from './verify/verify-export.ts';

const PROGRESS_EVERY_MS = 500;

interface Options {
  root: string;
  json?: true;
  lang: Language;
}

/** `mingjing verify`: exit 0 if the answer is yes, 1 if it is no, 3 if it must stay open. */
export function command(): Command {
  return new Command('verify')
    .summary('离线校验导出件 · verify an export, offline')
    .description(
      '离线校验导出件。只需机构根证书，不联网，不问机构。\n' +
        'Verifies an export with nothing but the agency’s root certificate: offline, without the agency.\n\n' +
        '退出码 exit: 0 可信 yes · 1 不可信 no · 3 无法完全判定 open · 2 用法 usage',
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
      const roots = splitPem(readFileSync(options.root, 'utf8'));
      if (roots.length === 0) throw new Error(`${options.root} 里没有证书 · holds no certificate`);
      const verdict = await verifyExport(directory, roots, process.stderr.isTTY ? progressLine() : undefined);
      if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
      process.stdout.write(
        options.json === true
          ? `${JSON.stringify(verdict, undefined, 2)}\n`
          : formatVerdict(verdict, options.lang, process.stdout.isTTY),
      );
      process.exitCode = { good: 0, bad: 1, unsure: 3 }[verdict.answer];
    });
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
