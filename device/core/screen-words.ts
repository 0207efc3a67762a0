import type { CameraView, Warning } from './camera-view.ts';
import type { Mode } from './state.ts';

/** What every panel of the camera says, in both languages. */
export interface Words {
  readonly zh: string;
  readonly en: string;
}

/** What a panel has for ending a recording: a button that is held or pressed as policy says, or a key of its own. */
export type StopKey = 'case' | 'own-key';

const MODES: Readonly<Record<Mode, Words>> = {
  starting: { zh: '启动中', en: 'Starting' },
  standby: { zh: '待机', en: 'Standby' },
  recording: { zh: '正在录像', en: 'Recording' },
  'post-record': { zh: '正在延录', en: 'Post-recording' },
  stopping: { zh: '正在停止', en: 'Stopping' },
  closing: { zh: '正在保存', en: 'Saving' },
  docked: { zh: '在采集站中', en: 'Docked' },
  'storage-full': { zh: '存储已满', en: 'Storage full' },
  fault: { zh: '故障', en: 'Fault' },
  off: { zh: '已关机', en: 'Off' },
};

/** What the light says, in words. */
export function modeWords({ mode, activity, policy }: CameraView): Words {
  if (mode === 'recording' && activity === 'audio') return { zh: '正在录音', en: 'Recording sound' };
  if (mode === 'standby' && policy.preRecordSeconds > 0)
    return { zh: '待机 · 预录中', en: 'Standby, pre-recording' };
  return MODES[mode];
}

/** What is wrong, what it means for the footage, and what to do. */
export const WARNING_WORDS: Readonly<Record<Warning, Words>> = {
  'picture-lost': {
    zh: '没有画面:声音继续录制。请检查摄像头,画面会自动恢复',
    en: 'No picture; sound is still recorded. Check the camera head; the picture comes back by itself',
  },
  'sound-lost': {
    zh: '没有声音:画面继续录制。请检查麦克风,声音会自动恢复',
    en: 'No sound; the picture is still recorded. Check the microphone; sound comes back by itself',
  },
  'frame-rate-low': {
    zh: '画面帧率偏低:录制继续。请让设备降温,若持续请送修',
    en: 'Too few pictures a second; recording goes on. Let it cool; if it stays, have it serviced',
  },
  'sound-drifts': {
    zh: '音画不同步:录制继续。请在停止后重新开机',
    en: 'Sound and picture drift apart; recording goes on. Restart the camera after this recording',
  },
  'storage-low': {
    zh: '存储空间不足:尚可录制。请尽快放入采集站上传',
    en: 'Storage is running low; recording still works. Dock the camera soon',
  },
  'storage-full': {
    zh: '存储已满:不能录制,已有录像均已保留。请放入采集站上传',
    en: 'Storage is full; nothing more is recorded and nothing was overwritten. Dock the camera',
  },
  'storage-failed': {
    zh: '存储故障:不能录制。请换用其他记录仪并送修',
    en: 'Storage failed; nothing can be recorded. Take another camera and have this one serviced',
  },
  'battery-low': {
    zh: '电量低:尚可录制,电量耗尽前会自动保存并关机。请充电',
    en: 'Battery low; recording still works and is saved before the battery is empty. Charge it',
  },
  'position-lost': {
    zh: '无卫星定位:录制继续,但不带位置。请到开阔处',
    en: 'No satellite position; recording goes on without it. Go where the sky is open',
  },
  'buttons-lost': {
    zh: '按键失灵:请换用其他记录仪并送修',
    en: 'The buttons cannot be heard. Take another camera and have this one serviced',
  },
  'clock-behind': {
    zh: '时钟偏慢:录制继续并已记录在案。请放入采集站校时',
    en: 'The clock is behind; recording goes on and the journal says so. Dock it to set the clock',
  },
  'clock-implausible': {
    zh: '时钟明显不对:录制继续并已记录在案。请放入采集站校时',
    en: 'The clock is plainly wrong; recording goes on and the journal says so. Dock it to set it',
  },
};

/** What the person may do next. */
export function nextStep(view: CameraView, stopKey: StopKey): Words {
  const { mode, attached, unreceipted } = view;
  switch (mode) {
    case 'starting':
    case 'closing':
      return { zh: '请稍候', en: 'Wait a moment' };
    case 'standby':
      return attached ? uploading(unreceipted) : { zh: '按录像键开始录像', en: 'Press record to begin' };
    case 'recording':
      return howToStop(view, stopKey);
    case 'post-record':
      return howToGoOn(view, stopKey);
    case 'stopping':
      return { zh: '正在保存最后的画面', en: 'Saving the last pictures' };
    case 'docked':
      return uploading(unreceipted);
    case 'storage-full':
      return { zh: '放入采集站上传;没有录像被覆盖', en: 'Dock it to upload; nothing was overwritten' };
    case 'fault':
      return {
        zh: '正在自动重试;若持续请换用其他记录仪',
        en: 'It is being retried; if this stays, take another camera',
      };
    case 'off':
      return { zh: '可以取下', en: 'It may be put away' };
    default:
      return mode satisfies never;
  }
}

function ownButton({ activity }: CameraView): Words {
  return activity === 'audio' ? { zh: '录音键', en: 'audio' } : { zh: '录像键', en: 'record' };
}

function howToGoOn(view: CameraView, stopKey: StopKey): Words {
  const { zh, en } = ownButton(view);
  return stopKey === 'own-key'
    ? { zh: `按${zh}继续录制,按停止键立即结束`, en: `Press ${en} to go on recording, stop to end at once` }
    : { zh: `按${zh}继续录制,长按立即结束`, en: `Press ${en} to go on recording, hold it to end at once` };
}

function howToStop(view: CameraView, stopKey: StopKey): Words {
  const button = ownButton(view);
  if (stopKey === 'own-key') return { zh: '按停止键停止', en: 'Press stop to end' };
  return view.policy.stopBy === 'long-press'
    ? { zh: `长按${button.zh}停止`, en: `Hold ${button.en} to stop` }
    : { zh: `再按${button.zh}停止`, en: `Press ${button.en} again to stop` };
}

function uploading(unreceipted: number): Words {
  return unreceipted === 0
    ? { zh: '全部已存档,可以取走', en: 'Everything is archived; the camera may be taken' }
    : {
        zh: `正在上传,${unreceipted} 个文件待回执`,
        en: `Uploading; ${unreceipted} files wait for their receipt`,
      };
}
