import type { CameraView } from './camera-view.ts';

/** How one light goes: dark, lit, or a rhythm of milliseconds lit and dark in turn. */
export type Blink = 'off' | 'on' | readonly number[];

/** Row R-9: green says on, yellow sound, red picture. */
export interface LightPattern {
  readonly green: Blink;
  readonly yellow: Blink;
  readonly red: Blink;
}
export type Lamp = keyof LightPattern;
export const LAMPS = ['green', 'yellow', 'red'] as const satisfies readonly Lamp[];

/** Heard and felt once. */
export type Cue =
  | 'started'
  | 'stopped'
  | 'marked'
  | 'photo'
  | 'refused'
  | 'ready'
  | 'warning' // battery, storage: soon
  | 'fault';

/** What the lights say of what the camera does. */
export type Doing =
  | 'off'
  | 'starting'
  | 'standby'
  | 'video'
  | 'audio'
  | 'video-without-picture'
  | 'post-video'
  | 'post-audio'
  | 'saving'
  | 'docked'
  | 'storage-full'
  | 'fault';

/** What they say besides, on a lamp that is not needed otherwise. The first that holds is shown. */
export const BESIDES = ['storage-low', 'battery-low', 'trouble', 'charging', 'muted'] as const;
export type Beside = (typeof BESIDES)[number];

const SLOW = [1_000, 1_000];
const EVEN = [500, 500];
const QUICK = [150, 150];
/** Lit, but for a moment. */
const WINK = [2_700, 300];
const DARK: LightPattern = { green: 'off', yellow: 'off', red: 'off' };

/**
 * | the camera               | green | yellow | red   | besides on |
 * | off; stealth             |       |        |       |            |
 * | starting                 | on    | on     | on    |            | a dead lamp is seen
 * | standby                  | on    |        |       | yellow     |
 * | records video            |       |        | on    | yellow     |
 * | records sound            |       | on     |       | green      |
 * | records video, its picture is lost: sound goes on | | on | quick | green |
 * | post-records video       |       |        | even  | yellow     |
 * | post-records sound       |       | even   |       | green      |
 * | stops, saves             | quick |        |       |            |
 * | is docked                | winks |        |       | yellow     |
 * | storage full             |       | even   | even  |            |
 * | fault                    |       |        | quick |            |
 *
 * Besides: storage low two flashes, battery low one, other trouble three, every three seconds; charging slow; muted
 * winks.
 */
const PATTERNS: Readonly<Record<Doing, { readonly pattern: LightPattern; readonly spare?: Lamp }>> = {
  off: { pattern: DARK },
  starting: { pattern: { green: 'on', yellow: 'on', red: 'on' } },
  standby: { pattern: { ...DARK, green: 'on' }, spare: 'yellow' },
  video: { pattern: { ...DARK, red: 'on' }, spare: 'yellow' },
  audio: { pattern: { ...DARK, yellow: 'on' }, spare: 'green' },
  'video-without-picture': { pattern: { ...DARK, yellow: 'on', red: QUICK }, spare: 'green' },
  'post-video': { pattern: { ...DARK, red: EVEN }, spare: 'yellow' },
  'post-audio': { pattern: { ...DARK, yellow: EVEN }, spare: 'green' },
  saving: { pattern: { ...DARK, green: QUICK } },
  docked: { pattern: { ...DARK, green: WINK }, spare: 'yellow' },
  'storage-full': { pattern: { ...DARK, yellow: EVEN, red: EVEN } },
  fault: { pattern: { ...DARK, red: QUICK } },
};

const FLASHES: Readonly<Record<Beside, readonly number[]>> = {
  'battery-low': [100, 2_900],
  'storage-low': [100, 250, 100, 2_550],
  trouble: [100, 250, 100, 250, 100, 2_200],
  charging: SLOW,
  muted: WINK,
};

/** What the lights look at. */
export type Lit = Pick<
  CameraView,
  'mode' | 'activity' | 'muted' | 'stealth' | 'battery' | 'picture' | 'warnings'
>;

/** INVARIANT: in stealth every lamp is dark, whatever happens. */
export function lightsOf(view: Lit): LightPattern {
  return view.stealth ? DARK : lightsFor(doingOf(view), besideOf(view));
}

export function lightsFor(doing: Doing, beside?: Beside): LightPattern {
  const { pattern, spare } = PATTERNS[doing];
  return beside === undefined || spare === undefined ? pattern : { ...pattern, [spare]: FLASHES[beside] };
}

/** Whether what is said besides is seen. */
export function showsBesides(doing: Doing): boolean {
  return PATTERNS[doing].spare !== undefined;
}

export function doingOf({ mode, activity, picture }: Lit): Doing {
  switch (mode) {
    case 'recording':
      if (activity === 'audio') return 'audio';
      return picture ? 'video' : 'video-without-picture';
    case 'post-record':
      return activity === 'audio' ? 'post-audio' : 'post-video';
    case 'stopping':
    case 'closing':
      return 'saving';
    case 'starting':
    case 'standby':
    case 'docked':
    case 'storage-full':
    case 'fault':
    case 'off':
      return mode;
    default:
      return mode satisfies never;
  }
}

export function besideOf({ warnings, battery, muted }: Lit): Beside | undefined {
  const charging = battery?.charging === true;
  const holds: Readonly<Record<Beside, boolean>> = {
    'storage-low': warnings.includes('storage-low'),
    'battery-low': warnings.includes('battery-low') && !charging,
    trouble: warnings.some((warning) => warning !== 'storage-low' && warning !== 'battery-low'),
    charging,
    muted,
  };
  return BESIDES.find((beside) => holds[beside]);
}
