/** What a press came to. Closed; every code has its words. */
export const ANSWERS = {
  'recording-started': { ok: true, zh: '已开始录像', en: 'Recording' },
  'already-recording': { ok: true, zh: '正在录像,无需再按', en: 'Already recording; nothing was changed' },
  'recording-stopped': { ok: true, zh: '录像已停止并保存', en: 'Stopped; the recording is saved' },
  'not-recording': { ok: true, zh: '当前没有录像', en: 'Not recording; nothing to stop' },
  marked: { ok: true, zh: '已标记', en: 'Marked' },
  'key-marked': { ok: true, zh: '已重点标记', en: 'Marked as key evidence' },
  'nothing-to-mark': {
    ok: false,
    zh: '没有录像,不能标记。请先按录像键',
    en: 'Nothing is being recorded, so nothing was marked. Press record first',
  },
  'not-ready': {
    ok: false,
    zh: '摄像头尚未就绪,未开始录像。请稍候再按',
    en: 'The camera gives no picture yet; nothing is being recorded. Press again in a moment',
  },
  'capture-lost': {
    ok: false,
    zh: '摄像头无画面,未开始录像。请检查摄像头,设备正在自动重试',
    en: 'The camera gives no picture; nothing is being recorded. Check it; it is being tried again',
  },
  'storage-full': {
    ok: false,
    zh: '存储已满,未开始录像。已有录像均已保留,请放入采集站上传',
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
