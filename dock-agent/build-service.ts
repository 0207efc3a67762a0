import { SystemdWatchdog, type Log } from '@mingjing/runtime';

const PET_MS = 1_000;

/** What the service manager hears, where one started this process: that it is ready, and that its main loop lives. */
export function buildService(log: Log): { ready(): void; stop(): Promise<void> } {
  const systemd = SystemdWatchdog.fromEnvironment(log.child({ line: 'watchdog' }));
  let timer: NodeJS.Timeout | undefined;
  return {
    ready: () => {
      systemd?.ready();
      if (systemd !== undefined) timer = setInterval(() => systemd.pet(), PET_MS);
    },
    stop: async () => {
      clearInterval(timer);
      await systemd?.close();
    },
  };
}
