import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Fleet } from '../test/support/fleet.ts';
import { REPOSITORY } from '../test/support/processes.ts';
import { interactive } from './lib/demo-interactive.ts';
import { unattended } from './lib/demo-unattended.ts';

const HELP = `script/demo                一台记录仪、一个采集站、一个档案库,在网页上操作 · a camera, a dock and an archive, used in your browser
script/demo --unattended   自动走完全程并给出结论 · does it all by itself and prints the verdict
`;

const args = process.argv.slice(2);
if (args.some((arg) => arg !== '--unattended')) {
  process.stdout.write(HELP);
  process.exitCode = args.includes('--help') ? 0 : 2;
} else {
  process.exitCode = await demo(args.includes('--unattended'));
}

async function demo(alone: boolean): Promise<number> {
  const directory = join(REPOSITORY, '.demo');
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { mode: 0o700 });
  process.stdout.write('启动中 · starting …\n');
  const fleet = await Fleet.prepare({ directory, preRecordSeconds: 10, segmentSeconds: 10, web: !alone });
  let code = 1;
  try {
    await fleet.start();
    code = alone ? await unattended(fleet) : await interactive(fleet);
  } finally {
    const clean = await fleet.stop();
    process.stdout.write(
      clean ? '已全部停止 · all stopped\n' : '有进程被强制结束 · a process had to be killed\n',
    );
  }
  return code;
}
