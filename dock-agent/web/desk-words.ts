import type { IssueRefusalCode } from '../ports/issue-desk.ts';
import type { Words } from '../core/station-words.ts';
import { pick } from './words.ts';

/** Why it was not done; the last three are the page's own. */
export type DeskRefusal = IssueRefusalCode | 'busy' | 'line' | 'internal';

export const REFUSAL_WORDS: Readonly<Record<DeskRefusal, Words>> = {
  'no-roster': { zh: '人员名册尚未下发,请找技术员。', en: 'There is no roster here yet. Call a technician.' },
  'unknown-officer': { zh: '名册中没有这个编号,请核对。', en: 'This number is not on the roster. Check it.' },
  'certificate-expired': {
    zh: '执法证件已过期,不能领用。请联系主管。',
    en: 'Your certificate has expired: you cannot take a camera. Speak to your supervisor.',
  },
  'pin-not-set': { zh: '首次使用,请设置密码。', en: 'First use: set a PIN.' },
  'pin-already-set': { zh: '密码已经设过,请用它登录。', en: 'A PIN is set already. Sign in with it.' },
  'pin-too-simple': {
    zh: '密码太简单:须 4 至 12 位数字,不能连号、全同或与编号末尾相同。',
    en: 'Too simple: 4 to 12 digits, no run, not all the same, not the end of your number.',
  },
  'wrong-pin': { zh: '密码不对,请重试。', en: 'Wrong PIN. Try again.' },
  locked: { zh: '输错次数过多,请稍后再试。', en: 'Too many wrong PINs. Try again later.' },
  'session-ended': { zh: '已超时,请重新登录。', en: 'Your time is up. Sign in again.' },
  'camera-not-here': {
    zh: '记录仪不在这个采集站,请先放入仓位。',
    en: 'This camera is not here. Put it in a bay first.',
  },
  'camera-not-ready': {
    zh: '记录仪还没有就绪,请稍候或换一台。',
    en: 'This camera is not ready. Wait, or choose another.',
  },
  'camera-taken': {
    zh: '这台记录仪已有人领用,请换一台。',
    en: 'Somebody else has this camera. Choose another.',
  },
  'camera-refused': {
    zh: '记录仪没有接受,请换一台并告知技术员。',
    en: 'The camera refused. Choose another and tell a technician.',
  },
  'camera-unreachable': {
    zh: '记录仪没有应答,请重新放好再试。',
    en: 'The camera does not answer. Seat it again and retry.',
  },
  'not-held': { zh: '这台记录仪不在您名下。', en: 'You do not have this camera.' },
  busy: { zh: '操作太频繁,请等一分钟再试。', en: 'Too many tries. Wait a minute.' },
  line: { zh: '采集站没有应答,请稍后再试。', en: 'The dock does not answer. Try again soon.' },
  internal: { zh: '未能完成,请找技术员。', en: 'It could not be done. Call a technician.' },
};

export function refusalText(code: string): string {
  return pick(REFUSAL_WORDS[Object.hasOwn(REFUSAL_WORDS, code) ? (code as DeskRefusal) : 'internal']);
}

export const DESK_WORDS = {
  number: { zh: '请输入编号,或刷卡', en: 'Your number, or swipe your card' },
  pin: { zh: '请输入密码', en: 'Your PIN' },
  'first-pin': {
    zh: '首次使用:请设一个 4 至 12 位数字的密码',
    en: 'First use: choose a PIN of 4 to 12 digits',
  },
  'pin-again': { zh: '请再输入一次', en: 'The same PIN once more' },
  'pins-differ': { zh: '两次输入不一致,请重新设置。', en: 'They differ. Begin again.' },
  next: { zh: '下一步', en: 'Next' },
  cancel: { zh: '退出', en: 'Leave' },
  back: { zh: '返回', en: 'Back' },
  wait: { zh: '请稍候…', en: 'One moment…' },
  letters: { zh: '字母', en: 'ABC' },
  digits: { zh: '数字', en: '123' },
  erase: { zh: '删除', en: 'Erase' },
  certificate: { zh: '执法证', en: 'Certificate' },
  'valid-until': { zh: '有效期至', en: 'valid until' },
  'take-title': { zh: '领用', en: 'Take a camera' },
  'nothing-to-take': { zh: '现在没有可以领用的记录仪。', en: 'No camera can be taken now.' },
  'return-title': { zh: '归还', en: 'Give back' },
  'in-bay': { zh: '在仓位', en: 'in bay' },
  'put-it-in': { zh: '请先放入任一空仓位', en: 'put it in any empty bay first' },
  'give-back': { zh: '归还', en: 'Give back' },
  returned: { zh: '已归还。', en: 'Given back.' },
  recommended: { zh: '推荐', en: 'best' },
  'check-title': { zh: '使用前检查', en: 'Check before use' },
  'take-it': { zh: '领用这台', en: 'Take this one' },
  'take-anyway': { zh: '仍要领用', en: 'Take it all the same' },
  'take-out': { zh: '请从此仓位取出', en: 'Take it out of bay' },
  'wear-well': {
    zh: '已记录领用。开始执勤前请试录一次。',
    en: 'It is on record. Record a moment to try it before you go.',
  },
  done: { zh: '完成', en: 'Done' },
  good: { zh: '正常', en: 'good' },
  'battery-good': { zh: '充足', en: 'good' },
  'battery-low': { zh: '不足', en: 'low' },
  'battery-unknown': { zh: '未知', en: 'not known' },
  'storage-good': { zh: '充足', en: 'good' },
  'storage-low': { zh: '不足', en: 'low' },
  'storage-not-empty': { zh: '尚有未存档的录像', en: 'footage not archived yet' },
  'clock-good': { zh: '准确', en: 'right' },
  'clock-doubtful': { zh: '可能不准', en: 'in doubt' },
} as const satisfies Record<string, Words>;

export function said(key: keyof typeof DESK_WORDS): string {
  return pick(DESK_WORDS[key]);
}
