import type { LiveAlarm } from '../../../core/review-shapes.ts';
import type { Language } from '../../../../protocol/verify/words.ts';

type Said = Readonly<Record<Language, string>>;

/**
 * What each alarm means to a person, and what to do, by who raises it: the same code is another thing on another
 * machine. Whole: a test holds it against the codes that camera, dock and archive raise.
 */
export const ALARM_WORDS = {
  camera: {
    'storage-low': { zh: '存储空间不足，请尽快归还', en: 'Storage is running low: dock soon' },
    'storage-full': {
      zh: '存储已满，已停止录像，请立即归还',
      en: 'Storage is full and recording has stopped: dock now',
    },
    'storage-failed': { zh: '存储故障，请换用其他记录仪并送修', en: 'Storage failed: take another camera' },
    'capture-lost': { zh: '画面中断，请检查摄像头', en: 'Picture lost: check the lens unit' },
    'picture-lost': {
      zh: '摄像头脱落，正在只录声音，画面恢复后自动续录',
      en: 'The lens unit is gone; sound is recorded on, and the picture comes back by itself',
    },
    'sound-lost': {
      zh: '麦克风没有声音，正在只录画面，请检查麦克风',
      en: 'The microphone is gone; the picture is recorded on: check the microphone',
    },
    'frame-rate-low': {
      zh: '画面帧率低于设定值，请将记录仪送检',
      en: 'Fewer pictures a second than set: have the camera examined',
    },
    'sound-drifts': {
      zh: '声音与画面不同步，请将记录仪送检',
      en: 'Sound and picture drift apart: have the camera examined',
    },
    'battery-low': { zh: '电量不足，请尽快充电', en: 'Battery is low: charge soon' },
    'battery-empty': {
      zh: '电量耗尽，已保存全部影像并关机，请立即充电',
      en: 'Battery is empty; everything was saved and the camera went off: charge it now',
    },
    'position-lost': {
      zh: '没有定位，影像中不含位置，请到开阔处或检查天线',
      en: 'No position: footage is without it. Go into the open, or check the antenna',
    },
    'clock-implausible': {
      zh: '时钟跳动过大，影像仍然有效，请核对时间来源',
      en: 'The clock jumped further than is believable; footage still holds: check where its time comes from',
    },
    'buttons-lost': {
      zh: '按键没有反应，请换用其他记录仪并送修',
      en: 'Its buttons do not answer: take another camera and have this one serviced',
    },
    'bad-command': {
      zh: '收到无效指令，未执行，请检查档案库的证书',
      en: 'It was given a command that does not hold and did nothing: check the archive’s certificate',
    },
    'bad-policy': {
      zh: '收到无效策略，仍按原策略工作，请重新下发',
      en: 'It was given a policy that does not hold and kept the old one: issue it again',
    },
    'bad-anchor': {
      zh: '收到无效的档案库日志检查点，未采用，请检查采集站和档案库的证书',
      en: 'It was handed a checkpoint of the archive’s log that does not hold, and did not take it: check the certificates of dock and archive',
    },
    'archive-forked': {
      zh: '档案库日志与记录仪记下的不一致，可能被改写。请勿清除记录仪，并报告审计人员',
      en: 'The archive’s log is not the one this camera wrote down: it may have been written anew. Keep the camera as it is, and tell the auditor',
    },
    'bad-assignment': {
      zh: '收到无效的领用指令，领用人未变，请检查采集站的证书',
      en: 'It was handed over by an assignment that does not hold, and stays with whom it was: check the dock’s certificate',
    },
    'clock-behind': {
      zh: '时钟落后于日志中已有的时间，请校准',
      en: 'Its clock is behind what its journal says already: have it set',
    },
    'object-lost': {
      zh: '有影像丢失或损坏，请将记录仪送检',
      en: 'Footage is lost or damaged: have the camera examined',
    },
    'file-not-removed': {
      zh: '有不再需要的文件无法删除，请将记录仪送修',
      en: 'A file that is not needed any more cannot be removed: have the camera serviced',
    },
    'unexplained-file': {
      zh: '存储中有日志未记载的文件，请将记录仪送检',
      en: 'Its storage holds files its journal does not know: have the camera examined',
    },
    'journal-inconsistent': {
      zh: '存储中的索引与日志不符，未删除任何影像，请将记录仪送检',
      en: 'The index on its storage contradicts its journal; nothing was erased: have the camera examined',
    },
    'journal-rolled-back': {
      zh: '存储中的日志比记录仪记得的旧或不同，可能被换卡或恢复到旧状态，请送检',
      en: 'The journal on its storage is older than the camera remembers, or another, as if the card was swapped or set back: have it examined',
    },
    'uplink-refused': {
      zh: '档案库拒收其日志，无线上传已停止，请放入采集站并核查',
      en: 'The archive refuses its journal, and the uplink stopped: dock it and look into it',
    },
    'bad-receipt': {
      zh: '收到无效回执，未释放任何影像，请检查采集站和档案库',
      en: 'It was given a receipt that does not hold and freed nothing: check dock and archive',
    },
  },
  dock: {
    'camera-unreachable': {
      zh: '插入的记录仪没有应答，请重新插入',
      en: 'The camera in the bay does not answer: put it in again',
    },
    'camera-unknown': {
      zh: '插入的设备不明，未接收任何内容，请取出；若是本单位的记录仪，请重新登记',
      en: 'Nobody knows what is in the bay, and nothing was taken: take it out, or enrol it if it is yours',
    },
    'camera-of-another-agency': {
      zh: '插入的是其他单位的记录仪，未接收任何内容，请归还其单位',
      en: 'The camera in the bay is another agency’s, and nothing was taken: give it back to them',
    },
    'camera-not-trusted': {
      zh: '插入的是本单位的机器，但不是记录仪，未接收任何内容，请取出并核查',
      en: 'What is in the bay is a machine of this agency and no camera; nothing was taken: take it out and look into it',
    },
    'camera-expired': {
      zh: '记录仪的证书今天无效，未接收任何内容，影像仍在记录仪中，请核对时间并更新证书',
      en: 'The camera’s certificate is not valid today; nothing was taken, its footage is still on it: check the date, renew it',
    },
    'camera-revoked': {
      zh: '记录仪的证书已被本单位吊销，未接收任何内容，请取出并交管理员',
      en: 'The agency revoked this camera’s certificate, and nothing was taken: hand it to the administrator',
    },
    'camera-changed': {
      zh: '传输途中换了另一台记录仪，已重新开始',
      en: 'Another camera came in the middle of a transfer, which was begun anew',
    },
    'camera-broke-protocol': {
      zh: '记录仪的应答不合规范，未接收任何内容，请送检',
      en: 'The camera’s answers make no sense, and nothing was taken: have it examined',
    },
    'camera-refused': {
      zh: '记录仪拒绝了采集站的请求，采集站将继续重试',
      en: 'The camera refused what the dock asked; the dock goes on trying',
    },
    'journal-bad': {
      zh: '记录仪的日志核对不上，未接收任何内容，请停用并送检',
      en: 'The camera’s journal does not hold, and nothing was taken: take it out of service and have it examined',
    },
    'journal-forked': {
      zh: '记录仪的日志与档案库所存的互相矛盾，证据已留存，请停用并送检',
      en: 'The camera’s journal contradicts the archive’s; the proof is kept: take it out of service and have it examined',
    },
    'journal-rolled-back': {
      zh: '记录仪的日志比档案库所存的短，可能被恢复到旧状态，请停用并送检',
      en: 'The camera’s journal is shorter than the archive’s, as if set back: take it out of service and have it examined',
    },
    'journal-gap': {
      zh: '档案库缺少此前的日志，采集站将从头核对后重试',
      en: 'The archive lacks earlier journal entries; the dock asks anew and goes on trying',
    },
    'object-altered': {
      zh: '有影像与日志不符，未被接收，请将记录仪送检',
      en: 'Footage does not match its journal and was not taken: have the camera examined',
    },
    'object-cut': {
      zh: '有影像不完整，未被接收，采集站将继续重试',
      en: 'Footage came short and was not taken; the dock goes on trying',
    },
    'object-too-long': {
      zh: '有影像比日志记载的长，未被接收，请将记录仪送检',
      en: 'Footage is longer than its journal says and was not taken: have the camera examined',
    },
    'object-missing': {
      zh: '日志记载的影像在记录仪中找不到，请送检',
      en: 'Footage that the journal names is not in the camera: have it examined',
    },
    'object-refused': {
      zh: '档案库未接收一段影像，采集站将继续重试',
      en: 'The archive did not take a piece of footage; the dock goes on trying',
    },
    'object-not-named': {
      zh: '档案库不认识所送的影像，采集站将重新核对',
      en: 'The archive does not know the footage it was sent; the dock asks anew',
    },
    'archive-unreachable': {
      zh: '连接不上档案库，影像仍在记录仪中，采集站将继续重试',
      en: 'The archive cannot be reached; the footage stays in the camera, and the dock goes on trying',
    },
    'archive-not-trusted': {
      zh: '对方不是本单位的档案库，未发送任何内容，请检查网络和证书',
      en: 'What answers is not this agency’s archive, and nothing was sent: check network and certificates',
    },
    'archive-broke-protocol': {
      zh: '档案库的应答不合规范，请检查版本',
      en: 'The archive’s answers make no sense to the dock: check versions',
    },
    'archive-refused': {
      zh: '档案库拒绝了采集站的请求，采集站将继续重试',
      en: 'The archive refused what the dock asked; the dock goes on trying',
    },
    'archive-stands-still': {
      zh: '档案库应答成功却没有增加内容，请检查档案库',
      en: 'The archive says yes and holds no more than before: check the archive',
    },
    'receipt-bad': {
      zh: '档案库的回执无效，未转交记录仪，请检查档案库',
      en: 'The archive’s receipt does not hold and was not handed on: check the archive',
    },
    'receipt-refused': {
      zh: '记录仪不接受档案库的回执，未释放任何影像，请送检',
      en: 'The camera did not accept the archive’s receipt and freed nothing: have it examined',
    },
    'dock-fault': { zh: '采集站内部故障，请查看日志', en: 'The dock itself failed: look at its log' },
  },
  archive: {
    'journal-forked': {
      zh: '一台记录仪签署了两份互相矛盾的日志，证据已留存，请停用并送检',
      en: 'A camera signed two histories; the proof is kept: take it out of service and have it examined',
    },
    'journal-unreconciled': {
      zh: '一台记录仪的日志与所存的衔接不上，采集站将重新核对',
      en: 'A camera’s journal does not follow from what is held; the dock shows it once more',
    },
    'journal-fault': {
      zh: '一台记录仪的日志前后不一致，请送检',
      en: 'A camera’s journal contradicts itself: have it examined',
    },
    'object-damaged': {
      zh: '档案库中有影像文件损坏，已另存并将重新索取，请检查存储',
      en: 'Footage in the archive was damaged; it is kept aside and asked for again: check its storage',
    },
    'object-gone': {
      zh: '档案库中有影像丢失，请检查存储并恢复备份',
      en: 'Footage is gone from the archive: check its storage and restore a backup',
    },
    'storage-full': {
      zh: '档案库存储已满，不再接收影像，请立即扩容',
      en: 'The archive is full and takes no more footage: give it more room now',
    },
    'storage-failed': {
      zh: '档案库无法写入存储，请立即检查磁盘',
      en: 'The archive cannot write to its storage: check the disks now',
    },
  },
} as const satisfies Record<LiveAlarm['role'], Readonly<Record<string, Said>>>;

/** undefined: a machine of another version says something new; its code is shown. */
export function alarmWords(role: LiveAlarm['role'], code: string, language: Language): string | undefined {
  const words: Readonly<Record<string, Said>> = ALARM_WORDS[role];
  return Object.hasOwn(words, code) ? words[code]?.[language] : undefined;
}

/** Where a dock's alarm happened, taken off its detail: `bay 3, camera cam-1: …`. */
export function alarmPlace({ role, alarm }: LiveAlarm): { bay?: number; camera?: string; detail?: string } {
  const { detail } = alarm;
  if (detail === undefined) return {};
  const match = role === 'dock' ? /^bay (\d{1,4})(?:, camera ([^\s:,]+))?: (.*)$/s.exec(detail) : null;
  if (match === null) return { detail };
  const [, bay, camera, rest = ''] = match;
  return { bay: Number(bay), ...(camera === undefined ? {} : { camera }), detail: rest };
}
