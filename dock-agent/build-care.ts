import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { HttpsArchive, writeDurably, type Log, type TlsIdentity } from '@mingjing/runtime';
import { ForkFiles } from './adapters/fork-files.ts';
import { HttpsLog } from './adapters/https-log.ts';
import { PolicyDirectory } from './adapters/policy-directory.ts';
import type { DockConfig } from './config.ts';
import type { Trust } from './core/check-camera.ts';
import type { CheckpointSource } from './ports/checkpoint-source.ts';
import type { Clock } from './ports/clock.ts';
import type { Messages } from './ports/messages.ts';
import type { PolicySource } from './ports/policy-source.ts';
import type { AnchoringParts } from './shell/anchoring.ts';
import { careFor, type CareParts, type DockedCamera } from './shell/care.ts';
import { CheckpointFetcher } from './shell/checkpoint-fetcher.ts';
import { DockAlarms } from './shell/dock-alarms.ts';
import { keptAt } from './shell/fork-proof.ts';
import { PolicyFetcher } from './shell/policy-fetcher.ts';

interface CareWorld {
  readonly identity: TlsIdentity;
  readonly trust: Trust;
  readonly messages: Messages;
  readonly onCondition: CareParts['onCondition'];
  /** Where this dock is a witness, its word goes to cameras; absent: the archive is asked. */
  readonly witness: CheckpointSource | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

interface Running {
  start(): void;
  stop(): Promise<void>;
}

export interface Care extends Running {
  /** For each camera that is docked. */
  readonly care: (docked: DockedCamera) => Promise<void>;
}

/** What the archive handed out last lies here, beside what people put there. */
const FETCHED = 'from-archive.json';

export function buildCare(config: DockConfig, world: CareWorld): Care {
  const policies = buildPolicies(config, world);
  const fetched = world.witness === undefined ? buildCheckpoints(config, world) : undefined;
  const checkpoints = world.witness ?? fetched ?? { latest: () => undefined };
  const parts: CareParts = { ...world, policies, anchoring: { checkpoints, ...buildForks(config, world) } };
  return {
    care: (docked) => careFor(docked, parts),
    start: () => {
      policies?.start();
      fetched?.start();
    },
    stop: async () => {
      await Promise.all([policies?.stop(), fetched?.stop()]);
    },
  };
}

/** undefined: no policy is handed over. */
function buildPolicies(
  { care, archive }: DockConfig,
  world: CareWorld,
): (PolicySource & Running) | undefined {
  const { identity, trust, clock, log } = world;
  const directory = care?.policyDirectory;
  if (directory === undefined) return undefined;
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (err) {
    // No reason to stop moving footage.
    log.error({ err, directory }, 'no policy is handed over: the directory cannot be made');
  }
  const policies = new PolicyDirectory(directory, trust, clock, log);
  const line = new HttpsArchive(archive, identity);
  const fetcher = new PolicyFetcher({
    ask: (signal) => line.policy(signal),
    keep: (delivery) => writeDurably(join(directory, FETCHED), JSON.stringify(delivery)),
    ...{ policies, trust, clock, log },
  });
  return {
    current: () => policies.current(),
    start: () => fetcher.start(),
    stop: async () => {
      await fetcher.stop();
      line.close();
    },
  };
}

function buildCheckpoints({ archive }: DockConfig, world: CareWorld): CheckpointSource & Running {
  const { identity, trust, clock, log } = world;
  const line = new HttpsLog(archive, identity);
  const fetcher = new CheckpointFetcher({ ask: (signal) => line.latest(signal), trust, clock, log });
  return {
    latest: () => fetcher.latest(),
    start: () => fetcher.start(),
    stop: async () => {
      await fetcher.stop();
      line.close();
    },
  };
}

/** What a camera says of an archive's log that is not the one its journal names. */
function buildForks(
  { stateDirectory }: DockConfig,
  { messages, log }: CareWorld,
): Pick<AnchoringParts, 'onFork' | 'onAnchored'> {
  const alarms = new DockAlarms(messages);
  const forks = new ForkFiles(join(stateDirectory, 'forks'));
  return {
    onAnchored: (device) => alarms.clear('archive-forked', device),
    onFork: (device, { origin, delivery }, why) => {
      const held = `The journal of camera ${device} names another root: ${why}\n`;
      const place = keptAt(() => forks.keep({ held, offered: delivery.note }), log);
      const detail = `${origin}: the journal of camera ${device} names another root. What was offered: ${place}. Look into the archive; what is docked goes on`;
      alarms.raise('archive-forked', device, { camera: device, severity: 'critical', detail });
    },
  };
}
