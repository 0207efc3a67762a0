import { setTimeout as delay } from 'node:timers/promises';
import type { MessageOf } from '@mingjing/protocol';
import { DockingStation } from '../../test/support/docking-station.ts';
import { until } from '../../test/support/processes.ts';
import { followDock, keys, linkIn, percentOf, redraw } from './demo-terminal.ts';

/** Cameras record that much faster than life: a shift in a minute. */
const SPEED = 10;
const RECORD_MS = 30_000;
const EMPTY_MS = 600_000;
const REDRAW_MS = 500;
const STATES: Readonly<Record<MessageOf<'dock-state'>['bays'][number]['state'], string>> = {
  empty: '空 · empty',
  identifying: '识别中 · identifying',
  unknown: '不明设备 · unknown device',
  transferring: '上传中 · uploading',
  clearing: '清空中 · clearing',
  ready: '已清空,可领用 · empty and ready',
  refused: '已拒绝 · refused',
  fault: '故障 · fault',
};
const KEYS = [
  ['r', '全部录像/停止', 'all: record / stop'],
  ['d', '全部放入/取出采集站', 'all: dock / undock'],
  ['1-9', '放入/取出这一台', 'dock / undock this one'],
  ['q', '退出', 'quit'],
] as const;

interface View {
  dock: MessageOf<'dock-state'> | undefined;
  readonly progress: Map<number, MessageOf<'progress'>>;
  notice: string;
}

/** Many cameras come to one dock at the end of a shift. Gives the exit code. */
export async function station(directory: string, cameras: number, alone: boolean): Promise<number> {
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  const room = await DockingStation.prepare(
    { directory, cameras, speed: SPEED, dock: { kiosk: { port: 0 } } },
    (id) => {
      say(`  ${id} 已注册 · enrolled`);
    },
  );
  let code = 1;
  try {
    say(`启动 ${cameras} 台记录仪 · starting ${cameras} cameras …`);
    await room.start();
    if (room.kiosk !== undefined) say(`采集站页面 · the dock's page: ${room.kiosk}`);
    code = await (alone ? unattended(room, say) : interactive(room));
  } finally {
    const clean = await room.stop();
    say(clean ? '已全部停止 · all stopped' : '有进程被强制结束 · a process had to be killed');
  }
  return code;
}

/** All record for a while, and come to the dock at once. */
async function bringIn({ cameras }: DockingStation, say: (line: string) => void): Promise<void> {
  await all(cameras, async (camera) => {
    await until('standby', async () => (await camera.status()).state === 'standby');
  });
  await pressAll(cameras, 'record');
  const minutes = (SPEED * RECORD_MS) / 60_000;
  say(
    `全部录像,${RECORD_MS / 1_000} 秒录 ${minutes} 分钟 · all record ${minutes} minutes in ${RECORD_MS / 1_000} s`,
  );
  await delay(RECORD_MS);
  await pressAll(cameras, 'stop');
  await all(cameras, async (camera) => await camera.attach(true));
  say('同时放入采集站,自动上传 · all docked at once, they upload by themselves');
}

async function unattended(room: DockingStation, say: (line: string) => void): Promise<number> {
  const { cameras } = room;
  await bringIn(room, say);
  const began = Date.now();
  let left = cameras.length;
  await until(
    'every camera is empty',
    async () => {
      const states = await Promise.all(cameras.map((camera) => camera.status()));
      const now = states.filter(({ unreceipted }) => unreceipted > 0).length;
      if (now !== left) say(`${seconds(began)} s  还有 ${now} 台 · ${now} cameras to go`);
      left = now;
      return now === 0;
    },
    EMPTY_MS,
    500,
  );
  say(`${seconds(began)} s  全部已上传、有回执、已清空 · all uploaded, receipted, cleared`);
  return 0;
}

async function interactive(room: DockingStation): Promise<number> {
  const view: View = { dock: undefined, progress: new Map(), notice: '' };
  const { ports } = room.room;
  const unfollow = followDock(ports.broker, room.room.path('identity/dock'), {
    'dock-state': (dock) => (view.dock = dock),
    progress: (progress) => view.progress.set(progress.bay, progress),
  });
  const timer = setInterval(() => redraw(draw(room, view)), REDRAW_MS);
  const tell = (line: string): void => void (view.notice = line);
  void bringIn(room, tell).catch((error: unknown) => tell(String(error)));
  try {
    await keys(async (key) => await act(key, room, view));
  } finally {
    clearInterval(timer);
    await unfollow();
  }
  return 0;
}

async function act(key: string, room: DockingStation, view: View): Promise<void> {
  try {
    if (key === 'r') view.notice = await recordOrStop(room.cameras);
    if (key === 'd') view.notice = await dockOrUndock(room.cameras);
    const one = /^[1-9]$/.test(key) ? room.cameras[Number(key) - 1] : undefined;
    if (one !== undefined) view.notice = await dockOrUndock([one]);
  } catch (error) {
    view.notice = error instanceof Error ? error.message.slice(0, 300) : String(error);
  }
}

type Camera = DockingStation['cameras'][number];

async function recordOrStop(cameras: readonly Camera[]): Promise<string> {
  const states = await Promise.all(cameras.map((camera) => camera.status()));
  const recording = states.some(({ state }) => state === 'recording');
  await pressAll(cameras, recording ? 'stop' : 'record');
  return recording ? '已停止 · stopped' : `录像中,${SPEED} 倍速 · recording, at ${SPEED} times the speed`;
}

async function dockOrUndock(cameras: readonly Camera[]): Promise<string> {
  const states = await Promise.all(cameras.map((camera) => camera.status()));
  const docked = states.every(({ attached }) => attached);
  await all(cameras, async (camera) => await camera.attach(!docked));
  return docked ? '已取出 · undocked' : '已放入,自动上传 · docked, they upload by themselves';
}

async function pressAll(cameras: readonly Camera[], button: 'record' | 'stop'): Promise<void> {
  await all(cameras, async (camera) => {
    const { ok, message } = await camera.press(button);
    if (!ok) throw new Error(`${message.zh} · ${message.en}`);
  });
}

async function all(cameras: readonly Camera[], act: (camera: Camera) => Promise<void>): Promise<void> {
  await Promise.all(cameras.map(act));
}

function seconds(began: number): string {
  return ((Date.now() - began) / 1_000).toFixed(1).padStart(6);
}

function draw({ kiosk, room }: DockingStation, { dock, progress, notice }: View): string[] {
  const bays = (dock?.bays ?? []).map(({ bay, state, camera }) => {
    const told = state === 'transferring' ? progress.get(bay) : undefined;
    const percent = told === undefined ? '' : ` ${percentOf(told)} %`;
    return `  ${String(bay).padStart(2)}  ${STATES[state]}${percent}  ${camera ?? ''}`;
  });
  return [
    '明镜 Mingjing · 采集站演示 demonstration of the dock',
    '',
    `  采集站页面 dock's page  ${kiosk ?? '–'}`,
    `  档案库 archive         ${linkIn(room.path('state/archive/review-link.txt'))}`,
    '',
    ...bays,
    '',
    ...KEYS.map(([key, zh, en]) => `  \x1b[1m${key}\x1b[0m  ${zh} · ${en}`),
    '',
    `  ${notice}`,
  ];
}
