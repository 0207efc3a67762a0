import type { CameraView } from './camera-view.ts';
import type { Mode } from './state.ts';

const RED = '\x1b[97;41m';
const GREEN = '\x1b[30;42m';
const YELLOW = '\x1b[30;43m';
const PLAIN = '\x1b[0m';

/** What the light says, in words, and what to do next. */
const MODES: Readonly<Record<Mode, { colour: string; zh: string; en: string; next: string }>> = {
  starting: { colour: YELLOW, zh: '启动中', en: 'Starting', next: '请稍候 · wait a moment' },
  standby: {
    colour: GREEN,
    zh: '待机(预录中)',
    en: 'Standby, pre-recording',
    next: '按 r 开始录像 · press r to record',
  },
  recording: {
    colour: RED,
    zh: '● 正在录像',
    en: 'RECORDING',
    next: '按 m 标记,k 重点标记,r 停止 · m mark, k key mark, r stop',
  },
  'post-record': {
    colour: RED,
    zh: '● 正在延录',
    en: 'POST-RECORDING',
    next: '按 r 继续录制,s 立即结束 · r goes on recording, s ends at once',
  },
  stopping: {
    colour: RED,
    zh: '正在停止',
    en: 'Stopping',
    next: '正在保存最后画面 · saving the last pictures',
  },
  closing: { colour: YELLOW, zh: '正在保存', en: 'Saving', next: '请稍候 · wait a moment' },
  docked: {
    colour: GREEN,
    zh: '在采集站中',
    en: 'Docked',
    next: '按 d 取出 · press d to take it out',
  },
  'storage-full': {
    colour: RED,
    zh: '存储已满',
    en: 'Storage full',
    next: '按 d 放入采集站上传 · press d to dock and upload; nothing was overwritten',
  },
  fault: {
    colour: RED,
    zh: '故障:摄像头或存储',
    en: 'Fault: camera or storage',
    next: '正在自动重试;若持续请换用其他记录仪 · being retried; if it stays, take another camera',
  },
  off: { colour: YELLOW, zh: '已关机', en: 'Off', next: '' },
};

/** The whole screen, as lines. */
export function panelLines(view: CameraView): string[] {
  const mode = MODES[view.mode];
  const clock = view.at.replace('T', ' ').replace('Z', ' UTC');
  const elapsed = view.elapsedMs === undefined ? '' : `  ${duration(view.elapsedMs)}`;
  return [
    `明镜 Mingjing  ${view.device}  ${clock}`,
    '',
    `${mode.colour}  ${mode.zh} · ${mode.en}${elapsed}  ${PLAIN}`,
    '',
    row('执法人员 Officer', officerOf(view)),
    row('位置 Position', positionOf(view)),
    row('预录 Pre-record', `${view.ringSeconds.toFixed(1)} s`),
    row('存储 Storage', storageOf(view)),
    row('日志 Journal', `${view.journalSize} 条 entries`),
    row('未回执 Without receipt', `${view.unreceipted} 个文件 objects`),
    row('采集站 Dock', view.attached ? '已连接 docked' : '未连接 not docked'),
    row('消息 Broker', brokerOf(view)),
    '',
    `➜ ${nextStep(view)}`,
    view.notice === undefined ? '' : `  ${view.notice.zh} · ${view.notice.en}`,
    '',
    'r 录像/停止 record/stop   m 标记 mark   k 重点标记 key mark   d 入站/出站 dock/undock   q 关机 quit',
  ];
}

function nextStep({ mode, attached, unreceipted }: CameraView): string {
  if ((mode !== 'standby' && mode !== 'docked') || !attached) return MODES[mode].next;
  return unreceipted === 0
    ? '全部已存档,可以取走 · everything is archived; the camera may be taken'
    : `正在上传,还有 ${unreceipted} 个文件待回执 · uploading; ${unreceipted} objects wait for their receipt`;
}

function row(label: string, value: string): string {
  return `${label}${' '.repeat(Math.max(1, 26 - displayWidth(label)))}${value}`;
}

function officerOf({ officer, officerName }: CameraView): string {
  return officer === undefined ? '未指定 none assigned' : `${officerName ?? ''} ${officer}`.trim();
}

function positionOf({ position }: CameraView): string {
  if (position === undefined) return '无定位 no fix';
  const { lat, lon, age } = position;
  return `${lat.toFixed(5)}, ${lon.toFixed(5)}  (${(age / 1000).toFixed(0)} s 前 ago)`;
}

function storageOf({ storedBytes, freeBytes }: CameraView): string {
  const free = freeBytes === undefined ? '' : `,剩余 ${megabytes(freeBytes)} free`;
  return `已存 ${megabytes(storedBytes)} held${free}`;
}

function brokerOf({ brokerConnected }: CameraView): string {
  if (brokerConnected === undefined) return '未配置 none configured';
  return brokerConnected ? '已连接 connected' : '未连接,消息已缓存 not connected; messages wait';
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

function duration(millis: number): string {
  const seconds = Math.floor(millis / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}

/** Columns on a terminal: a Chinese character takes two. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += (character.codePointAt(0) ?? 0) > 0x2e7f ? 2 : 1;
  return width;
}
