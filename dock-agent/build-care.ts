import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { HttpsArchive, writeDurably, type Log, type TlsIdentity } from '@mingjing/runtime';
import { PolicyDirectory } from './adapters/policy-directory.ts';
import type { DockConfig } from './config.ts';
import type { Trust } from './core/check-camera.ts';
import type { Clock } from './ports/clock.ts';
import type { Messages } from './ports/messages.ts';
import { careFor, type CareParts, type DockedCamera } from './shell/care.ts';
import { PolicyFetcher } from './shell/policy-fetcher.ts';

interface CareWorld {
  readonly identity: TlsIdentity;
  readonly trust: Trust;
  readonly messages: Messages;
  readonly onCondition: CareParts['onCondition'];
  readonly clock: Clock;
  readonly log: Log;
}

export interface Care {
  /** For each camera that is docked. */
  readonly care: (docked: DockedCamera) => Promise<void>;
  start(): void;
  stop(): Promise<void>;
}

/** What the archive handed out last lies here, beside what people put there. */
const FETCHED = 'from-archive.json';

export function buildCare({ care, archive }: DockConfig, world: CareWorld): Care {
  const { identity, trust, clock, log } = world;
  const directory = care?.policyDirectory;
  if (directory === undefined) {
    const parts: CareParts = { ...world, policies: undefined };
    return {
      care: (docked) => careFor(docked, parts),
      start: () => undefined,
      stop: () => Promise.resolve(),
    };
  }
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const policies = new PolicyDirectory(directory, trust, clock, log);
  const line = new HttpsArchive(archive, identity);
  const fetcher = new PolicyFetcher({
    ask: (signal) => line.policy(signal),
    keep: (delivery) => writeDurably(join(directory, FETCHED), JSON.stringify(delivery)),
    ...{ policies, trust, clock, log },
  });
  const parts: CareParts = { ...world, policies };
  return {
    care: (docked) => careFor(docked, parts),
    start: () => fetcher.start(),
    stop: async () => {
      await fetcher.stop();
      line.close();
    },
  };
}
