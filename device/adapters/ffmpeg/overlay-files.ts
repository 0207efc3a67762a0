import { accessSync, constants, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { overlayLine, timeLine } from '../../core/burned-in.ts';
import type { Overlay } from '../../ports/capture.ts';

/** A clock is corrected in the picture when it is off by so much. */
const LEAST_CORRECTION_MS = 20;

const PREFIX = 'mingjing-overlay-';

/**
 * What ffmpeg burns into the picture, in two files in memory (tmpfs) that only we can read. A file is replaced by rename,
 * so that ffmpeg never reads half a line. INVARIANT: they never lie on a disk, where they would outlive the camera.
 */
export class OverlayFiles {
  readonly #device: string;
  readonly #directory: string;
  readonly #onExit = (): void => this.remove();
  readonly timeFile: string;
  readonly linesFile: string;
  #offsetMs: number;

  /** Undefined: there is no memory to put them in. Footage without a line is better than none. */
  static make(
    device: string,
    offsetMs: number,
    lines: Overlay,
    candidates = memoryDirectories(),
  ): OverlayFiles | undefined {
    const memory = candidates.find(isWritable);
    if (memory === undefined) return undefined;
    try {
      return new OverlayFiles(device, offsetMs, lines, memory);
    } catch {
      return undefined;
    }
  }

  private constructor(device: string, offsetMs: number, lines: Overlay, memory: string) {
    this.#device = device;
    this.#offsetMs = offsetMs;
    sweep(memory);
    this.#directory = mkdtempSync(join(memory, `${PREFIX}${process.pid}-`));
    this.timeFile = join(this.#directory, 'time');
    this.linesFile = join(this.#directory, 'lines');
    process.once('exit', this.#onExit);
    try {
      this.#replace(this.timeFile, timeLine(device, offsetMs));
      this.#replace(this.linesFile, overlayLine(lines));
    } catch (error) {
      this.remove();
      throw error;
    }
  }

  /** Never throws: footage without a line is better than none. */
  show(lines: Overlay): void {
    this.#try(this.linesFile, overlayLine(lines));
  }

  /** How far the time of a picture within ffmpeg lies behind the camera's clock. */
  correct(offsetMs: number): void {
    if (Math.abs(offsetMs - this.#offsetMs) < LEAST_CORRECTION_MS) return;
    this.#offsetMs = offsetMs;
    this.#try(this.timeFile, timeLine(this.#device, offsetMs));
  }

  remove(): void {
    process.off('exit', this.#onExit);
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #try(path: string, text: string): void {
    try {
      this.#replace(path, text);
    } catch {
      // what stood there stays
    }
  }

  #replace(path: string, text: string): void {
    writeFileSync(`${path}.new`, text, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }
}

/** Whoever was killed could not take its files along. */
function sweep(memory: string): void {
  for (const name of readdirSync(memory)) {
    const pid = /^mingjing-overlay-(\d+)-/.exec(name)?.[1];
    if (pid === undefined || lives(Number(pid))) continue;
    try {
      rmSync(join(memory, name), { recursive: true, force: true });
    } catch {
      // somebody else's
    }
  }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}

/** systemd's RuntimeDirectory and /dev/shm are in memory. */
function memoryDirectories(): string[] {
  const [given] = (process.env['RUNTIME_DIRECTORY'] ?? '').split(':');
  return [...(given === undefined || given === '' ? [] : [given]), '/dev/shm'];
}

function isWritable(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
