import type { Words } from '../core/station-words.ts';

export const WORDS = {
  title: { zh: '明镜 · 采集站', en: 'Mingjing dock' },
  dock: { zh: '采集站', en: 'Dock' },
  bays: { zh: '仓位', en: 'Bays' },
  bay: { zh: '仓位', en: 'Bay' },
  close: { zh: '关闭', en: 'Close' },
  camera: { zh: '记录仪', en: 'Camera' },
  officer: { zh: '人员', en: 'Officer' },
  'no-officer': { zh: '无人领用', en: 'with nobody' },
  battery: { zh: '电量', en: 'Battery' },
  space: { zh: '剩余空间', en: 'Space left' },
  since: { zh: '开始于', en: 'Since' },
  footage: { zh: '已上传', en: 'Uploaded' },
  of: { zh: '/', en: 'of' },
  files: { zh: '个文件', en: 'files' },
  left: { zh: '剩余时间', en: 'Time left' },
  charge: { zh: '充电', en: 'Charge' },
  why: { zh: '原因', en: 'Why' },
  unknown: { zh: '未知', en: 'not known' },
  'charge-empty': { zh: '未插入', en: 'nothing is in' },
  'charge-waiting': { zh: '排队等待供电', en: 'waits for its turn' },
  'charge-starting': { zh: '正在开始', en: 'starting' },
  'charge-charging': { zh: '充电中', en: 'charging' },
  'charge-full': { zh: '已充满', en: 'full' },
  'charge-fault': { zh: '故障', en: 'fault' },
  'link-up': { zh: '存档已连接', en: 'Archive connected' },
  'link-down': { zh: '存档未连接', en: 'Archive not connected' },
  'link-unknown': { zh: '尚未联系存档', en: 'Archive not asked yet' },
  'outbox-empty': { zh: '暂存为空', en: 'Nothing waits here' },
  'outbox-used': { zh: '暂存已用', en: 'Outbox used' },
  alarms: { zh: '报警', en: 'Alarms' },
  'no-alarms': { zh: '无报警', en: 'No alarms' },
  'more-alarms': { zh: '还有', en: 'and' },
  'more-alarms-end': { zh: '条', en: 'more' },
  lost: {
    zh: '与采集站的连接已断开。记录仪请留在仓内;页面会自动重新连接。',
    en: 'Connection lost. Leave the cameras in; this page reconnects by itself.',
  },
  starting: { zh: '正在连接采集站…', en: 'Connecting to the dock…' },
  desk: { zh: '领用 / 归还', en: 'Take / return' },
  service: { zh: '技术维护', en: 'Service' },
} as const satisfies Record<string, Words>;
export type WordKey = keyof typeof WORDS;

export type Language = 'zh' | 'en';

const LANGUAGE_KEY = 'mingjing-language';
const listeners: (() => void)[] = [];
let language: Language = firstLanguage();

/** `?lang=en` or `?lang=zh-CN`; else as it was chosen here last; else Chinese. */
function firstLanguage(): Language {
  const asked =
    new URLSearchParams(location.search).get('lang') ?? localStorage.getItem(LANGUAGE_KEY) ?? 'zh';
  return asked.startsWith('en') ? 'en' : 'zh';
}

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
