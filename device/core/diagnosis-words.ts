import type { Check, Figure, Grade, Remark } from './diagnosis.ts';

export interface Said {
  readonly zh: string;
  readonly en: string;
}

export const CHECK_WORDS: Readonly<Record<Check, Said>> = {
  camera: { zh: '摄像头', en: 'Camera' },
  microphone: { zh: '麦克风', en: 'Microphone' },
  buttons: { zh: '按键', en: 'Buttons' },
  lights: { zh: '指示灯', en: 'Lights' },
  position: { zh: '定位', en: 'Position' },
  battery: { zh: '电池', en: 'Battery' },
  storage: { zh: '存储', en: 'Storage' },
  clock: { zh: '时钟', en: 'Clock' },
  certificates: { zh: '证书', en: 'Certificates' },
  journal: { zh: '日志', en: 'Journal' },
  network: { zh: '网络', en: 'Network' },
};

export const GRADE_WORDS: Readonly<Record<Grade, Said & { readonly sign: string }>> = {
  good: { sign: '✔', zh: '正常', en: 'good' },
  unsure: { sign: '●', zh: '注意', en: 'look at it' },
  bad: { sign: '✘', zh: '故障', en: 'faulty' },
  skipped: { sign: '–', zh: '未检', en: 'not tried' },
};

/** What it means for this camera, and what to do next. */
export const RESULT_WORDS: Readonly<Record<Exclude<Grade, 'skipped'>, Said>> = {
  good: { zh: '可以使用', en: 'Fit for duty' },
  unsure: { zh: '可以使用，但有需要注意的项目', en: 'Fit for duty; look at what is marked' },
  bad: { zh: '不要使用，请送修', en: 'Not fit for duty: have it serviced' },
};

export const REMARK_WORDS: Readonly<Record<Remark, Said>> = {
  'no-picture': {
    zh: '没有画面。请检查摄像头排线和设备名',
    en: 'No picture. Check the ribbon cable and the name of the device',
  },
  'frame-rate-low': {
    zh: '帧率低于设定的八成。请降低分辨率，或检查编码器和温度',
    en: 'Under four fifths of the frames asked for. Lower the size, or check encoder and temperature',
  },
  'slow-first-picture': {
    zh: '第一帧来得太慢，按键后可能来不及录',
    en: 'The first picture comes late; a press may come before it',
  },
  'no-microphone': {
    zh: '没有声音输入。请检查麦克风和设备名',
    en: 'No sound comes in. Check microphone and name of the device',
  },
  'microphone-silent': {
    zh: '麦克风完全无声。请检查接线和静音开关',
    en: 'The microphone is dead silent. Check its wire and mute switch',
  },
  'microphone-quiet': {
    zh: '声音很小。请对着麦克风说话后重测',
    en: 'Very quiet. Speak into it and try again',
  },
  'microphone-clips': { zh: '声音过载失真。请降低增益', en: 'It clips. Lower the gain' },
  'none-there': { zh: '没有配置', en: 'None is configured' },
  'not-tried': {
    zh: '需要人工操作，请加 --interactive 再测',
    en: 'Needs a hand: try again with --interactive',
  },
  'button-dead': { zh: '有按键没有反应。请检查排线', en: 'A button does not answer. Check its cable' },
  'light-dark': { zh: '有指示灯不亮。请检查排线', en: 'A light stays dark. Check its cable' },
  'line-lost': {
    zh: '打不开定位模块的串口。请检查设备名和权限',
    en: 'The receiver’s line cannot be opened. Check its name and permissions',
  },
  'receiver-silent': {
    zh: '定位模块没有数据。请检查接线和波特率',
    en: 'The receiver says nothing. Check wires and baud rate',
  },
  'no-fix': { zh: '尚未定位。请到开阔处再测', en: 'No fix yet. Try again under the open sky' },
  'many-bad-sentences': {
    zh: '定位数据校验错误过多。请检查接线和波特率',
    en: 'Many sentences have bad checksums. Check wires and baud rate',
  },
  'battery-unreadable': {
    zh: '读不到电池状态。请检查电源驱动',
    en: 'The battery cannot be read. Check its driver',
  },
  'battery-low': { zh: '电量不足，请先充电', en: 'Charge it first' },
  'storage-unwritable': {
    zh: '存储写不进去。请更换存储卡并送修',
    en: 'Nothing can be written. Replace the card',
  },
  'storage-slow': {
    zh: '写入速度跟不上录像。请更换更快的存储卡',
    en: 'Too slow for what is recorded. Use a faster card',
  },
  'storage-stalls': {
    zh: '写入时有长时间停顿，存储卡可能即将损坏',
    en: 'Writes stall for long; the card may be failing',
  },
  'storage-worn': { zh: '存储卡寿命将尽，请更换', en: 'The card is nearly worn out. Replace it' },
  'storage-nearly-full': {
    zh: '剩余空间不多，请放入采集站上传',
    en: 'Little room is left. Dock it to upload',
  },
  'clock-unset': {
    zh: '没有人校过时。请放入采集站，或到开阔处等待定位',
    en: 'Nobody has set its clock. Dock it, or wait for a fix',
  },
  'clock-off': {
    zh: '时钟误差超过三秒。请放入采集站校时',
    en: 'Its clock is off by more than three seconds. Dock it',
  },
  'clock-behind': {
    zh: '时钟早于日志中已有的时间。请校时',
    en: 'Its clock is behind its own journal. Have it set',
  },
  'certificate-invalid': {
    zh: '证书不在有效期内。请重新登记',
    en: 'A certificate is not valid today. Enrol it anew',
  },
  'certificate-ends-soon': {
    zh: '证书将在三十天内到期。请安排续期',
    en: 'A certificate ends within thirty days. Renew it',
  },
  'recipient-alone': {
    zh: '只有一个解封密钥，丢失后影像无法打开。请增加备用密钥',
    en: 'One recipient alone can open its footage. Add one for recovery',
  },
  'journal-bad': {
    zh: '日志核对不上。请停用并送检',
    en: 'Its journal does not hold. Take it out of service and have it examined',
  },
  'objects-missing': {
    zh: '日志中的影像文件不见了或大小不符。请停用并送检',
    en: 'Footage its journal names is gone or cut. Have it examined',
  },
  'no-network': { zh: '没有网络接口', en: 'There is no network' },
  'broker-unreachable': {
    zh: '消息服务器没有应答，消息会先存着',
    en: 'The broker does not answer; messages wait',
  },
  'archive-unreachable': {
    zh: '档案库没有应答，影像会先存着',
    en: 'The archive does not answer; footage waits',
  },
};

type Unit = '' | 'ms' | 'B' | 'B/s' | 'bit/s' | 'dBFS' | '%' | 'd' | 'fps';

export const FIGURE_WORDS: Readonly<Record<Figure, Said & { readonly unit: Unit }>> = {
  'picture-size': { zh: '画面尺寸', en: 'Size', unit: '' },
  frames: { zh: '帧数', en: 'Frames', unit: '' },
  'frames-per-second': { zh: '帧率', en: 'Rate', unit: 'fps' },
  'first-picture': { zh: '首帧', en: 'First picture after', unit: 'ms' },
  'bits-per-second': { zh: '码率', en: 'Bit rate', unit: 'bit/s' },
  level: { zh: '平均音量', en: 'Level', unit: 'dBFS' },
  peak: { zh: '峰值', en: 'Peak', unit: 'dBFS' },
  pressed: { zh: '已按', en: 'Pressed', unit: '' },
  seen: { zh: '已看', en: 'Seen', unit: '' },
  receiver: { zh: '状态', en: 'Receiver', unit: '' },
  satellites: { zh: '卫星 使用/可见', en: 'Satellites used / in view', unit: '' },
  'first-fix': { zh: '首次定位', en: 'First fix after', unit: 'ms' },
  sentences: { zh: '有效语句', en: 'Good sentences', unit: '' },
  'bad-sentences': { zh: '错误语句', en: 'Bad sentences', unit: '' },
  charge: { zh: '电量', en: 'Charge', unit: '%' },
  power: { zh: '供电', en: 'Power', unit: '' },
  free: { zh: '剩余空间', en: 'Free', unit: 'B' },
  'write-speed': { zh: '写入速度', en: 'Write speed', unit: 'B/s' },
  'sync-median': { zh: '落盘 中位', en: 'Sync median', unit: 'ms' },
  'sync-p95': { zh: '落盘 95%', en: 'Sync p95', unit: 'ms' },
  'sync-p99': { zh: '落盘 99%', en: 'Sync p99', unit: 'ms' },
  'sync-max': { zh: '落盘 最长', en: 'Sync longest', unit: 'ms' },
  wear: { zh: '磨损', en: 'Wear', unit: '%' },
  'time-source': { zh: '时间来源', en: 'Time from', unit: '' },
  uncertainty: { zh: '不确定度', en: 'Uncertainty', unit: 'ms' },
  'off-by': { zh: '与卫星时间相差', en: 'Off from satellites', unit: 'ms' },
  'tls-days': { zh: '通信证书剩余', en: 'TLS certificate', unit: 'd' },
  'evidence-days': { zh: '存证证书剩余', en: 'Evidence certificate', unit: 'd' },
  recipients: { zh: '解封密钥数', en: 'Recipients', unit: '' },
  entries: { zh: '日志条数', en: 'Entries', unit: '' },
  'held-objects': { zh: '待上传文件', en: 'Objects held', unit: '' },
  'lost-objects': { zh: '丢失文件', en: 'Objects lost', unit: '' },
  interfaces: { zh: '网络接口', en: 'Interfaces', unit: '' },
  'broker-answer': { zh: '消息服务器应答', en: 'Broker answers in', unit: 'ms' },
  'archive-answer': { zh: '档案库应答', en: 'Archive answers in', unit: 'ms' },
};

/** With its unit, as a person reads it. */
export function formatFigure(figure: Figure, value: number | string): string {
  const { unit } = FIGURE_WORDS[figure];
  if (typeof value === 'string') return value;
  switch (unit) {
    case 'B':
      return `${(value / 1e9).toFixed(2)} GB`;
    case 'B/s':
      return `${(value / 1e6).toFixed(1)} MB/s`;
    case 'bit/s':
      return `${(value / 1e6).toFixed(2)} Mbit/s`;
    case 'd':
      return `${value} 天 days`;
    case '':
      return String(value);
    case '%':
      return `${value} %`;
    case 'ms':
    case 'dBFS':
    case 'fps':
      return `${value} ${unit}`;
    default:
      return unit satisfies never;
  }
}
