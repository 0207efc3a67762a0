import type { TrackPoint } from '../../../core/review-shapes.ts';

/**
 * A track drawn flat, north up. A recording's way is short, so a plane that touches the globe at its middle is true
 * enough: one degree of latitude is 111.2 km everywhere, one of longitude shrinks with the cosine.
 */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  /** Lines without a break in the fixes, as points of the drawing. */
  readonly lines: readonly (readonly Spot[])[];
  readonly spots: readonly Spot[];
  readonly scale: { readonly metres: number; readonly length: number };
}

export interface Spot {
  readonly time: number;
  readonly x: number;
  readonly y: number;
}

const METRES_PER_DEGREE = 111_195;
/** A drawing of a camera that stood still shows at least so much. */
const LEAST_METRES = 40;
/** Fixes further apart than this are not joined: nobody knows what lay between. */
const BREAK_SECONDS = 15;
const MOST_POINTS = 4000;

export function drawTrack(
  track: readonly TrackPoint[],
  width: number,
  height: number,
  margin: number,
): Drawing {
  const points = thin(track);
  const [first] = points;
  if (first === undefined) return { width, height, lines: [], spots: [], scale: { metres: 0, length: 0 } };
  const shrink = Math.max(0.01, Math.cos((middle(points.map(({ lat }) => lat)) * Math.PI) / 180));
  const flat = points.map(({ time, lat, lon }) => ({
    time,
    x: shortWay(lon - first.lon) * METRES_PER_DEGREE * shrink,
    y: -lat * METRES_PER_DEGREE,
  }));
  const xs = flat.map(({ x }) => x);
  const ys = flat.map(({ y }) => y);
  const perMetre = Math.min(
    (width - 2 * margin) / Math.max(LEAST_METRES, spread(xs)),
    (height - 2 * margin) / Math.max(LEAST_METRES, spread(ys)),
  );
  const [midX, midY] = [middle(xs), middle(ys)];
  const spots = flat.map(({ time, x, y }) => ({
    time,
    x: width / 2 + (x - midX) * perMetre,
    y: height / 2 + (y - midY) * perMetre,
  }));
  const metres = roundDown(width / 4 / perMetre);
  return { width, height, lines: cut(spots), spots, scale: { metres, length: metres * perMetre } };
}

/** The place at a moment, between two fixes if they are near in time; undefined where nothing is known. */
export function spotAt(spots: readonly Spot[], time: number): Spot | undefined {
  const next = spots.findIndex((spot) => spot.time > time);
  const before = next === -1 ? spots.at(-1) : spots[next - 1];
  const after = next === -1 ? undefined : spots[next];
  const near = (spot: Spot | undefined): Spot | undefined =>
    spot !== undefined && Math.abs(spot.time - time) <= BREAK_SECONDS / 3 ? spot : undefined;
  if (before === undefined || after === undefined || after.time - before.time > BREAK_SECONDS)
    return near(before) ?? near(after);
  const share = (time - before.time) / (after.time - before.time || 1);
  return { time, x: before.x + share * (after.x - before.x), y: before.y + share * (after.y - before.y) };
}

/** The fix that counts at a moment; undefined where nothing is known. */
export function fixAt(track: readonly TrackPoint[], time: number): TrackPoint | undefined {
  const fix = track.findLast((point) => point.time <= time + 0.5) ?? track[0];
  return fix !== undefined && Math.abs(fix.time - time) <= BREAK_SECONDS ? fix : undefined;
}

function thin(track: readonly TrackPoint[]): readonly TrackPoint[] {
  const step = Math.ceil(track.length / MOST_POINTS);
  return step <= 1 ? track : track.filter((_, index) => index % step === 0 || index === track.length - 1);
}

function cut(spots: readonly Spot[]): Spot[][] {
  const lines: Spot[][] = [];
  for (const [index, spot] of spots.entries()) {
    const before = spots[index - 1];
    const line = lines.at(-1);
    if (line === undefined || before === undefined || spot.time - before.time > BREAK_SECONDS)
      lines.push([spot]);
    else line.push(spot);
  }
  return lines;
}

/** 1, 2 or 5 times a power of ten. */
function roundDown(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([5, 2].find((factor) => factor * power <= value) ?? 1);
}

/** Across the date line the short way is meant. */
function shortWay(degrees: number): number {
  return ((degrees + 540) % 360) - 180;
}

function middle(values: readonly number[]): number {
  return (least(values) + most(values)) / 2;
}

function spread(values: readonly number[]): number {
  return most(values) - least(values);
}

function least(values: readonly number[]): number {
  return values.reduce((one, other) => Math.min(one, other), Infinity);
}

function most(values: readonly number[]): number {
  return values.reduce((one, other) => Math.max(one, other), -Infinity);
}
