/**
 * The command line tools of libgpiod, whose syntax changed from version 1 (Debian 12: 1.6) to 2 (Debian 13: 2.2).
 * Sources: gpiomon(1), gpioset(1), gpioinfo(1), gpiodetect(1) of both.
 */
export type GpiodMajor = 1 | 2;

/** By offset on its chip, or by the name the board gives it. */
export type LineName = number | string;

export interface LineOptions {
  /** A low level means pressed, or lit. */
  readonly activeLow?: boolean;
  readonly bias?: 'pull-up' | 'pull-down' | 'disabled';
}

/** First line of `gpiomon --version`. */
export function gpiodMajorOf(versionText: string): GpiodMajor | undefined {
  const major = /\(libgpiod\) v?(\d+)\./.exec(versionText)?.[1];
  return major === '1' ? 1 : major === '2' ? 2 : undefined;
}

/**
 * `gpiochipN` of a chip given by name, number, path or label: `gpiodetect` prints `gpiochip0 [label] (54 lines)`.
 * Tools of version 2 do not look for labels any more.
 */
export function chipNameOf(chip: string, detected: string): string | undefined {
  const chips = [...detected.matchAll(/^(gpiochip(\d+)) \[(.*)\] \(\d+ lines?\)$/gm)];
  const found =
    chips.find(([, name, number]) => chip === name || chip === number || chip === `/dev/${name ?? ''}`) ??
    chips.find(([, , , label]) => chip === label);
  return found?.[1];
}

export function gpioinfoArguments(major: GpiodMajor, chip: string): string[] {
  return major === 1 ? [chip] : ['--chip', chip];
}

/** Offset of a line on its chip, by `gpioinfo`: lines such as `  line   4:   "NAME"   unused   input …`. */
export function offsetOf(line: LineName, info: string): number | undefined {
  const lines = [...info.matchAll(/^\s*line\s+(\d+):\s+(?:"(.*?)"|unnamed)\s/gm)];
  const found = lines.find(([, offset, name]) =>
    typeof line === 'number' ? Number(offset) === line : name === line,
  );
  return found?.[1] === undefined ? undefined : Number(found[1]);
}

function biasOf(major: GpiodMajor, bias: LineOptions['bias']): string[] {
  if (bias === undefined) return [];
  return [`--bias=${major === 1 && bias === 'disabled' ? 'disable' : bias}`];
}

function common(major: GpiodMajor, { activeLow, bias }: LineOptions): string[] {
  return [...(activeLow === true ? ['--active-low'] : []), ...biasOf(major, bias)];
}

/** Both edges of these lines, one a line of text, as they come. */
export function gpiomonArguments(
  major: GpiodMajor,
  chip: string,
  offsets: readonly number[],
  options: LineOptions,
): string[] {
  const lines = offsets.map(String);
  return major === 1
    ? ['--line-buffered', '--format=%o %e %s.%n', ...common(1, options), chip, ...lines]
    : ['--chip', chip, '--edges', 'both', '--format', '%o %e %S', ...common(2, options), ...lines];
}

export interface GpioEvent {
  readonly offset: number;
  /** Became active. */
  readonly rising: boolean;
  /** The kernel's monotonic clock, nanoseconds; the wall clock on kernels before 5.7. */
  readonly kernelNs: bigint;
}

/** A line of what `gpiomonArguments` asks for. Version 1 says 1 for rising and 0 for falling, version 2 says 1 and 2. */
export function gpioEventOf(major: GpiodMajor, text: string): GpioEvent | undefined {
  const match = /^(\d{1,5}) ([012]) (\d{1,12})\.(\d{1,9})$/.exec(text);
  const [, offset, kind, seconds, nanos] = match ?? [];
  if (offset === undefined || seconds === undefined || nanos === undefined) return undefined;
  if (kind !== '1' && kind !== (major === 1 ? '0' : '2')) return undefined;
  // Version 1 writes nanoseconds without leading zeros, version 2 always nine figures: a whole number in both.
  return {
    offset: Number(offset),
    rising: kind === '1',
    kernelNs: BigInt(seconds) * 1_000_000_000n + BigInt(nanos),
  };
}

/** Off, on, or on and off in turn; once, or for ever. */
export type LineRhythm =
  { readonly level: boolean } | { readonly millis: readonly number[]; readonly repeat: boolean };

/** One process that holds a line: for so long, until it leaves by itself, or until the next rhythm. */
export interface HoldStep {
  readonly args: readonly string[];
  readonly millis?: number;
  readonly leaves?: true;
}

export interface HoldPlan {
  readonly steps: readonly HoldStep[];
  readonly repeat: boolean;
}

/**
 * Whoever lets go of a line gives it back to the kernel, so a process holds it as long as the level is to last.
 * Version 2 goes through a rhythm by itself (`--toggle`); version 1 needs a process a level, held by its open standard
 * input (`--mode=wait`), so that it leaves with the camera. Debian builds version 2 without `--interactive`.
 */
export function holdPlan(
  major: GpiodMajor,
  chip: string,
  offset: number,
  rhythm: LineRhythm,
  options: LineOptions,
): HoldPlan {
  if ('level' in rhythm)
    return { steps: [{ args: gpiosetArguments(major, chip, offset, rhythm.level, options) }], repeat: false };
  const { millis, repeat } = rhythm;
  if (major === 2) {
    const toggle = [...millis.map((ms) => `${ms}ms`), ...(repeat ? [] : ['0'])].join(',');
    const args = ['--toggle', toggle, ...gpiosetArguments(2, chip, offset, true, options)];
    return { steps: [{ args, ...(repeat ? {} : { leaves: true }) }], repeat: false };
  }
  const steps = millis.map((ms, n) => ({
    args: gpiosetArguments(1, chip, offset, n % 2 === 0, options),
    millis: ms,
  }));
  return { steps, repeat };
}

function gpiosetArguments(
  major: GpiodMajor,
  chip: string,
  offset: number,
  on: boolean,
  options: LineOptions,
): string[] {
  const setting = `${offset}=${on ? 1 : 0}`;
  return major === 1
    ? ['--mode=wait', ...common(1, options), chip, setting]
    : ['--chip', chip, '--consumer', 'mingjing', ...common(2, options), setting];
}
