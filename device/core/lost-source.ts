import type { Sources } from './capture-plan.ts';
import { SOURCE_LEFT } from './command-line.ts';

/** What the pipeline was asked to open; absent: not in the plan. */
export interface NamedSources {
  readonly picture?: string;
  readonly sound?: string;
}

const GONE =
  /: (No such device|No such file or directory|Input\/output error|Device or resource busy|Permission denied|Invalid argument|Protocol error|Inappropriate ioctl for device|Cannot allocate memory|No space left on device|Connection timed out|Broken pipe|File descriptor in bad state)\b/;
const RPICAM_GONE =
  /no cameras available|failed to acquire camera|failed to start camera|camera frontend has timed out|Device timeout detected|failed to import fd|connector is attached securely/i;

const V4L2_CANNOT =
  /Cannot open video device|Not a video capture device|does not support the streaming|Cannot find a proper format/;
const V4L2_CALL = /ioctl\(VIDIOC_(DQBUF|QBUF|STREAMON|REQBUFS|S_FMT|QUERYCAP)\)/;
/** A program that cannot hand its pictures on is not the one that failed. */
const CANNOT_WRITE = /failed to write output bytes|status 141$/;

/**
 * The source that failed, by what ffmpeg (5 to 7) or rpicam-vid said on standard error, the newest line last. Undefined
 * for whatever they go on after, such as a buffer overrun or one damaged picture, and for what concerns neither.
 * ffmpeg itself goes on with the other source, or leaves with status 0: these lines are all that tells.
 */
export function lostSource(
  lines: readonly string[],
  { picture, sound }: NamedSources,
): keyof Sources | undefined {
  for (const [n, line] of lines.entries()) {
    if (picture !== undefined && pictureLost(line, picture, lines.slice(0, n + 1))) return 'picture';
    if (sound !== undefined && soundLost(line, sound)) return 'sound';
  }
  return undefined;
}

function pictureLost(line: string, name: string, soFar: readonly string[]): boolean {
  if (line.startsWith(SOURCE_LEFT)) return !soFar.some((said) => CANNOT_WRITE.test(said));
  if (RPICAM_GONE.test(line) || saysOf(line, name)) return true;
  if (!/\b(video4linux2|v4l2)\b/.test(line)) return false;
  return V4L2_CANNOT.test(line) || (V4L2_CALL.test(line) && GONE.test(line));
}

function soundLost(line: string, name: string): boolean {
  if (saysOf(line, name)) return true;
  if (!/\[alsa @/.test(line)) return false;
  return /cannot open audio device|ALSA read error|cannot (set|prepare|start|initialize|allocate)/.test(line);
}

/** ffmpeg ends with the name of an input that failed: `hw:1,0: Input/output error`, since 7.1 after a prefix. */
function saysOf(line: string, name: string): boolean {
  const at = line.indexOf(`${name}: `);
  if (at >= 0 && GONE.test(line.slice(at + name.length))) return true;
  return /Error opening input/.test(line) && line.includes(name);
}
