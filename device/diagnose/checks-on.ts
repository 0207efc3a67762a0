import type { CameraPolicy } from '@mingjing/protocol';
import type { EvidenceIdentity, TlsIdentity } from '@mingjing/runtime';
import { answerTime, interfacesUp } from '../adapters/network-probe.ts';
import { probeStorage } from '../adapters/storage-probe.ts';
import type { CameraConfig } from '../config.ts';
import type { Check, CheckResult } from '../core/diagnosis.ts';
import { gradeJournal, gradeNetwork, gradeStorage, skipped } from '../core/diagnosis-rules.ts';
import { BUTTON_NAMES, type Buttons } from '../ports/buttons.ts';
import type { Signals } from '../ports/signals.ts';
import type { CameraBody, CameraMedium } from '../shell/camera-ports.ts';
import {
  checkBattery,
  checkCertificates,
  checkClock,
  checkJournal,
  checkPicture,
  checkPosition,
  checkSound,
} from '../shell/diagnosis.ts';
import { checkButtons, checkLights, type Asker } from '../shell/hand-checks.ts';

/** A technician at the terminal, and what there is to press and to look at. */
export interface Hand {
  readonly asker: Asker;
  readonly buttons: readonly Buttons[];
  readonly signals: readonly Signals[];
}

/** Everything that is to be tried, and with what. */
export interface Bench {
  readonly config: CameraConfig;
  readonly policy: CameraPolicy;
  readonly evidence: EvidenceIdentity;
  readonly tls: TlsIdentity;
  readonly recipients: number;
  readonly body: CameraBody;
  /** Undefined: it could not be opened. */
  readonly medium: CameraMedium | undefined;
  /** Undefined: nobody is there to press and look. */
  readonly hand: Hand | undefined;
}

const NOTHING_KEPT = { entries: 0, heldObjects: 0, missingObjects: 0, lostObjects: 0 } as const;

/** One for each check; to be run in order, for the clock is held against what the receiver said. */
export function checksOn(bench: Bench): Readonly<Record<Check, () => CheckResult | Promise<CheckResult>>> {
  const { config, policy, evidence, tls, recipients, body, medium, hand } = bench;
  const { capture, clock, position, power } = body;
  const lastEntryAt = medium?.journal.last?.at;
  let offByMs: number | undefined;
  return {
    camera: () => checkPicture(capture, clock, policy.picture),
    microphone: () => (hasMicrophone(config) ? checkSound(capture) : skipped('microphone', 'none-there')),
    buttons: () => {
      if (config.panel?.buttons === undefined) return skipped('buttons', 'none-there');
      const [buttons] = hand?.buttons ?? [];
      const lines = config.panel.buttons.lines;
      const builtIn = BUTTON_NAMES.filter((name) => lines[name] !== undefined);
      return hand === undefined || buttons === undefined
        ? skipped('buttons', 'not-tried')
        : checkButtons(buttons, builtIn, hand.asker);
    },
    lights: () => {
      if ((config.panel?.signals ?? []).length === 0) return skipped('lights', 'none-there');
      return hand === undefined ? skipped('lights', 'not-tried') : checkLights(hand.signals, hand.asker);
    },
    position: async () => {
      const told = await checkPosition(position, clock);
      offByMs = told.offByMs;
      return told.result;
    },
    battery: () => checkBattery(power, policy.battery.warnAtPercent[0] ?? 20),
    storage: async () =>
      gradeStorage({
        ...(await probeStorage(config.stateDirectory)),
        reserveBytes: config.reserveBytes,
        recordingBitsPerSecond: policy.picture.bitsPerSecond,
      }),
    clock: () => checkClock(clock, lastEntryAt, offByMs),
    certificates: () => checkCertificates(tls.certificate, evidence.certificate, recipients, clock.now().at),
    journal: () =>
      medium === undefined
        ? gradeJournal({ ...NOTHING_KEPT, consistent: false })
        : checkJournal(medium.journal, medium.store, evidence.certificate),
    network: async () =>
      gradeNetwork({
        interfaces: interfacesUp(),
        ...(config.broker === undefined ? {} : { brokerMs: await answerTime(config.broker, tls) }),
        ...(config.uplink === undefined ? {} : { archiveMs: await answerTime(config.uplink.url, tls) }),
      }),
  };
}

function hasMicrophone({ capture }: CameraConfig): boolean {
  switch (capture.kind) {
    case 'v4l2':
    case 'rpicam':
      return capture.audio !== undefined;
    case 'test-pattern':
    case 'replay':
      return true;
    default:
      return capture satisfies never;
  }
}
