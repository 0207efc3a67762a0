import type { CameraView } from './camera-view.ts';
import { bytesInWords, duration, placeInWords } from './screen-figures.ts';
import { modeWords, nextStep, WARNING_WORDS, type Words } from './screen-words.ts';
import type { Mode } from './state.ts';

const RED = '\x1b[97;41m';
const GREEN = '\x1b[30;42m';
const YELLOW = '\x1b[30;43m';
const GREY = '\x1b[97;100m';
const WARN = '\x1b[33m';
const PLAIN = '\x1b[0m';

const COLOURS: Readonly<Record<Mode, string>> = {
  starting: YELLOW,
  standby: GREEN,
  recording: RED,
  'post-record': RED,
  stopping: RED,
  closing: YELLOW,
  docked: GREEN,
  'storage-full': YELLOW,
  fault: YELLOW,
  off: GREY,
};
const KEYS = [
  'r 录像 record    a 录音 audio    p 拍照 photo    s 停止 stop    m 标记 mark    k 重点标记 key mark',
  'u 静音 mute    h 隐蔽 stealth    d 入站/出站 dock/undock    q 关机 quit',
];

/** The whole screen, as lines. */
export function panelLines(view: CameraView): string[] {
  const clock = view.at.replace('T', ' ').replace('Z', ' UTC');
  return [
    `明镜 Mingjing  ${view.device}  ${clock}`,
    '',
    `${colourOf(view)}  ${both(modeWords(view))}${timeOf(view)}  ${PLAIN}${tagsOf(view)}`,
    '',
    row('执法人员 Officer', officerOf(view)),
    row('画面与声音 Sources', sourcesOf(view)),
    row('位置 Position', positionOf(view)),
    row('预录 Pre-record', `${view.ringSeconds.toFixed(1)} s`),
    row('电池 Battery', batteryOf(view)),
    row('存储 Storage', storageOf(view)),
    row('日志 Journal', `${view.journalSize} 条 entries`),
    row('未回执 Without receipt', `${view.unreceipted} 个文件 objects`),
    row('采集站 Dock', view.attached ? '已连接 docked' : '未连接 not docked'),
    row('消息 Broker', brokerOf(view)),
    '',
    ...view.warnings.flatMap((warning) => warningLines(WARNING_WORDS[warning])),
    `➜ ${both(nextStep(view, 'own-key'))}`,
    view.notice === undefined ? '' : `  ${both(view.notice)}`,
    '',
    ...KEYS,
  ];
}

function colourOf({ mode, activity }: CameraView): string {
  return activity === 'audio' ? YELLOW : COLOURS[mode];
}

function timeOf({ elapsedMs, postRecordLeftMs }: CameraView): string {
  const elapsed = elapsedMs === undefined ? '' : `  ${duration(elapsedMs)}`;
  const left = postRecordLeftMs === undefined ? '' : `  -${duration(postRecordLeftMs)}`;
  return elapsed + left;
}

function tagsOf({ muted, stealth }: CameraView): string {
  return `${muted ? '  静音 MUTED' : ''}${stealth ? '  隐蔽 STEALTH' : ''}`;
}

function warningLines({ zh, en }: Words): string[] {
  return [`${WARN}! ${zh}${PLAIN}`, `${WARN}  ${en}${PLAIN}`];
}

function both({ zh, en }: Words): string {
  return `${zh} · ${en}`;
}

function row(label: string, value: string): string {
  return `${label}${' '.repeat(Math.max(1, 26 - displayWidth(label)))}${value}`;
}

function officerOf({ officer, officerName, officerCertificate }: CameraView): string {
  if (officer === undefined) return '未指定 none assigned';
  const certificate = officerCertificate === undefined ? '' : `  证号 No. ${officerCertificate}`;
  return `${officerName ?? ''} ${officer}`.trim() + certificate;
}

function sourcesOf({ picture, sound }: CameraView): string {
  return `${picture ? '有画面 picture' : '无画面 no picture'}, ${sound ? '有声音 sound' : '无声音 no sound'}`;
}

function positionOf({ position }: CameraView): string {
  if (position === undefined) return '无定位 no fix';
  return `${placeInWords(position)}  (${(position.age / 1000).toFixed(0)} s 前 ago)`;
}

function batteryOf({ battery }: CameraView): string {
  if (battery === undefined) return '未知 unknown';
  return `${battery.percent} %${battery.charging ? ' 充电中 charging' : ''}`;
}

function storageOf({ storedBytes, freeBytes }: CameraView): string {
  const free = freeBytes === undefined ? '' : `,剩余 ${bytesInWords(freeBytes)} free`;
  return `已存 ${bytesInWords(storedBytes)} held${free}`;
}

function brokerOf({ brokerConnected }: CameraView): string {
  if (brokerConnected === undefined) return '未配置 none configured';
  return brokerConnected ? '已连接 connected' : '未连接,消息已缓存 not connected; messages wait';
}

/** Columns on a terminal: a Chinese character takes two. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += (character.codePointAt(0) ?? 0) > 0x2e7f ? 2 : 1;
  return width;
}
