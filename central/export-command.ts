import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { readConfig } from '@mingjing/runtime';
import { ArchiveConfig } from './config.ts';
import { ExportError } from './export/errors.ts';
import { exportRecording } from './export/export-recording.ts';
import { openArchive } from './open-archive.ts';

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
        const actor = { kind: 'command', user: userInfo().username } as const;
        const { recording, reason } = options;
        const { lost } = await exportRecording(
          archive,
          { recording, out, reason, actor },
          { onProgress: progressLine(), signal: untilInterrupted() },
        );
        if (lost.length > 0) process.stderr.write(lossWarning(lost));
        process.stdout.write(
          `已导出 · exported: ${out}\n下一步 · next: mingjing verify ${out} --root root.pem\n`,
        );
      } finally {
        archive.close();
      }
    });
}

/** Footage half written is not left lying about. */
function untilInterrupted(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      stop.abort(new ExportError('interrupted', `stopped by ${signal}: nothing was exported`));
    });
  return stop.signal;
}

function lossWarning(lost: readonly number[]): string {
  const segments = lost.join(', ');
  return (
    `注意:分段 ${segments} 的影像已丢失(记录仪日志有记载),导出件不含这些影像;核验会指出缺少影像\n` +
    `note: footage was lost on the camera, as its journal says: segment ${segments}. The export is without it; verification will say that footage is missing\n`
  );
}

function progressLine(): (progress: { segments: number; totalSegments: number }) => void {
  const { stderr } = process;
  if (!stderr.isTTY) return () => undefined;
  return ({ segments, totalSegments }) => {
    stderr.write(`\r\x1b[K${segments}/${totalSegments}${segments === totalSegments ? '\n' : ''}`);
  };
}
