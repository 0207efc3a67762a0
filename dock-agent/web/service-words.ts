import type { Words } from '../core/station-words.ts';
import { pick } from './words.ts';

export const SERVICE_WORDS = {
  wrong: { zh: '口令不对。', en: 'Wrong passphrase.' },
  closed: { zh: '输错次数过多,请稍后再试:', en: 'Too many tries. Wait:' },
  ended: { zh: '已超时,请重新登录。', en: 'Your time is up. Sign in again.' },
  line: { zh: '采集站没有应答。', en: 'The dock does not answer.' },
  failed: { zh: '未能完成,请看日志。', en: 'It could not be done; see the log.' },
  'not-kept': {
    zh: '已切换,但未能保存:重启后会恢复原状。请检查硬盘。',
    en: 'Switched, but not kept: a restart undoes it. Look at the disk.',
  },
  retry: { zh: '立即重试', en: 'Retry now' },
  'switch-off': { zh: '停用', en: 'Switch off' },
  'switch-on': { zh: '启用', en: 'Switch on' },
} as const satisfies Record<string, Words>;
export type ServiceWord = keyof typeof SERVICE_WORDS;

export function put(key: ServiceWord): string {
  return pick(SERVICE_WORDS[key]);
}
