import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeDurably, type Log } from '@mingjing/runtime';
import { KioskServer } from './adapters/kiosk/kiosk-server.ts';
import { isPassphrase, readPassphraseFile } from './adapters/kiosk/passphrase.ts';
import type { DockConfig } from './config.ts';
import type { Clock } from './ports/clock.ts';
import type { IssueDesk } from './ports/issue-desk.ts';
import type { Messages } from './ports/messages.ts';
import type { OutboxUsage } from './ports/outbox-store.ts';
import type { Presence } from './ports/presence.ts';
import { BaySwitch } from './shell/bay-switch.ts';
import type { RecentLog } from './shell/recent-log.ts';
import { Service } from './shell/service.ts';
import { StationFeed } from './shell/station-feed.ts';

export interface KioskSources {
  readonly outbox?: () => OutboxUsage;
  /** undefined: the archive was not asked yet. */
  readonly uplinkUp: () => boolean | undefined;
  readonly desk?: IssueDesk | undefined;
  /** A technician switched a bay. */
  readonly onSwitched?: (bay: number, on: boolean) => void;
}

export interface Kiosk {
  /** What the dock tells goes on to `told`, and onto the page. */
  beside(told: Messages): Messages;
  /** A bay's contact, so that a technician may switch the bay off. */
  presence(bay: number, contact: Presence): Presence;
  /** Gives the address of the page; undefined: it cannot be had, which is in the log. */
  start(sources: KioskSources): Promise<string | undefined>;
  stop(): Promise<void>;
}

/** undefined: not configured. */
export function buildKiosk(
  config: DockConfig,
  name: string,
  clock: Clock,
  recent: RecentLog,
  log: Log,
): Kiosk | undefined {
  const { kiosk, bays, stateDirectory, outbox } = config;
  if (kiosk === undefined) return undefined;
  const feed = new StationFeed(
    bays.map(({ bay }) => bay),
    clock,
  );
  const isRight = passphraseOf(kiosk.technicianFile, log);
  const path = join(stateDirectory, 'bays-off.json');
  // Also where no technician can sign in now: whoever switched one off may have had a reason that is hot.
  const off = readOff(path, log);
  const switches = new Map<number, BaySwitch>();
  let server: KioskServer | undefined;
  return {
    beside: (told) => feed.beside(told),
    presence: (bay, contact) => {
      const made = new BaySwitch(contact, !off.has(bay));
      switches.set(bay, made);
      if (!made.on) feed.learn({ type: 'switched', bay, on: false });
      return made;
    },
    start: async ({ outbox: usage, uplinkUp, desk, onSwitched }) => {
      for (const bay of off) onSwitched?.(bay, false);
      const service = new Service({
        switches,
        recent,
        keep: (list) => writeDurably(path, JSON.stringify(list)),
        onSwitched: (bay, on) => {
          feed.learn({ type: 'switched', bay, on });
          onSwitched?.(bay, on);
        },
        log,
      });
      const maxBytes = outbox?.maxBytes ?? 0;
      feed.start({
        storage: () => (usage === undefined ? undefined : { ...usage(), maxBytes }),
        uplinkUp,
      });
      server = new KioskServer({
        name,
        station: feed,
        desk,
        service: isRight && { desk: service, isRight },
        clock,
        log,
      });
      // A port that somebody else has is no reason to stop moving footage.
      try {
        const url = await server.listen(kiosk.port, kiosk.host ?? '127.0.0.1');
        log.info({ url }, 'the kiosk’s page');
        return url;
      } catch (err) {
        log.error({ err, port: kiosk.port }, 'no kiosk: the port could not be opened');
        return undefined;
      }
    },
    stop: async () => {
      feed.stop();
      await server?.close();
    },
  };
}

/** A file that is no good is no service page, and no reason to stop moving footage. */
function passphraseOf(
  path: string | undefined,
  log: Log,
): ((passphrase: string) => Promise<boolean>) | undefined {
  if (path === undefined) return undefined;
  try {
    const hashed = readPassphraseFile(path);
    return (passphrase) => isPassphrase(passphrase, hashed);
  } catch (err) {
    log.error({ err, path }, 'no service page: the technician’s file is no good');
    return undefined;
  }
}

function readOff(path: string, log: Log): Set<number> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return new Set(); // nobody switched any off
  }
  try {
    const read: unknown = JSON.parse(text);
    if (Array.isArray(read)) return new Set(read.filter((bay) => Number.isInteger(bay)) as number[]);
  } catch {
    // said below
  }
  log.error({ path }, 'which bays are off cannot be read: all are on');
  return new Set();
}
