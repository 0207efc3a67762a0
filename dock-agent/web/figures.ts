import { currentLanguage } from './words.ts';

const MINUTE = 60_000;

/** 约 12 分钟; about 12 min. */
export function timeLeft(millis: number): string {
  const chinese = currentLanguage() === 'zh';
  const minutes = Math.round(millis / MINUTE);
  if (minutes < 1) return chinese ? '不到 1 分钟' : 'under 1 min';
  if (minutes < 60) return chinese ? `约 ${minutes} 分钟` : `about ${minutes} min`;
  const [hours, rest] = [Math.floor(minutes / 60), String(minutes % 60).padStart(2, '0')];
  if (hours >= 48) return chinese ? '两天以上' : 'over 2 days';
  return chinese ? `约 ${hours} 小时 ${rest} 分` : `about ${hours} h ${rest} min`;
}

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'];

/** Powers of ten, as cards and disks are labelled. */
export function inBytes(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const value = bytes / 1000 ** power;
  return `${value.toFixed(value < 10 && power > 0 ? 1 : 0)} ${UNITS[power] ?? ''}`;
}

export function percentOf(part: number, whole: number): number {
  return whole <= 0 ? 0 : Math.min(100, Math.floor((100 * part) / whole));
}

/** The day is told only of another day. */
export function timeOfDay(at: number, now: number): string {
  const [day, today] = [dayOf(at), dayOf(now)];
  const time = new Date(at).toTimeString().slice(0, 5);
  return day === today ? time : `${day.slice(5)} ${time}`;
}

function dayOf(at: number): string {
  const date = new Date(at);
  const two = (part: number): string => String(part).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
