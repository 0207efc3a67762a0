import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { open, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';

const PIECE_BYTES = 1024 * 1024;
const PIECES = 32;
const SYNCS = 200;
const SYNC_BYTES = 4096;
/** A dying card is not waited for. */
const TIME_LIMIT_MS = 20_000;
const PROBE = 'diagnosis-probe';

export interface StorageFigures {
  readonly freeBytes: number;
  /** Undefined: nothing could be written. */
  readonly bytesPerSecond?: number;
  /** Of `fdatasync` after 4 KiB, milliseconds. */
  readonly syncs: readonly number[];
  /** Where the card tells: 0 new, 100 worn out. */
  readonly wearPercent?: number;
}

/** Writes 32 MiB and syncs it, then 200 small pieces, each synced; leaves nothing behind. Never rejects. */
export async function probeStorage(directory: string): Promise<StorageFigures> {
  const { bavail, bsize } = await statfs(directory).catch(() => ({ bavail: 0, bsize: 0 }));
  const wearPercent = wearOf();
  const told = { freeBytes: bavail * bsize, ...(wearPercent === undefined ? {} : { wearPercent }) };
  const path = join(directory, PROBE);
  const syncs: number[] = [];
  try {
    const file = await open(path, 'w', 0o600);
    try {
      const deadline = performance.now() + TIME_LIMIT_MS;
      const piece = randomBytes(PIECE_BYTES);
      const began = performance.now();
      let written = 0;
      for (let n = 0; n < PIECES && performance.now() < deadline; n += 1) {
        await file.write(piece);
        await file.datasync();
        written += PIECE_BYTES;
      }
      const bytesPerSecond = (written / (performance.now() - began)) * 1000;
      for (let n = 0; n < SYNCS && performance.now() < deadline; n += 1) {
        const before = performance.now();
        await file.write(piece, 0, SYNC_BYTES, n * SYNC_BYTES);
        await file.datasync();
        syncs.push(performance.now() - before);
      }
      return { ...told, bytesPerSecond, syncs };
    } finally {
      await file.close();
      await rm(path, { force: true });
    }
  } catch {
    return { ...told, syncs };
  }
}

/** eMMC tells its wear in steps of ten per cent (JESD84-B51, DEVICE_LIFE_TIME_EST); SD cards do not. */
function wearOf(root = '/sys/block'): number | undefined {
  try {
    const steps = readdirSync(root)
      .filter((name) => /^mmcblk[0-9]+$/.test(name))
      .flatMap((name) => readSteps(join(root, name, 'device/life_time')));
    return steps.length === 0 ? undefined : Math.min(100, Math.max(...steps) * 10);
  } catch {
    return undefined;
  }
}

function readSteps(path: string): number[] {
  try {
    return readFileSync(path, 'latin1')
      .trim()
      .split(/\s+/)
      .map((step) => Number.parseInt(step, 16))
      .filter((step) => step >= 1 && step <= 11);
  } catch {
    return [];
  }
}
