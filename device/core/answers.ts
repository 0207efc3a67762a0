/** What a press, an order or a hand-over came to. Closed; every code has its words. */
export const ANSWERS = {
  'recording-started': { ok: true, zh: '已开始录像', en: 'Recording' },
  'recording-continued': { ok: true, zh: '继续录制,延录已取消', en: 'Recording on; post-recording is over' },
  'already-recording': { ok: true, zh: '正在录制,无需再按', en: 'Already recording; nothing was changed' },
  'hold-to-stop': {
    ok: true,
    zh: '正在录制。停止请长按开始录制的键',
    en: 'Recording. To stop, hold the button that started it',
  },
  'recording-stopped': { ok: true, zh: '录制已停止并保存', en: 'Stopped; the recording is saved' },
  'post-recording': {
    ok: true,
    zh: '正在延录,到时自动停止。再次停止可立即结束',
    en: 'Recording on for the post-record time; stop again to end at once',
  },
  'not-recording': { ok: true, zh: '当前没有录制', en: 'Not recording; nothing to stop' },
  'audio-started': { ok: true, zh: '已开始录音', en: 'Recording sound' },
  'photo-taken': { ok: true, zh: '已拍照并保存', en: 'Photo taken and saved' },
  marked: { ok: true, zh: '已标记', en: 'Marked' },
  'key-marked': { ok: true, zh: '已重点标记', en: 'Marked as key evidence' },
  muted: { ok: true, zh: '已静音,声音不再录入', en: 'Muted: no sound is recorded' },
  unmuted: { ok: true, zh: '已恢复录音', en: 'Sound is recorded again' },
  'stealth-on': { ok: true, zh: '隐蔽模式已开:无灯光,无声音', en: 'Stealth: no light, no sound' },
  'stealth-off': { ok: true, zh: '隐蔽模式已关', en: 'Stealth is off' },
  'officer-assigned': { ok: true, zh: '已领用', en: 'Handed over' },
  'officer-returned': { ok: true, zh: '已归还', en: 'Returned' },
  'policy-applied': {
    ok: true,
    zh: '新策略已生效,下次录制起适用',
    en: 'The policy is applied, from the next recording on',
  },
  anchored: {
    ok: true,
    zh: '已记下档案库日志的状态',
    en: 'The journal names how far the archive’s log has come',
  },
  'nothing-to-mark': {
    ok: false,
    zh: '没有录制,不能标记。请先按录像键',
    en: 'Nothing is being recorded, so nothing was marked. Press record first',
  },
  'not-ready': {
    ok: false,
    zh: '摄像头尚未就绪,未开始录制。请稍候再按',
    en: 'The camera is not ready yet; nothing is being recorded. Press again in a moment',
  },
  'capture-lost': {
    ok: false,
    zh: '摄像头无画面,未开始录像。请检查摄像头,设备正在自动重试',
    en: 'The camera gives no picture; nothing is being recorded. Check it; it is being tried again',
  },
  'no-picture': {
    ok: false,
    zh: '当前没有画面,未拍照',
    en: 'There is no picture at this moment; no photo was taken',
  },
  'no-sound': {
    ok: false,
    zh: '没有可用的麦克风,未开始录音',
    en: 'There is no microphone; sound is not being recorded',
  },
  'photo-failed': {
    ok: false,
    zh: '照片未能生成,请再按一次',
    en: 'The photo could not be made; press again',
  },
  'mute-not-allowed': { ok: false, zh: '策略不允许静音', en: 'The policy does not allow muting' },
  'mute-not-in-audio': {
    ok: false,
    zh: '仅录音时不能静音。请停止录音',
    en: 'A recording of sound alone cannot be muted. Stop it instead',
  },
  'sound-is-muted': {
    ok: false,
    zh: '已静音,未开始录音。请先取消静音',
    en: 'Muted, so sound is not being recorded. Unmute first',
  },
  'stealth-not-allowed': { ok: false, zh: '策略不允许隐蔽模式', en: 'The policy does not allow stealth' },
  'order-not-allowed': {
    ok: false,
    zh: '策略不允许远程启停录制',
    en: 'The policy does not let an order do this',
  },
  'hand-over-while-recording': {
    ok: false,
    zh: '正在录制,不能交接。请先停止录制',
    en: 'Recording: the camera cannot be handed over. Stop the recording first',
  },
  'policy-refused': {
    ok: false,
    zh: '策略无效或版本较旧,未采用',
    en: 'The policy is not valid, or older than the present one; it was not taken',
  },
  'anchor-older': {
    ok: false,
    zh: '已记下档案库日志更新的状态,未采用',
    en: 'A later state of the archive’s log is in the journal already; this one was not taken',
  },
  docked: {
    ok: false,
    zh: '设备在采集站中,不能录制。请先取出',
    en: 'The camera is docked and does not record. Take it out first',
  },
  'storage-full': {
    ok: false,
    zh: '存储已满,未开始录制。已有录像均已保留,请放入采集站上传',
    en: 'Storage is full; nothing is being recorded. All footage is kept: dock the camera to upload it',
  },
  'storage-failed': {
    ok: false,
    zh: '存储故障,未能保存。请换用其他记录仪并送修',
    en: 'Storage failed; this could not be saved. Take another camera and have this one serviced',
  },
  'powered-off': { ok: false, zh: '设备正在关机', en: 'The camera is switching off' },
} as const;
export type AnswerCode = keyof typeof ANSWERS;

export interface Answer {
  readonly code: AnswerCode;
  readonly recording?: string;
}
