import type { Words } from '../core/screen-words.ts';

export type Language = 'zh' | 'en';

/** What the page says by itself; what the camera says comes in both languages with each event. */
export const WORDS = {
  title: { zh: '明镜 · 网页执法记录仪', en: 'Mingjing web camera' },
  simulated: { zh: '模拟', en: 'simulated' },
  language: { zh: 'English', en: '中文' },
  camera: { zh: '记录仪', en: 'Camera' },
  lights: { zh: '指示灯', en: 'Lights' },
  'light-green': { zh: '电源', en: 'On' },
  'light-yellow': { zh: '录音', en: 'Audio' },
  'light-red': { zh: '录像', en: 'Video' },
  'no-picture': { zh: '无画面', en: 'No picture' },
  'cannot-play': { zh: '浏览器不能播放此画面', en: 'This browser cannot play the picture' },
  wide: { zh: '全画面', en: 'Whole picture' },
  listen: { zh: '听声音', en: 'Listen' },
  record: { zh: '录像', en: 'Record' },
  audio: { zh: '录音', en: 'Audio' },
  photo: { zh: '拍照', en: 'Photo' },
  mark: { zh: '标记', en: 'Mark' },
  'power-button': { zh: '电源', en: 'Power' },
  'hold-stop': { zh: '长按停止', en: 'hold: stop' },
  'press-stop': { zh: '再按停止', en: 'again: stop' },
  'hold-mute': { zh: '长按静音', en: 'hold: mute' },
  'hold-stealth': { zh: '长按隐蔽', en: 'hold: stealth' },
  'hold-key-mark': { zh: '长按重点', en: 'hold: key mark' },
  'hold-off': { zh: '长按关机', en: 'hold: off' },
  officer: { zh: '人员', en: 'Officer' },
  'no-officer': { zh: '未领用', en: 'none assigned' },
  storage: { zh: '存储', en: 'Storage' },
  free: { zh: '剩余', en: 'free' },
  held: { zh: '已存', en: 'held' },
  'gps-row': { zh: '定位', en: 'GPS' },
  'no-fix': { zh: '无定位', en: 'no fix' },
  'dock-row': { zh: '采集站', en: 'Dock' },
  docked: { zh: '已连接', en: 'connected' },
  undocked: { zh: '未连接', en: 'not connected' },
  seconds: { zh: '秒', en: 's' },
  'pre-record': { zh: '预录', en: 'Pre-record' },
  journal: { zh: '日志', en: 'Journal' },
  entries: { zh: '条', en: 'entries' },
  muted: { zh: '静音', en: 'muted' },
  stealth: { zh: '隐蔽', en: 'stealth' },
  'no-sound': { zh: '无声音', en: 'no sound' },
  charging: { zh: '充电中', en: 'charging' },
  world: { zh: '周围环境', en: 'The world around it' },
  power: { zh: '电源', en: 'Power' },
  battery: { zh: '电量', en: 'Battery' },
  charger: { zh: '接上充电器', en: 'Charger plugged in' },
  gps: { zh: '卫星定位', en: 'Satellite position' },
  signal: { zh: '有信号', en: 'Signal' },
  latitude: { zh: '纬度', en: 'Latitude' },
  longitude: { zh: '经度', en: 'Longitude' },
  sources: { zh: '插头', en: 'Plugs' },
  'camera-plug': { zh: '摄像头已插上', en: 'Camera head plugged in' },
  'microphone-plug': { zh: '麦克风已插上', en: 'Microphone plugged in' },
  dock: { zh: '采集站', en: 'Dock' },
  'in-dock': { zh: '放在采集站中', en: 'Sits in the dock' },
  waiting: { zh: '个文件待回执', en: 'files wait for their receipt' },
  archived: { zh: '全部已存档', en: 'everything is archived' },
  clock: { zh: '时钟', en: 'Clock' },
  'hour-on': { zh: '拨快 1 小时', en: '1 hour on' },
  'hour-back': { zh: '拨慢 1 小时', en: '1 hour back' },
  'years-back': { zh: '拨回 5 年', en: '5 years back' },
  'clock-right': { zh: '未拨动', en: 'as the machine has it' },
  'clock-off': { zh: '已拨动', en: 'set off by' },
  days: { zh: '天', en: 'days' },
  hours: { zh: '小时', en: 'hours' },
  'power-cut': { zh: '断电', en: 'Power cut' },
  'power-cut-what': {
    zh: '录像时拔掉电池,看看留下什么:进程立即消失,不做任何保存。',
    en: 'Pull the battery while it records and see what is left: the process is gone at once and saves nothing.',
  },
  'pull-battery': { zh: '拔掉电池…', en: 'Pull the battery…' },
  sure: { zh: '拔掉电池?', en: 'Pull the battery?' },
  'sure-what': {
    zh: '记录仪进程将被立即杀死,与断电一样。已确认保存的内容不会丢失;正在录制的最多丢失一秒。',
    en: 'The camera process is killed at once, as a power cut does. What was acknowledged as saved is kept; of an open recording at most one second is lost.',
  },
  keep: { zh: '不拔', en: 'Leave it in' },
  'pull-now': { zh: '拔掉', en: 'Pull it' },
  happened: { zh: '经过', en: 'What happened' },
  'gone-pulled': { zh: '电池已拔掉', en: 'The battery is out' },
  'gone-pulled-what': {
    zh: '进程已被立即杀死,没有机会保存任何东西。再次启动时,记录仪会找回断电前写入的内容,并在日志中写明断电。',
    en: 'The process was killed at once and could save nothing. When it starts again it recovers what was written before the cut, and its journal says that the power was lost.',
  },
  'gone-off': { zh: '记录仪已关机', en: 'The camera is switched off' },
  'gone-off-what': {
    zh: '所有内容已保存并写入日志。',
    en: 'Everything is saved and the journal is closed.',
  },
  'gone-lost': { zh: '与记录仪的连接已断开', en: 'The camera does not answer' },
  'gone-lost-what': {
    zh: '进程已结束,或正忙。页面会自动重新连接。',
    en: 'Its process has ended or is busy. The page reconnects by itself.',
  },
  'start-again': { zh: '重新启动:', en: 'Start it again:' },
  'new-link': {
    zh: '记录仪已重新启动。请打开它打印的新地址。',
    en: 'It runs again. Open the new address that it printed.',
  },
  'cue-started': { zh: '提示:开始', en: 'signal: started' },
  'cue-stopped': { zh: '提示:停止', en: 'signal: stopped' },
  'cue-marked': { zh: '提示:标记', en: 'signal: marked' },
  'cue-photo': { zh: '提示:拍照', en: 'signal: photo' },
  'cue-refused': { zh: '提示:未执行', en: 'signal: refused' },
  'cue-ready': { zh: '提示:就绪', en: 'signal: ready' },
  'cue-warning': { zh: '提示:注意', en: 'signal: warning' },
  'cue-fault': { zh: '提示:故障', en: 'signal: fault' },
  lit: { zh: '亮', en: 'lit' },
  dark: { zh: '灭', en: 'dark' },
  blinking: { zh: '闪烁', en: 'blinking' },
} as const satisfies Record<string, Words>;
export type WordKey = keyof typeof WORDS;

const LANGUAGE_KEY = 'mingjing-language';
const listeners: (() => void)[] = [];
let language: Language = localStorage.getItem(LANGUAGE_KEY) === 'en' ? 'en' : 'zh';

export function currentLanguage(): Language {
  return language;
}

export function word(key: WordKey): string {
  return WORDS[key][language];
}

export function pick(words: Words): string {
  return words[language];
}

/** Called whenever the language changes. */
export function onLanguage(listener: () => void): void {
  listeners.push(listener);
}

export function switchLanguage(): void {
  language = language === 'zh' ? 'en' : 'zh';
  localStorage.setItem(LANGUAGE_KEY, language);
  fillWords();
  for (const listener of listeners) listener();
}

/** Fills in what stands in the page itself: `data-words` as text, `data-label` as the accessible name. */
export function fillWords(): void {
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  document.title = word('title');
  for (const element of document.querySelectorAll<HTMLElement>('[data-words]')) {
    const key = element.dataset['words'];
    if (isWord(key)) element.textContent = word(key);
  }
  for (const element of document.querySelectorAll<HTMLElement>('[data-label]')) {
    const key = element.dataset['label'];
    if (isWord(key)) element.setAttribute('aria-label', word(key));
  }
}

function isWord(key: string | undefined): key is WordKey {
  return key !== undefined && Object.hasOwn(WORDS, key);
}
