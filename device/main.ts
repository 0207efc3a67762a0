import { Command } from 'commander';
import { RuntimeError } from '@mingjing/runtime';
import { DeviceError } from './core/errors.ts';
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

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`无法启动 · The camera cannot start\n${explain(error)}\n`);
  process.exit(2);
}
