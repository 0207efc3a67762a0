import type { MessageOf } from '@mingjing/protocol';
import type { CameraStatus } from '../../test/support/camera-control.ts';
import type { Fleet } from '../../test/support/fleet.ts';
import { mingjing } from '../../test/support/server-room.ts';
import { pressKey } from './demo-press.ts';
import { followDock, keys, linkIn, percentOf, redraw } from './demo-terminal.ts';

const REDRAW_MS = 500;
const KEYS = [
  ['r', '录像/停止', 'record / stop'],
  ['m', '标记', 'mark'],
  ['k', '重点标记', 'key mark'],
  ['d', '放入/取出采集站', 'dock / undock'],
  ['s', '拔掉电池后重新开机', 'start again after the battery was pulled'],
  ['e', '导出并校验最近一段', 'export and verify the latest'],
  ['q', '退出', 'quit'],
] as const;

/** What the live view shows. */
interface View {
  camera: CameraStatus | undefined;
  dock: MessageOf<'dock-state'> | undefined;
  progress: MessageOf<'progress'> | undefined;
  latest: string | undefined;
  notice: string;
}

/** The camera in the terminal: live state by MQTT, buttons by keys. Gives the exit code. */
export async function interactive(fleet: Fleet): Promise<number> {
  const view: View = {
    camera: undefined,
    dock: undefined,
    progress: undefined,
    latest: undefined,
    notice: '',
  };
  const unfollow = followDock(fleet.ports.broker, fleet.path('identity/dock'), {
    'dock-state': (dock) => (view.dock = dock),
    progress: (progress) => (view.progress = progress),
  });
  const timer = setInterval(() => void refresh(fleet, view), REDRAW_MS);
  try {
    await keys(async (key) => await act(key, fleet, view));
  } finally {
    clearInterval(timer);
    await unfollow();
    process.stdout.write('\n');
  }
  return 0;
}

async function act(key: string, fleet: Fleet, view: View): Promise<void> {
  try {
    if (key === 's') {
      view.notice = await startAgain(fleet);
      return;
    }
    const status = await fleet.status();
    if (key === 'r' || key === 'm' || key === 'k') {
      const { notice, recording } = await pressKey(key, status.state === 'recording', fleet);
      view.latest = recording ?? view.latest;
      view.notice = notice;
    } else if (key === 'd') {
      await fleet.attach(!status.attached);
      view.notice = status.attached
        ? '已取出 · undocked'
        : '已放入采集站,自动上传 · docked, it uploads by itself';
    } else if (key === 'e') {
      view.notice = await exportLatest(fleet, view.latest);
    }
  } catch (error) {
    view.notice = error instanceof Error ? error.message.slice(0, 300) : String(error);
  }
  await refresh(fleet, view);
}

async function startAgain({ camera }: Fleet): Promise<string> {
  if (camera.running) return '记录仪正在运行 · the camera is running';
  await camera.start();
  return '记录仪已重新启动,请打开新的网页地址 · the camera runs again; open its new address';
}

async function exportLatest(fleet: Fleet, recording: string | undefined): Promise<string> {
  if (recording === undefined) return '还没有录像,先按 r · nothing recorded yet: press r first';
  const out = await fleet.export(recording, `export-${Date.now()}`);
  const answer = await mingjing('verify', out, '--root', fleet.root, '--lang', 'zh').catch(
    (error: unknown) => (error as { stdout?: string }).stdout ?? '',
  );
  return `${answer.split('\n')[0] ?? ''}\n  ${out}`;
}

async function refresh(fleet: Fleet, view: View): Promise<void> {
  view.camera = await fleet.status().catch(() => undefined);
  // Whoever pressed it, on the page or here.
  view.latest = view.camera?.recording ?? view.latest;
  redraw(draw(fleet, view));
}

function draw(fleet: Fleet, { camera, dock, progress, notice }: View): string[] {
  const bay = dock?.bays[0];
  const percent = progress === undefined ? '' : ` ${percentOf(progress)} %`;
  return [
    '明镜 Mingjing · 演示 demonstration',
    '',
    `  网页记录仪 web camera  ${linkIn(fleet.path('state/camera/web-camera-link.txt'))}`,
    `  摄像机 camera   ${camera === undefined ? '…' : `${camera.state === 'recording' ? '\x1b[31m● ' : ''}${camera.state}\x1b[0m`}`,
    `  预录 pre-record ${camera === undefined ? '…' : `${camera.ringSeconds.toFixed(1)} s`}`,
    `  日志 journal    ${camera?.journalSize ?? '…'} 条 entries, ${camera?.unreceipted ?? '…'} 待回执 objects without receipt`,
    `  采集站 dock     ${bay === undefined ? '…' : `${bay.state} ${bay.camera ?? ''}${bay.state === 'transferring' ? percent : ''}`}`,
    `  档案库 archive  ${linkIn(fleet.path('state/archive/review-link.txt'))}`,
    '',
    ...KEYS.map(([key, zh, en]) => `  \x1b[1m${key}\x1b[0m  ${zh} · ${en}`),
    '',
    `  ${notice}`,
  ];
}
