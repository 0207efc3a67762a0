import type { MessageOf } from '@mingjing/protocol';
import { NOTHING, sourcesOf } from '../core/capture-plan.ts';
import type { CameraView } from '../core/camera-view.ts';
import { modeOf, warningsOf } from '../core/mode.ts';
import type { RecorderState } from '../core/state.ts';
import type { Moment } from '../core/time.ts';
import type { CameraPorts } from './camera-ports.ts';

/** What the view tells beside the recorder's state. */
export interface Surroundings {
  readonly agency: string;
  readonly attached: boolean;
  readonly held: { readonly objects: number; readonly bytes: number };
  readonly freeBytes: number | undefined;
  readonly notice: CameraView['notice'] | undefined;
  readonly now: Moment;
}

/** Never throws, whatever the medium does. */
export function viewOf(
  state: RecorderState,
  { journal, position, messages }: Pick<CameraPorts, 'journal' | 'position' | 'messages'>,
  { agency, attached, held, freeBytes, notice, now }: Surroundings,
): CameraView {
  const { active, ring, settings, officer, power, capture } = state;
  const fix = position.latest();
  const { picture, sound } =
    capture.phase === 'up' && capture.head !== undefined ? sourcesOf(capture.head) : NOTHING;
  const left = active?.postUntilMono === undefined ? undefined : active.postUntilMono - now.mono;
  return {
    device: settings.device,
    agency,
    mode: modeOf(state),
    at: now.at,
    ...(active === undefined
      ? {}
      : { recording: active.recording, activity: active.mode, elapsedMs: now.mono - active.startMono }),
    ...(left === undefined ? {} : { postRecordLeftMs: Math.max(0, left) }),
    muted: state.muted,
    stealth: state.stealth,
    ...(officer === undefined ? {} : { officer: officer.number }),
    ...(officer?.name === undefined ? {} : { officerName: officer.name }),
    ...(officer?.certificate === undefined ? {} : { officerCertificate: officer.certificate }),
    ...(officer?.by === undefined ? {} : { officerBy: officer.by }),
    ...(fix === undefined ? {} : { position: fix }),
    ...(power?.percent === undefined
      ? {}
      : { battery: { percent: power.percent, charging: power.charging } }),
    picture,
    sound,
    warnings: warningsOf(state),
    policy: active?.policy ?? state.policy,
    ...(state.policySha256 === undefined ? {} : { policySha256: state.policySha256 }),
    ringSeconds: ring.durationMs / 1000,
    journalSize: journal.size,
    unreceipted: held.objects,
    storedBytes: held.bytes,
    ...(freeBytes === undefined ? {} : { freeBytes }),
    attached,
    ...(messages.configured ? { brokerConnected: messages.connected } : {}),
    ...(notice === undefined ? {} : { notice }),
  };
}

/** What the broker is told. */
export function stateMessageOf(view: CameraView): MessageOf<'camera-state'> {
  return {
    at: view.at,
    online: view.mode !== 'off',
    state: publishedState(view),
    mode: view.mode,
    ...(view.recording === undefined ? {} : { recording: view.recording }),
    ...(view.officer === undefined ? {} : { officer: view.officer }),
    journal: view.journalSize,
    unreceipted: view.unreceipted,
    ...(view.freeBytes === undefined ? {} : { storageFree: view.freeBytes }),
    ...(view.battery === undefined
      ? {}
      : { battery: Math.round(view.battery.percent), charging: view.battery.charging }),
    ...(view.position === undefined ? {} : { position: view.position }),
  };
}

function publishedState({ mode, attached }: CameraView): MessageOf<'camera-state'>['state'] {
  switch (mode) {
    case 'stopping':
    case 'post-record':
      return 'recording';
    case 'closing':
    case 'standby':
      return attached ? 'docked' : 'standby';
    case 'starting':
    case 'recording':
    case 'docked':
    case 'storage-full':
    case 'fault':
    case 'off':
      return mode;
    default:
      return mode satisfies never;
  }
}
