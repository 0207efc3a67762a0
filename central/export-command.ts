import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { readConfig } from '@mingjing/runtime';
import { ArchiveConfig } from './config.ts';
import { gatherExport } from './export/gather-export.ts';
import { writeExport } from './export/write-export.ts';
import { openArchive } from './open-archive.ts';
import { Custody } from './shell/custody.ts';

interface Options {
  config: string;
  recording: string;
  out: string;
  reason: string;
}

/** `mingjing export`: runs on the archive's machine, beside the server; on record before the first byte is opened. */
export function command(): Command {
  return new Command('export')
    .summary('导出录像与全部证明 · export a recording with all its proofs')
    .description(
      '把一段录像连同全部证明导出为 BagIt 目录,任何人可离线核对。导出前先记入保管日志。\n' +
        'Exports a recording with all its proofs as a BagIt directory that anybody can check offline. It is on record\n' +
        'in the custody log before anything is opened.\n\n退出码 exit: 0 已导出 exported · 1 未导出 nothing was exported · 2 用法 usage',
    )
    .requiredOption('--config <file>', '档案库配置 · the archive’s configuration')
    .requiredOption('--recording <id>', '录像编号 · id of the recording')
    .requiredOption('--out <directory>', '输出目录(须不存在) · where to; must not exist')
    .requiredOption('--reason <text>', '事由,记入保管日志 · why: goes on record')
    .addHelpText(
      'after',
      '\n例 example:\n  mingjing export --config archive.json --recording 0a1b… --out ./export --reason "案件 2026-17"\n',
    )
    .action(async (options: Options) => {
      const archive = await openArchive(readConfig(ArchiveConfig, options.config));
      try {
        const out = resolve(options.out);
        const source = await gatherExport(archive, options.recording);
        const actor = { kind: 'command', user: userInfo().username } as const;
        await new Custody(archive.custody, archive.evidence).record(
          actor,
          { ...source.name, recording: options.recording },
          { type: 'decrypted', purpose: 'export' },
          { type: 'exported', bag: out, reason: options.reason },
        );
        await writeExport(source, out, new Date(), progressLine());
        process.stdout.write(
          `已导出 · exported: ${out}\n下一步 · next: mingjing verify ${out} --root root.pem\n`,
        );
      } finally {
        archive.close();
      }
    });
}

function progressLine(): (progress: { segments: number; totalSegments: number }) => void {
  const { stderr } = process;
  if (!stderr.isTTY) return () => undefined;
  return ({ segments, totalSegments }) => {
    stderr.write(`\r\x1b[K${segments}/${totalSegments}${segments === totalSegments ? '\n' : ''}`);
  };
}
