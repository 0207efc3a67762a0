import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Fleet } from '../test/support/fleet.ts';
import { REPOSITORY } from '../test/support/processes.ts';
import { interactive } from './lib/demo-interactive.ts';
import { station } from './lib/demo-station.ts';
import { unattended } from './lib/demo-unattended.ts';

const MAX_CAMERAS = 30;
const HELP = `script/demo                一台记录仪、一个采集站、一个档案库,在网页上操作 · a camera, a dock and an archive, used in your browser
script/demo --cameras 8    多台记录仪同时放入采集站,看采集站页面 · many cameras at one dock, seen on the dock's page (1 to ${MAX_CAMERAS})
            --unattended   自动走完全程并给出结论 · does it all by itself and says how it ended
`;

/** undefined: not understood. */
function options(): { alone: boolean; cameras: number | undefined; help: boolean } | undefined {
  try {
    const { values } = parseArgs({
      options: {
        cameras: { type: 'string' },
        unattended: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    const cameras = values.cameras === undefined ? undefined : Number(values.cameras);
    if (cameras !== undefined && !(Number.isInteger(cameras) && cameras >= 1 && cameras <= MAX_CAMERAS))
      return undefined;
    return { alone: values.unattended, cameras, help: values.help };
  } catch {
    return undefined;
  }
}

async function demo(alone: boolean, cameras: number | undefined): Promise<number> {
  const directory = join(REPOSITORY, '.demo');
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { mode: 0o700 });
  process.stdout.write('启动中 · starting …\n');
  return cameras === undefined ? await one(directory, alone) : await station(directory, cameras, alone);
}

async function one(directory: string, alone: boolean): Promise<number> {
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

const asked = options();
if (asked === undefined || asked.help) {
  process.stdout.write(HELP);
  process.exitCode = asked === undefined ? 2 : 0;
} else {
  process.exitCode = await demo(asked.alone, asked.cameras);
}
