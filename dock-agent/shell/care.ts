import type { CameraCondition } from '@mingjing/protocol';
import { PeerRefusal, type Log } from '@mingjing/runtime';
import { BayFailure } from '../core/failures.ts';
import type { CameraLink } from '../ports/camera-link.ts';
import type { Clock } from '../ports/clock.ts';
import type { Messages } from '../ports/messages.ts';
import type { PolicySource } from '../ports/policy-source.ts';
import { Anchoring, type AnchoringParts } from './anchoring.ts';

/** A camera that has said who it is, until it is let go. */
export interface DockedCamera {
  readonly bay: number;
  readonly device: string;
  readonly camera: CameraLink;
  readonly signal: AbortSignal;
}

export interface ToldCondition {
  readonly bay: number;
  readonly device: string;
  readonly condition: CameraCondition;
  /** Milliseconds of the dock's clock that never runs backwards: when it was asked. */
  readonly asked: number;
}

export interface CareParts {
  readonly messages: Pick<Messages, 'showCamera'>;
  /** Absent: none is handed to anybody. */
  readonly policies: PolicySource | undefined;
  /** Absent: no camera is told how far the archive's log has come. */
  readonly anchoring?: Omit<AnchoringParts, 'clock'>;
  /** Told what a camera says of itself. Never throws. */
  readonly onCondition: (told: ToldCondition) => void;
  readonly clock: Clock;
  readonly log: Log;
}

const EVERY_MS = 60_000;
const MAX_MS = 10_000;

/**
 * Asks the camera again and again how it is, hands it the policy when it has an older one, and how far the archive's log has come. A favour, on lines of its
 * own: the docking goes on beside it, whatever comes of it. Never rejects; ends when the camera is let go, or wants none.
 */
export async function careFor(docked: DockedCamera, parts: CareParts): Promise<void> {
  const { bay, device, signal } = docked;
  const log = parts.log.child({ bay, camera: device });
  /** Hash of the policy it would not take: it is not asked again in this docking. */
  let refused: string | undefined;
  const anchoring = parts.anchoring && new Anchoring({ ...parts.anchoring, clock: parts.clock }, log);
  const isGone = (): boolean => signal.aborted;
  while (!isGone()) {
    try {
      const asked = parts.clock.now();
      const condition = await docked.camera.condition(device, within(signal));
      if (isGone()) return;
      tell({ bay, device, condition, asked }, parts);
      refused = (await handPolicy(docked, condition, refused, parts, log)) ?? refused;
      if (!isGone()) await anchoring?.hand(docked.camera, device, within(signal));
    } catch (err) {
      if (err instanceof BayFailure) return;
      if (err instanceof PeerRefusal && err.refusal === 'not-found') {
        log.debug('the camera does not tell how it is');
        return;
      }
      if (!isGone()) log.info({ err }, 'the camera could not be cared for; it is tried again');
    }
    await pause(parts.clock, signal);
  }
}

/** Everybody who wants to know. */
export function tell(
  told: ToldCondition,
  { messages, onCondition }: Pick<CareParts, 'messages' | 'onCondition'>,
): void {
  const { bay, device, condition } = told;
  const { battery, freeBytes, officer, diagnosis } = condition;
  messages.showCamera({
    bay,
    camera: device,
    batteryPercent: battery?.percent,
    freeBytes,
    officer: officer && { number: officer.number, name: officer.name ?? officer.number },
    ...(diagnosis && { diagnosis: { at: diagnosis.at, result: diagnosis.result } }),
  });
  onCondition(told);
}

/** Gives the hash of a policy that it would not take. */
async function handPolicy(
  { camera, device, signal }: DockedCamera,
  { policy: has }: CameraCondition,
  refused: string | undefined,
  { policies }: CareParts,
  log: Log,
): Promise<string | undefined> {
  const policy = await policies?.current();
  if (policy === undefined || policy.hash === refused || policy.hash === has.sha256) return undefined;
  if (policy.version < has.version || (policy.version === has.version && has.sha256 !== undefined))
    return undefined;
  const { version, hash, delivery } = policy;
  const told = { policy: hash, version };
  try {
    const { ok, code, message } = await camera.handPolicy(device, delivery, within(signal));
    log[ok ? 'info' : 'warn']({ ...told, code }, `the policy was handed over: ${message.en}`);
    return ok ? undefined : hash;
  } catch (error) {
    if (!(error instanceof PeerRefusal)) throw error;
    log.warn({ ...told, err: error }, 'the camera refuses the policy');
    return hash;
  }
}

function within(signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(MAX_MS)]);
}

async function pause(clock: Clock, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const wake = (): void => {
      timer.cancel();
      signal.removeEventListener('abort', wake);
      resolve();
    };
    const timer = clock.after(EVERY_MS, wake);
    signal.addEventListener('abort', wake);
  });
}
