import type { Certificate } from '@mingjing/protocol';
import { SystemdWatchdog, type Log } from '@mingjing/runtime';
import { DeviceWatchdog } from './adapters/device-watchdog.ts';
import { DisciplinedClock } from './adapters/disciplined-clock.ts';
import { GpsdGps } from './adapters/gpsd-gps.ts';
import { NmeaGps } from './adapters/nmea-gps.ts';
import { NoPosition } from './adapters/no-position.ts';
import { SysfsPower } from './adapters/sysfs-power.ts';
import { SystemTime } from './adapters/system-time.ts';
import { Watchdogs } from './adapters/watchdogs.ts';
import type { CameraConfig } from './config.ts';
import { boundsOf, DRIFT_PPM, MAX_LEAD_MS } from './core/clock-discipline.ts';
import type { Clock } from './ports/clock.ts';
import type { PositionSource } from './ports/position-source.ts';
import type { Power } from './ports/power.ts';
import type { Watchdog } from './ports/watchdog.ts';

export function clockOf(
  { clock }: Pick<CameraConfig, 'clock'>,
  certificate: Certificate,
  system: Clock,
  log: Log,
): DisciplinedClock {
  const disciplined = new DisciplinedClock(system, {
    driftPpm: clock?.driftPpm ?? DRIFT_PPM,
    maxLeadMs: clock?.maxLeadHours === undefined ? MAX_LEAD_MS : clock.maxLeadHours * 3_600_000,
    ...boundsOf(certificate.notBefore, certificate.notAfter),
  });
  // It lives as long as the process, and does not keep it alive.
  if (clock?.setSystemClock === true) new SystemTime(disciplined, log.child({ line: 'system time' }));
  return disciplined;
}

export function positionOf({ gps }: Pick<CameraConfig, 'gps'>, clock: Clock, log: Log): PositionSource {
  switch (gps?.kind) {
    case undefined:
      return new NoPosition();
    case 'nmea':
      return new NmeaGps(gps, clock, log.child({ line: 'gps' }));
    case 'gpsd':
      return new GpsdGps(gps, clock, log.child({ line: 'gps' }));
    default:
      return gps satisfies never;
  }
}

export function powerOf({ power }: Pick<CameraConfig, 'power'>): Power | undefined {
  return power === undefined ? undefined : new SysfsPower(power.directory);
}

/** systemd is told whenever it is what started this process: without READY=1 it would think that the start failed. */
export function watchdogOf({ watchdog }: Pick<CameraConfig, 'watchdog'>, log: Log): Watchdog {
  const own = log.child({ line: 'watchdog' });
  const systemd = SystemdWatchdog.fromEnvironment(own);
  return new Watchdogs([
    ...(systemd === undefined ? [] : [systemd]),
    ...(watchdog === undefined ? [] : [new DeviceWatchdog(watchdog.device, own)]),
  ]);
}
