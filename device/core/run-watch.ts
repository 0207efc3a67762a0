import { boxBody, readBoxes, type Track, type TrackRun } from '@mingjing/protocol';

/** Measured over so long. */
const WINDOW_MS = 10_000;
const LEAST_RATE = 0.8;
/** Row R-5: picture and sound within 1 s. Told at half of it; begun anew before it is reached. */
const DRIFT_MS = 500;
const MAX_DRIFT_MS = 900;

export interface Watched {
  readonly moof: Uint8Array;
  readonly runs: readonly TrackRun[];
}

export type Finding =
  | { readonly kind: 'frame-rate-low' | 'sound-drifts'; readonly detail: string }
  /** Only a new start brings sound and picture together again. */
  | { readonly kind: 'begin-anew'; readonly detail: string };

/**
 * Whether a run gives as many pictures as asked, and whether its tracks keep pace with each other and with the
 * monotonic clock. Each trouble is told once a run.
 */
export class RunWatch {
  readonly #tracks: ReadonlyMap<number, Track>;
  readonly #asked: number;
  readonly #told = new Set<string>();
  #windowFrom: number | undefined;
  #pictures = 0;
  /** By kind: how far the track's end lay behind the clock, at the least within the window, and when it began. */
  #lags = new Map<Track['kind'], number>();
  #first: ReadonlyMap<Track['kind'], number> | undefined;

  constructor(tracks: readonly Track[], framesPerSecond: number) {
    this.#tracks = new Map(tracks.map((track) => [track.id, track]));
    this.#asked = framesPerSecond;
  }

  /** `mono`: when the fragment was here. */
  take({ moof, runs }: Watched, mono: number): Finding[] {
    if (this.#windowFrom === undefined) {
      // What the first fragment waited for, opening the sources, is not known.
      this.#windowFrom = mono;
      return [];
    }
    this.#pictures += this.#countPictures(moof);
    for (const run of runs) this.#note(run, mono);
    if (mono - this.#windowFrom < WINDOW_MS) return [];
    const findings = [...this.#rate(mono - this.#windowFrom), ...this.#drift()];
    this.#windowFrom = mono;
    this.#pictures = 0;
    this.#lags = new Map();
    return findings.filter(({ kind }) => {
      if (this.#told.has(kind)) return false;
      this.#told.add(kind);
      return true;
    });
  }

  #note(run: TrackRun, mono: number): void {
    const track = this.#tracks.get(run.track);
    if (track === undefined || track.timescale === 0) return;
    const endMs = Number(((run.decodeTime + run.duration) * 1000n) / BigInt(track.timescale));
    const least = this.#lags.get(track.kind) ?? Number.POSITIVE_INFINITY;
    this.#lags.set(track.kind, Math.min(least, mono - endMs));
  }

  #countPictures(moof: Uint8Array): number {
    return samplesByTrack(moof).reduce(
      (sum, { track, samples }) => sum + (this.#tracks.get(track)?.kind === 'video' ? samples : 0),
      0,
    );
  }

  #rate(millis: number): Finding[] {
    if (![...this.#tracks.values()].some(({ kind }) => kind === 'video')) return [];
    const rate = (this.#pictures * 1000) / millis;
    if (rate >= this.#asked * LEAST_RATE) return [];
    return [{ kind: 'frame-rate-low', detail: `${rate.toFixed(1)} pictures a second of ${this.#asked}` }];
  }

  #drift(): Finding[] {
    const first = this.#first;
    if (first === undefined) {
      this.#first = this.#lags;
      return [];
    }
    const moved = [...this.#lags].flatMap(([kind, lag]) => {
      const before = first.get(kind);
      return before === undefined ? [] : [{ kind, millis: lag - before }];
    });
    const worst = largest(moved.map(({ millis }) => millis));
    const apart = moved.length < 2 ? 0 : largest(moved.map(({ millis }) => millis - (moved[0]?.millis ?? 0)));
    const most = Math.max(Math.abs(worst), Math.abs(apart));
    if (most <= DRIFT_MS) return [];
    const told = moved.map(({ kind, millis }) => `${kind} ${millis} ms behind the clock`).join(', ');
    const drifts: Finding = { kind: 'sound-drifts', detail: told };
    return Math.abs(apart) > MAX_DRIFT_MS ? [drifts, { kind: 'begin-anew', detail: told }] : [drifts];
  }
}

function largest(values: readonly number[]): number {
  return values.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
}

/** ISO/IEC 14496-12 sections 8.8.7 and 8.8.8: how many samples of which track a fragment holds. */
export function samplesByTrack(moof: Uint8Array): { track: number; samples: number }[] {
  const [box] = readBoxes(moof);
  const trafs = box === undefined ? [] : readBoxes(boxBody(box)).filter(({ type }) => type === 'traf');
  return trafs.map((traf) => {
    const parts = readBoxes(boxBody(traf));
    const tfhd = parts.find(({ type }) => type === 'tfhd');
    const truns = parts.filter(({ type }) => type === 'trun');
    return {
      track: tfhd === undefined ? 0 : secondWord(boxBody(tfhd)),
      samples: truns.reduce((sum, trun) => sum + secondWord(boxBody(trun)), 0),
    };
  });
}

/** Behind version and flags. */
function secondWord(body: Uint8Array): number {
  return [4, 5, 6, 7].reduce((word, at) => word * 256 + (body[at] ?? 0), 0);
}
