import type { Sign } from './station-model.ts';

/** In the languages of whoever stands there. */
export interface Words {
  readonly zh: string;
  readonly en: string;
}

/** One word for each sign, and what it means for whoever stands there. */
export const SIGN_WORDS: Readonly<Record<Sign, Words & { readonly hint: Words }>> = {
  empty: { zh: '空', en: 'Empty', hint: { zh: '可放入记录仪', en: 'Put a camera in' } },
  off: { zh: '停用', en: 'Off', hint: { zh: '请使用其他仓位', en: 'Use another bay' } },
  identifying: { zh: '识别中', en: 'Checking', hint: { zh: '请勿取出', en: 'Leave it in' } },
  uploading: { zh: '上传中', en: 'Uploading', hint: { zh: '请勿取出', en: 'Leave it in' } },
  waiting: {
    zh: '待确认',
    en: 'Waiting',
    hint: { zh: '已传完,等存档确认', en: 'Archive must confirm' },
  },
  charging: { zh: '充电中', en: 'Charging', hint: { zh: '录像已全部存档', en: 'All footage is archived' } },
  ready: { zh: '就绪', en: 'Ready', hint: { zh: '录像已全部存档', en: 'All footage is archived' } },
  busy: { zh: '处理中', en: 'Busy', hint: { zh: '请勿取出', en: 'Leave it in' } },
  trouble: { zh: '有问题', en: 'Problem', hint: { zh: '录像没有丢失', en: 'No footage is lost' } },
  refused: { zh: '不接入', en: 'Refused', hint: { zh: '请找技术员', en: 'Call a technician' } },
};

/** What an alarm means, in as few words as fit on a tile, and what to do. */
export interface AlarmWords {
  readonly what: Words;
  readonly next: Words;
}

const CALL: Words = {
  zh: '请找技术员。记录仪留在仓内,录像仍在记录仪上。',
  en: 'Call a technician. Leave the camera in; the footage is still on it.',
};
const EXAMINE: Words = {
  zh: '请单独存放这台记录仪,并报告主管和技术员。',
  en: 'Put this camera aside and tell the supervisor and a technician.',
};
const BY_ITSELF: Words = {
  zh: '无需操作,会自动重试。录像仍在记录仪上。',
  en: 'Nothing to do: it is tried again. The footage is still on the camera.',
};
const TAKE_OUT: Words = {
  zh: '请取出。若是本单位的记录仪,请技术员重新登记。',
  en: 'Take it out. If it is one of yours, have a technician enrol it.',
};
const RESEAT: Words = {
  zh: '请取出记录仪,擦净触点,重新放入。',
  en: 'Take the camera out, wipe its contacts, put it back in.',
};

export const ALARM_WORDS: Readonly<Record<string, AlarmWords>> = {
  // the journal
  'journal-bad': { what: { zh: '记录仪日志有误', en: 'Its journal does not hold' }, next: EXAMINE },
  'journal-forked': { what: { zh: '日志前后矛盾', en: 'Its journal contradicts itself' }, next: EXAMINE },
  'journal-rolled-back': { what: { zh: '日志被退回旧状态', en: 'Its journal was set back' }, next: EXAMINE },
  'journal-gap': { what: { zh: '日志不连续', en: 'Its journal has a gap' }, next: BY_ITSELF },
  // one object
  'object-altered': { what: { zh: '录像文件已损坏', en: 'A file is damaged' }, next: EXAMINE },
  'object-cut': { what: { zh: '录像文件不完整', en: 'A file is incomplete' }, next: EXAMINE },
  'object-too-long': { what: { zh: '录像文件长度不符', en: 'A file is too long' }, next: EXAMINE },
  'object-missing': { what: { zh: '缺少录像文件', en: 'A file is missing' }, next: EXAMINE },
  'object-refused': { what: { zh: '存档不接收文件', en: 'The archive refused a file' }, next: CALL },
  'object-not-named': {
    what: { zh: '存档不认识文件', en: 'The archive does not know a file' },
    next: BY_ITSELF,
  },
  // the archive
  'archive-unreachable': {
    what: { zh: '存档联系不上', en: 'No line to the archive' },
    next: {
      zh: '请检查网络。网络恢复后自动继续,录像没有丢失。',
      en: 'Check the network. It goes on by itself; no footage is lost.',
    },
  },
  'archive-not-trusted': { what: { zh: '存档身份不符', en: 'The archive is not ours' }, next: CALL },
  'archive-broke-protocol': { what: { zh: '存档回答有误', en: 'The archive answers wrongly' }, next: CALL },
  'archive-refused': { what: { zh: '存档拒绝接收', en: 'The archive refused' }, next: CALL },
  'archive-stands-still': { what: { zh: '存档没有进展', en: 'The archive stands still' }, next: CALL },
  // the receipt
  'receipt-bad': { what: { zh: '存档回执无效', en: 'The receipt does not hold' }, next: CALL },
  'receipt-refused': { what: { zh: '记录仪不认回执', en: 'The camera refused the receipt' }, next: CALL },
  // the camera
  'camera-unreachable': { what: { zh: '记录仪没有应答', en: 'The camera does not answer' }, next: RESEAT },
  'camera-unknown': { what: { zh: '不明设备', en: 'Not a camera we know' }, next: TAKE_OUT },
  'camera-of-another-agency': {
    what: { zh: '其他单位的记录仪', en: 'A camera of another agency' },
    next: {
      zh: '请取出,交还其所属单位。',
      en: 'Take it out, and give it back to its agency.',
    },
  },
  'camera-not-trusted': { what: { zh: '不是记录仪', en: 'Not a camera' }, next: TAKE_OUT },
  'camera-expired': {
    what: { zh: '记录仪证书已过期', en: 'Its certificate has expired' },
    next: {
      zh: '请技术员重新登记。录像仍在记录仪上。',
      en: 'Have a technician enrol it anew. The footage is still on it.',
    },
  },
  'camera-revoked': {
    what: { zh: '记录仪已被注销', en: 'This camera was revoked' },
    next: EXAMINE,
  },
  'camera-changed': { what: { zh: '记录仪已更换', en: 'Another camera was put in' }, next: BY_ITSELF },
  'camera-broke-protocol': { what: { zh: '记录仪回答有误', en: 'The camera answers wrongly' }, next: CALL },
  'camera-refused': { what: { zh: '记录仪拒绝请求', en: 'The camera refused' }, next: RESEAT },
  'dock-fault': { what: { zh: '采集站内部故障', en: 'A fault of the dock' }, next: CALL },
  // the dock
  'outbox-full': {
    what: { zh: '暂存已满', en: 'The outbox is full' },
    next: {
      zh: '请恢复网络。记录仪保留录像,不会丢失。',
      en: 'Bring the network back. Cameras keep their footage; none is lost.',
    },
  },
  'outbox-damaged': {
    what: { zh: '暂存有损坏', en: 'The outbox is damaged' },
    next: {
      zh: '请将相关记录仪再次放入,并请技术员检查硬盘。',
      en: 'Dock the camera again; have a technician look at the disk.',
    },
  },
  'outbox-refused': {
    what: { zh: '存档拒收暂存内容', en: 'The archive refused what waits here' },
    next: CALL,
  },
  'upload-overdue': {
    what: { zh: '超过时限未上传', en: 'An upload is overdue' },
    next: {
      zh: '请将记录仪放回仓内,并检查网络。',
      en: 'Put the camera back in a bay, and check the network.',
    },
  },
  'camera-not-seen': {
    what: { zh: '记录仪长期未归', en: 'A camera has not been back' },
    next: {
      zh: '请找到这台记录仪:录像只存在它上面。',
      en: 'Find this camera: its footage is on it alone.',
    },
  },
  'revocations-bad': {
    what: { zh: '注销名单无效', en: 'The revocation list does not hold' },
    next: {
      zh: '请技术员放入最新的 crl.pem。原有名单继续有效。',
      en: 'Have a technician put the newest crl.pem there. The one before still holds.',
    },
  },
  'revocations-stale': {
    what: { zh: '注销名单已过期', en: 'The revocation list is old' },
    next: { zh: '请技术员取得最新的注销名单。', en: 'Have a technician fetch the newest list.' },
  },
  'archive-forked': {
    what: { zh: '存档日志前后矛盾', en: 'The archive’s log was rewritten' },
    next: {
      zh: '请报告主管和审计人员,保留采集站的 forks 目录。上传照常进行。',
      en: 'Tell the supervisor and the auditor; keep the dock’s forks directory. Uploads go on.',
    },
  },
  'witness-stopped': {
    what: { zh: '见证已停止', en: 'The witness has stopped' },
    next: { zh: '请找技术员。上传照常进行。', en: 'Call a technician. Uploads go on.' },
  },
  'charge-fault': { what: { zh: '充电故障', en: 'It does not charge' }, next: RESEAT },
};

/** An alarm that this page does not know is told all the same. */
export function alarmWords(code: string | undefined): AlarmWords {
  const known = code !== undefined && Object.hasOwn(ALARM_WORDS, code) ? ALARM_WORDS[code] : undefined;
  return known ?? { what: { zh: '需要技术员查看', en: 'A technician must look' }, next: CALL };
}
