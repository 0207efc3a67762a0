import { loadTlsIdentity, type EvidenceIdentity } from '@mingjing/runtime';
import { Ballast } from './adapters/ballast.ts';
import { HttpsDocking } from './adapters/https-docking/https-docking.ts';
import { MdnsBeacon } from './adapters/mdns-beacon.ts';
import { openFieldLine } from './build-field-line.ts';
import { openMedium } from './build-ports.ts';
import { settingsOf } from './camera-settings.ts';
import type { CameraConfig } from './config.ts';
import type { Journal } from './ports/journal.ts';
import { Alarms } from './shell/alarms.ts';
import { Camera } from './shell/camera.ts';
import type { CameraBody, CameraLife, CameraPorts, CameraSettings } from './shell/camera-ports.ts';
import { announced } from './shell/announced-docking.ts';
import { CareDesk } from './shell/care-desk.ts';
import { CameraDesk } from './shell/docking-desk.ts';
import type { HeadKeeper } from './shell/head-keeper.ts';
import { Timekeeper } from './shell/timekeeper.ts';

const BALLAST_CHECK_MS = 60_000;

/** The camera on a medium that could be opened. */
export interface Session {
  readonly camera: Camera;
  readonly timekeeper: Timekeeper;
  readonly docking: number;
  /** Never rejects: what cannot be closed is let go of. */
  end(reason: string): Promise<void>;
}

/**
 * Opens the medium and starts the camera on it. Whatever was opened is closed again when this rejects. `isFirst`: no medium
 * was opened before in this process.
 */
export async function openSession(
  config: CameraConfig,
  evidence: EvidenceIdentity,
  body: CameraBody,
  life: CameraLife,
  heads: HeadKeeper,
  isFirst: boolean,
): Promise<Session> {
  const { log } = body;
  const ballast = new Ballast(config.stateDirectory);
  if (ballast.releaseIfFull())
    log.warn('the disk is full: the ballast is given up, so that the camera can be docked');
  const medium = await openMedium(config, evidence, body.clock, log);
  const ports: CameraPorts = { ...body, ...medium };
  const { last } = medium.journal;
  if (isFirst && last !== undefined) body.clock.holdTo(last.at);
  const closeMedium = async (): Promise<void> => {
    await medium.messages.close();
    medium.journal.close();
  };
  try {
    const missing = heads.missingIn(medium.journal);
    const doubts: string[] = [];
    const doubt = (detail: string): void => void doubts.push(detail);
    const settings = await settingsOf(config, evidence, { ...ports, doubt });
    life.policyApplied(settings.recorder.policy);
    const alarms = new Alarms(ports);
    const identity = loadTlsIdentity(config.identityDirectory, 'camera');
    const timekeeper = new Timekeeper(body.clock, alarms, log);
    const care = new CareDesk({ ports, settings, alarms, hands: () => camera });
    const desk = new CameraDesk(ports, settings, alarms, timekeeper, care);
    const line = await HttpsDocking.create(config.docking, identity, desk, log.child({ line: 'docking' }));
    const { announce } = config.docking;
    const link =
      announce === undefined
        ? line
        : announced(line, new MdnsBeacon(identity.certificate.name.id, { interface: announce }));
    const camera = new Camera(ports, settings, link, alarms, life);
    await camera.start();
    if (missing !== undefined)
      alarms.raise(
        'journal-rolled-back',
        'critical',
        `${missing.size} entries were there, root ${missing.root}`,
      );
    for (const detail of doubts) alarms.raise('bad-policy', 'critical', detail);
    affirmPolicy(medium.journal, settings);
    timekeeper.begin((step) => camera.clockStepped(step));
    const field = openFieldLine(config, {
      ...{ identity, ports, settings, desk, camera, alarms },
      locate: () => life.locate?.(),
    });
    const unfollow = heads.follow(medium.journal, camera);
    void ballast.restore();
    const timer = setInterval(() => void ballast.restore(), BALLAST_CHECK_MS).unref();
    const end = async (reason: string): Promise<void> => {
      clearInterval(timer);
      timekeeper.end();
      for (const close of [
        () => field.stop(),
        () => camera.shutDown(reason),
        () => Promise.resolve().then(unfollow),
        closeMedium,
      ])
        await close().catch((err: unknown) => log.error({ err }, 'not all could be closed in order'));
    };
    return { camera, timekeeper, docking: link.port, end };
  } catch (error) {
    await closeMedium().catch((err: unknown) => log.error({ err }, 'the medium could not be closed'));
    throw error;
  }
}

/** At each start, as who has the camera: the entry that bears out what is kept is never among those that are dropped. */
function affirmPolicy(journal: Journal, { recorder }: CameraSettings): void {
  const { policy, policySha256 } = recorder;
  if (policySha256 === undefined) return;
  journal.append({ type: 'policy-applied', policy: policySha256, version: policy.version });
}
