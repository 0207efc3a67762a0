import { join } from 'node:path';
import { signAssignment } from '@mingjing/protocol';
import { loadEvidenceIdentity, type Log } from '@mingjing/runtime';
import { RosterFileSource } from './adapters/roster-file.ts';
import { scryptPin } from './adapters/scrypt-pin.ts';
import { SqliteIssueStore } from './adapters/sqlite-issue-store.ts';
import type { DockConfig } from './config.ts';
import type { Trust } from './core/check-camera.ts';
import type { CameraLink } from './ports/camera-link.ts';
import type { Clock } from './ports/clock.ts';
import type { IssueDesk } from './ports/issue-desk.ts';
import type { Messages } from './ports/messages.ts';
import { tell, type ToldCondition } from './shell/care.ts';
import { DockIssueDesk } from './shell/issue-desk.ts';

interface DeskWorld {
  readonly openCamera: (bay: number) => CameraLink;
  readonly messages: Messages;
  readonly trust: Trust;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Desk {
  readonly desk: IssueDesk;
  /** The same, followed on the way: the desk must know which camera is where. */
  readonly messages: Messages;
  /** What a camera says of itself. Never throws. */
  learn(told: ToldCondition): void;
  stop(): Promise<void>;
}

const LIMITS = { batteryPercent: 80, freeBytes: 8_000_000_000 };

/** undefined: not configured; cameras are handed out by other means. `code` 'bad-identity': the dock has no evidence key. */
export function buildDesk(config: DockConfig, world: DeskWorld): Desk | undefined {
  if (config.desk === undefined) return undefined;
  const { roster: path, minBatteryPercent, minFreeBytes } = config.desk;
  const { trust, clock, log, messages, openCamera } = world;
  const { certificate, signer, chain } = loadEvidenceIdentity(config.identityDirectory, 'dock');
  const file = join(config.stateDirectory, 'desk.sqlite');
  const store = new SqliteIssueStore(file, (err) =>
    log.error({ err, file }, 'PINs and ledger were damaged: they are put aside, and others begun'),
  );
  const desk = new DockIssueDesk({
    ...{ store, openCamera, clock, log },
    roster: new RosterFileSource({ path, trust, clock, versions: store, log }),
    pins: scryptPin,
    sign: (assignment) => {
      const { note, hash } = signAssignment(certificate.name.id, assignment, signer);
      return { delivery: { note, evidence: [...chain] }, hash };
    },
    tell: (told) => tell(told, { messages, onCondition: learn }),
    limits: {
      batteryPercent: minBatteryPercent ?? LIMITS.batteryPercent,
      freeBytes: minFreeBytes ?? LIMITS.freeBytes,
    },
  });
  function learn(told: ToldCondition): void {
    desk.learn(told);
  }
  return {
    desk,
    learn,
    messages: {
      showBay: (bay, state, camera) => {
        desk.board.showBay(bay, state, camera);
        messages.showBay(bay, state, camera);
      },
      progress: (progress) => messages.progress(progress),
      alarm: (alarm) => messages.alarm(alarm),
      showCharge: (charge) => messages.showCharge(charge),
      showCamera: (facts) => messages.showCamera(facts),
      close: () => messages.close(),
    },
    stop: async () => {
      await desk.close();
      store.close();
    },
  };
}
