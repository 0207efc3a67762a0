import type { CameraPolicy } from '@mingjing/protocol';
import type { EvidenceIdentity, TlsIdentity } from '@mingjing/runtime';
import { answerTime, interfacesUp } from '../adapters/network-probe.ts';
import { probeStorage } from '../adapters/storage-probe.ts';
import type { CameraConfig } from '../config.ts';
import type { Check, CheckResult } from '../core/diagnosis.ts';
import { gradeJournal, gradeNetwork, gradeStorage, skipped } from '../core/diagnosis-rules.ts';
import type { Buttons } from '../ports/buttons.ts';
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
  readonly buttons?: Buttons;
  readonly signals?: Signals;
  /** Undefined: nobody is there to press and look. */
  readonly asker: Asker | undefined;
}

const NOTHING_KEPT = { entries: 0, heldObjects: 0, missingObjects: 0, lostObjects: 0 } as const;

/** One for each check; to be run in order, for the clock is held against what the receiver said. */
export function checksOn(bench: Bench): Readonly<Record<Check, () => CheckResult | Promise<CheckResult>>> {
  const { config, policy, evidence, tls, recipients, body, medium, buttons, signals, asker } = bench;
  const { capture, clock, position, power } = body;
  const lastEntryAt = medium?.journal.last?.at;
  let offByMs: number | undefined;
  return {
    camera: () => checkPicture(capture, clock, policy.picture),
    microphone: () => checkSound(capture),
    buttons: () => byHand('buttons', buttons, asker, checkButtons),
    lights: () => byHand('lights', signals, asker, checkLights),
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

function byHand<T>(
  check: 'buttons' | 'lights',
  part: T | undefined,
  asker: Asker | undefined,
  act: (part: T, asker: Asker) => Promise<CheckResult>,
): CheckResult | Promise<CheckResult> {
  if (part === undefined) return skipped(check, 'none-there');
  return asker === undefined ? skipped(check, 'not-tried') : act(part, asker);
}
