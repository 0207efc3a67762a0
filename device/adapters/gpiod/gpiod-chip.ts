import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DeviceError } from '../../core/errors.ts';
import {
  chipNameOf,
  gpiodMajorOf,
  gpioinfoArguments,
  offsetOf,
  type GpiodMajor,
  type LineName,
  type LineOptions,
} from '../../core/gpiod.ts';

const run = promisify(execFile);
const LOOK_MS = 5_000;
const MAX_LOOK_BYTES = 256 * 1024;
const GONE_MS = 1_000;

export interface GpiodChipSettings extends LineOptions {
  /** Name, number, path or label. */
  readonly chip: string;
  /** Where the tools are, if not on the PATH. */
  readonly tools?: string;
}

/** A chip as it was found. */
export interface OpenChip {
  readonly major: GpiodMajor;
  readonly name: string;
  readonly offsets: ReadonlyMap<string, number>;
}

/** Finds a chip and its lines by the tools of libgpiod, whichever version there is, and starts them. */
export class GpiodChip {
  readonly options: LineOptions;
  readonly #settings: GpiodChipSettings;
  readonly #lines: Readonly<Record<string, LineName>>;
  #found: Promise<OpenChip> | undefined;
  #tether: Promise<readonly string[]> | undefined;

  constructor(settings: GpiodChipSettings, lines: Readonly<Record<string, LineName>>) {
    const { activeLow, bias } = settings;
    this.options = {
      ...(activeLow === undefined ? {} : { activeLow }),
      ...(bias === undefined ? {} : { bias }),
    };
    this.#settings = settings;
    this.#lines = lines;
  }

  /** Remembered until `forget`. `code` 'bad-gpio': tools, chip or line are not there. */
  find(): Promise<OpenChip> {
    if (this.#found !== undefined) return this.#found;
    const found = this.#look();
    this.#found = found;
    found.catch(() => this.forget());
    return found;
  }

  forget(): void {
    this.#found = undefined;
  }

  /**
   * A tool that is killed with the camera, however the camera ends: else it would hold the lines, and the camera that
   * is started next could not have them.
   */
  async start(tool: 'gpiomon' | 'gpioset', args: readonly string[]): Promise<ChildProcess> {
    this.#tether ??= tether();
    const [command = '', ...rest] = [...(await this.#tether), this.#path(tool), ...args];
    return spawn(command, rest, { stdio: ['pipe', tool === 'gpiomon' ? 'pipe' : 'ignore', 'pipe'] });
  }

  async #look(): Promise<OpenChip> {
    const { chip } = this.#settings;
    const version = await this.#ask('gpiomon', ['--version']);
    const major = gpiodMajorOf(version);
    if (major === undefined) throw bad(`gpiomon is of an unknown version: ${version.slice(0, 100)}`);
    const name = chipNameOf(chip, await this.#ask('gpiodetect', []));
    if (name === undefined) throw bad(`there is no GPIO chip ${chip}`);
    const info = await this.#ask('gpioinfo', gpioinfoArguments(major, name));
    const offsets = new Map<string, number>();
    for (const [use, line] of Object.entries(this.#lines)) {
      const offset = offsetOf(line, info);
      if (offset === undefined) throw bad(`${name} has no line ${line} (${use})`);
      offsets.set(use, offset);
    }
    return { major, name, offsets };
  }

  async #ask(tool: string, args: readonly string[]): Promise<string> {
    try {
      const limits = { timeout: LOOK_MS, killSignal: 'SIGKILL', maxBuffer: MAX_LOOK_BYTES } as const;
      return (await run(this.#path(tool), [...args], limits)).stdout;
    } catch (cause) {
      const why = cause instanceof Error ? cause.message.trim().slice(0, 300) : 'unknown';
      throw bad(`${tool} failed: ${why}`, cause);
    }
  }

  #path(tool: string): string {
    const { tools } = this.#settings;
    return tools === undefined ? tool : join(tools, tool);
  }
}

function bad(message: string, cause?: unknown): DeviceError {
  return new DeviceError('bad-gpio', message, { cause });
}

/** util-linux has a word for it; where it does not know that word, systemd's control group clears up. */
async function tether(): Promise<readonly string[]> {
  const words = ['setpriv', '--pdeathsig', 'KILL', '--'];
  try {
    await run('setpriv', [...words.slice(1), 'true'], { timeout: LOOK_MS, killSignal: 'SIGKILL' });
    return words;
  } catch {
    return [];
  }
}

/** Resolves when it has left: with why, if it says so. */
export async function ended(child: ChildProcess): Promise<string> {
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-500);
  });
  child.stdin?.on('error', () => undefined);
  return await new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => {
      resolve(said.trim().split('\n').at(-1) || `it left (${signal ?? `status ${code ?? 'unknown'}`})`);
    });
  });
}

/** Asks it to leave, and makes it. */
export function dismiss(child: ChildProcess): void {
  child.stdin?.end();
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), GONE_MS);
  child.once('close', () => clearTimeout(timer));
}
