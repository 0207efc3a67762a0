import type { ArchiveLink } from '@mingjing/protocol';
import type { Log } from '@mingjing/runtime';
import { DiskOutbox } from './adapters/disk-outbox/disk-outbox.ts';
import type { DockConfig } from './config.ts';
import type { Trust } from './core/check-camera.ts';
import type { Clock } from './ports/clock.ts';
import type { Messages } from './ports/messages.ts';
import type { OutboxUsage } from './ports/outbox-store.ts';
import { CachingArchive } from './shell/caching-archive.ts';
import { DockAlarms } from './shell/dock-alarms.ts';
import { Forwarder } from './shell/forwarder.ts';
import { Uplink } from './shell/uplink.ts';

export interface Outbox {
  /** A bay's line, by way of the outbox. */
  through(archive: ArchiveLink): ArchiveLink;
  usage(): OutboxUsage;
  readonly up: boolean;
  start(): void;
  stop(): Promise<void>;
}

interface OutboxWorld {
  /** A line of its own, for the forwarder. */
  readonly archive: () => ArchiveLink;
  readonly messages: Messages;
  readonly clock: Clock;
  readonly trust: Trust;
  readonly log: Log;
  readonly onForwarded: (camera: string) => void;
}

/**
 * undefined: the agency does not allow it, or has not said so; then the bays speak with the archive alone. So they do, with
 * an alarm, when the disk is broken: that is no reason to stop moving footage.
 */
export function buildOutbox(config: DockConfig['outbox'], world: OutboxWorld): Outbox | undefined {
  if (config === undefined) return undefined;
  const { messages, clock, trust, log } = world;
  const alarms = new DockAlarms(messages);
  const damaged = (what: string): void => {
    alarms.raise('outbox-damaged', what, { camera: undefined, severity: 'critical', detail: what });
  };
  const store = openStore(config, damaged, log);
  if (store === undefined) return undefined;
  const uplink = new Uplink(clock);
  const common = { store, uplink, alarms, trust, clock, log };
  const forwarder = new Forwarder({
    ...common,
    archive: world.archive(),
    onComplete: ({ device }) => world.onForwarded(device),
    random: Math.random,
  });
  return {
    through: (archive) => new CachingArchive({ ...common, archive }),
    usage: () => store.usage(),
    get up() {
      return uplink.up;
    },
    start: () => forwarder.start(),
    stop: async () => {
      await forwarder.stop();
      store.close();
    },
  };
}

function openStore(
  config: NonNullable<DockConfig['outbox']>,
  damaged: (what: string) => void,
  log: Log,
): DiskOutbox | undefined {
  try {
    return new DiskOutbox({ ...config, onDamaged: damaged });
  } catch (err) {
    log.error({ err, directory: config.directory }, 'the outbox cannot be opened');
    damaged(
      `the outbox in ${config.directory} cannot be opened; nothing is kept in it until the dock starts anew`,
    );
    return undefined;
  }
}
