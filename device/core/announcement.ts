import type { CameraPolicy } from '@mingjing/protocol';
import type { CameraView, Warning } from './camera-view.ts';
import { doingOf, type Doing } from './signals.ts';

export type Language = 'zh-CN' | 'en';

/** Who speaks through the camera. All of it is of the agency's own making, and is cleaned all the same. */
export interface Speaker {
  readonly agency?: string;
  readonly name?: string;
  readonly officer?: string;
  readonly certificate?: string;
}

/** What is being recorded, as the person in front of the camera is to hear it. */
export type Taken = 'picture-and-sound' | 'picture' | 'sound';

const MAX_VALUE_CHARACTERS = 64;
const MAX_TEXT_CHARACTERS = 600;
const DIGITS = '零一二三四五六七八九';

/** Row F-21: who acts, by which certificate, and that it is recorded. One text for each language of the policy. */
export function recordingWords(
  { announcement }: Pick<CameraPolicy, 'announcement'>,
  speaker: Speaker,
  taken: Taken,
): { language: Language; text: string }[] {
  const { languages, text } = announcement;
  return [...new Set(languages)].map((language) => {
    const own = text?.[language];
    const said = own === undefined ? builtIn(language, speaker, taken) : fillIn(own, language, speaker);
    return { language, text: cleanText(said) };
  });
}

export function takenOf({
  activity,
  muted,
  picture,
}: Pick<CameraView, 'activity' | 'muted' | 'picture'>): Taken {
  if (activity === 'audio' || !picture) return 'sound';
  return muted ? 'picture' : 'picture-and-sound';
}

const TAKEN: Readonly<Record<Taken, Readonly<Record<Language, string>>>> = {
  'picture-and-sound': { 'zh-CN': '录音录像', en: 'in picture and sound' },
  picture: { 'zh-CN': '录像', en: 'in picture' },
  sound: { 'zh-CN': '录音', en: 'in sound' },
};

function builtIn(language: Language, speaker: Speaker, taken: Taken): string {
  const value = valueIn(language, speaker);
  const agency = value('agency');
  const name = value('name');
  const number = value('certificate') || value('officer');
  if (language === 'zh-CN') {
    const label = value('certificate') === '' ? '编号' : '执法证号';
    const by = number === '' ? '' : `，${label}${number}`;
    return `您好，我是${agency}执法人员${name}${by}。现在开始全程${TAKEN[taken][language]}。`;
  }
  const label = value('certificate') === '' ? 'number' : 'certificate number';
  const of = agency === '' ? '' : ` of ${agency}`;
  const by = number === '' ? '' : `, ${label} ${number}`;
  const who = name === '' ? 'a law enforcement officer' : `officer ${name}`;
  return `Hello. I am ${who}${of}${by}. From now on this is recorded ${TAKEN[taken][language]}.`;
}

/** In one pass: what a value holds is never looked into for placeholders. */
function fillIn(text: string, language: Language, speaker: Speaker): string {
  const value = valueIn(language, speaker);
  return text.replaceAll(/\{(agency|name|officer|certificate)\}/g, (_whole, key: keyof Speaker) =>
    value(key),
  );
}

function valueIn(language: Language, speaker: Speaker): (key: keyof Speaker) => string {
  return (key) => {
    const whole = cleanValue(speaker[key] ?? '');
    // An English voice says of each Chinese character that it is one.
    const plain = language === 'en' ? whole.replaceAll(/\p{Script=Han}+/gu, ' ').trim() : whole;
    return key === 'officer' || key === 'certificate' ? spelled(plain, language) : plain;
  };
}

/** Letters, figures and what stands between them in names. Speech programs take brackets and angles as orders. */
export function cleanValue(value: string): string {
  const kept = value.normalize('NFKC').replaceAll(/[^\p{L}\p{M}\p{N} .·'’-]/gu, ' ');
  return cut(kept, MAX_VALUE_CHARACTERS);
}

function cleanText(text: string): string {
  const kept = text.replaceAll(/[[\]{}<>&|\\^~`_@#*=+$/]|\p{C}|\p{Zl}|\p{Zp}/gu, ' ');
  return cut(kept, MAX_TEXT_CHARACTERS);
}

function cut(text: string, most: number): string {
  const whole = Array.from(text.replaceAll(/\s+/g, ' ').trim());
  return whole.slice(0, most).join('');
}

/** A number that names somebody is said figure by figure. */
export function spelled(value: string, language: Language): string {
  const figures = Array.from(value).filter((character) => /[\p{L}\p{M}\p{N}]/u.test(character));
  if (language === 'en') return figures.join(' ');
  return figures
    .map((character) => {
      if (/[0-9]/.test(character)) return DIGITS[Number(character)] ?? '';
      return /[A-Za-z]/.test(character) ? ` ${character} ` : character;
    })
    .join('')
    .replaceAll(/ +/g, ' ')
    .trim();
}

/** Date and time as they are where the camera is. */
export interface LocalTime {
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
}

const DOING: Readonly<Record<Doing, Readonly<Record<Language, string>>>> = {
  off: { 'zh-CN': '正在关机', en: 'Switching off' },
  starting: { 'zh-CN': '正在启动', en: 'Starting' },
  standby: { 'zh-CN': '待机', en: 'Standing by' },
  video: { 'zh-CN': '正在录像', en: 'Recording' },
  audio: { 'zh-CN': '正在录音', en: 'Recording sound' },
  'video-without-picture': { 'zh-CN': '画面中断，正在录音', en: 'Picture lost, recording sound' },
  'post-video': { 'zh-CN': '正在延录', en: 'Post-recording' },
  'post-audio': { 'zh-CN': '正在延录', en: 'Post-recording' },
  saving: { 'zh-CN': '正在保存', en: 'Saving' },
  docked: { 'zh-CN': '在采集站中', en: 'Docked' },
  'storage-full': { 'zh-CN': '存储已满', en: 'Storage full' },
  fault: { 'zh-CN': '故障', en: 'Fault' },
};

const TROUBLES: Readonly<Record<Warning, Readonly<Record<Language, string>>>> = {
  'picture-lost': { 'zh-CN': '没有画面', en: 'no picture' },
  'sound-lost': { 'zh-CN': '没有声音', en: 'no sound' },
  'frame-rate-low': { 'zh-CN': '帧率过低', en: 'frame rate low' },
  'sound-drifts': { 'zh-CN': '声画不同步', en: 'sound drifts' },
  'storage-low': { 'zh-CN': '存储不足', en: 'storage low' },
  'storage-full': { 'zh-CN': '存储已满', en: 'storage full' },
  'storage-failed': { 'zh-CN': '存储故障', en: 'storage failed' },
  'battery-low': { 'zh-CN': '电量不足', en: 'battery low' },
  'position-lost': { 'zh-CN': '没有定位', en: 'no position' },
  'buttons-lost': { 'zh-CN': '按键故障', en: 'buttons failed' },
  'clock-behind': { 'zh-CN': '时钟落后', en: 'clock behind' },
  'clock-implausible': { 'zh-CN': '时钟异常', en: 'clock not believable' },
};

type Spoken = Pick<
  CameraView,
  'mode' | 'activity' | 'muted' | 'stealth' | 'battery' | 'picture' | 'warnings' | 'freeBytes' | 'policy'
>;

/** Rows: state, battery, space left, date and time, and what is wrong. */
export function stateWords(view: Spoken, time: LocalTime): { language: Language; text: string }[] {
  const { languages } = view.policy.announcement;
  return [...new Set(languages)].map((language) => ({ language, text: stateIn(language, view, time) }));
}

function stateIn(language: Language, view: Spoken, time: LocalTime): string {
  const zh = language === 'zh-CN';
  const troubles = view.warnings.map((warning) => TROUBLES[warning][language]);
  const parts = [
    DOING[doingOf(view)][language],
    batteryIn(zh, view.battery),
    spaceIn(zh, view),
    dateIn(zh, time),
    troubles.length === 0 ? '' : zh ? `请注意：${troubles.join('，')}` : `Attention: ${troubles.join(', ')}`,
  ].filter((part) => part !== '');
  return `${parts.join(zh ? '。' : '. ')}${zh ? '。' : '.'}`;
}

function dateIn(zh: boolean, { month, day, hour, minute }: LocalTime): string {
  if (!zh) return `Date ${day}. ${month}., time ${hour}:${String(minute).padStart(2, '0')}`;
  const minutes = minute === 0 ? '整' : `${minute < 10 ? '零' : ''}${hanNumber(minute)}分`;
  return `${hanNumber(month)}月${hanNumber(day)}日，${hanNumber(hour)}点${minutes}`;
}

function batteryIn(zh: boolean, battery: Spoken['battery']): string {
  if (battery === undefined) return '';
  const percent = Math.round(battery.percent);
  if (zh) return `电量百分之${hanNumber(percent)}${battery.charging ? '，正在充电' : ''}`;
  return `Battery ${percent} percent${battery.charging ? ', charging' : ''}`;
}

function spaceIn(zh: boolean, { freeBytes, policy }: Spoken): string {
  if (freeBytes === undefined) return '';
  const minutes = Math.floor((freeBytes * 8) / policy.picture.bitsPerSecond / 60);
  if (minutes < 120) return zh ? `还可录像约${hanNumber(minutes)}分钟` : `Space for ${minutes} minutes`;
  const hours = Math.min(Math.floor(minutes / 60), 9_999);
  return zh ? `还可录像约${hanNumber(hours)}小时` : `Space for ${hours} hours`;
}

/** 0 to 9999, as it is said. */
export function hanNumber(value: number): string {
  const figures = Array.from(String(Math.min(Math.max(Math.trunc(value), 0), 9_999)), Number);
  if (figures.length === 1) return DIGITS[figures[0] ?? 0] ?? '';
  const said = figures
    .map((figure, n) =>
      figure === 0 ? '零' : (DIGITS[figure] ?? '') + (['', '十', '百', '千'][figures.length - 1 - n] ?? ''),
    )
    .join('')
    .replaceAll(/零+/g, '零')
    .replace(/零$/, '');
  return said.replace(/^一十/, '十');
}
