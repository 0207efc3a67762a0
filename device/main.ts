import { Command } from 'commander';
import { RuntimeError } from '@mingjing/runtime';
import { DeviceError } from './core/errors.ts';
import { diagnose, type DiagnoseOptions } from './diagnose/diagnose.ts';
import { run, type RunOptions } from './run.ts';

function explain(error: unknown): string {
  if (error instanceof RuntimeError || error instanceof DeviceError) return `${error.code}: ${error.message}`;
  return error instanceof Error ? (error.stack ?? error.message) : 'unknown error';
}

const program = new Command('mingjing-device').description('执法记录仪 · body camera');

program
  .command('run', { isDefault: true })
  .description('开机 · be the camera')
  .requiredOption('--config <file>', '配置文件 · configuration (JSON)')
  .option('--simulate', '模拟硬件 · simulated hardware, with a control port on the loopback')
  .option('--panel', '终端面板 · live panel on this terminal')
  .action((options: RunOptions) => run(options));

program
  .command('diagnose')
  .description('检测 · try every part; the camera must not be running')
  .requiredOption('--config <file>', '配置文件 · configuration (JSON)')
  .option('--json', '输出 JSON · one JSON object on standard output')
  .option('--html <file>', '可打印的报告 · a report of one page, to print')
  .option('--interactive', '逐个按键、逐个看灯 · press each button, look at each light')
  .action(async (options: DiagnoseOptions) => {
    process.exitCode = await diagnose(options);
  });

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`无法启动 · The camera cannot start\n${explain(error)}\n`);
  process.exit(2);
}
