import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Linux counts processor time in hundredths of a second (USER_HZ). */
const TICKS_PER_SECOND = 100;

/** Cameras started from now on have the environment of device/deploy/mingjing-camera.service. Call what it gives in the end. */
export function runAsTheServiceDoes(): () => void {
  const cache = mkdtempSync(join(tmpdir(), 'mingjing-compiled-'));
  process.env['NODE_COMPILE_CACHE'] = cache;
  process.env['NODE_OPTIONS'] = '--max-semi-space-size=1';
  process.env['MALLOC_ARENA_MAX'] = '1';
  process.env['MALLOC_TRIM_THRESHOLD_'] = '131072';
  return () => rmSync(cache, { recursive: true, force: true });
}

/** User and system time of a process so far; undefined when it is gone. */
export function cpuSeconds(pid: number | undefined): number | undefined {
  try {
    const fields =
      readFileSync(`/proc/${pid ?? 0}/stat`, 'latin1')
        .split(') ')[1]
        ?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  } catch {
    return undefined;
  }
}

/** The most resident memory it ever had, bytes. */
export function peakMemory(pid: number): number {
  return statusBytes(pid, 'VmHWM');
}

/** Resident memory now, bytes. */
export function memory(pid: number): number {
  return statusBytes(pid, 'VmRSS');
}

function statusBytes(pid: number, field: string): number {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? NaN) * 1024;
}

export function say(title: string, note: string, rows: readonly (readonly [string, number, string])[]): void {
  console.log(`\n${title} (${note})`);
  for (const [name, value, unit] of rows)
    console.log(`  ${name.padEnd(50)} ${value.toFixed(value < 10 ? 2 : 1).padStart(9)} ${unit}`);
}
