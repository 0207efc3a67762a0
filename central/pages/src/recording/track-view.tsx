import { Card } from 'antd';
import { useMemo, type ReactNode } from 'react';
import type { TrackPoint } from '../../../core/review-shapes.ts';
import { Verbatim } from '../look/icons.tsx';
import { useWords } from '../words/language.tsx';
import { drawTrack, fixAt, spotAt, type Drawing, type Spot } from './track-projection.ts';

const WIDTH = 480;
const HEIGHT = 300;
const MARGIN = 36;

/** The way of the recording without a map: no tile is fetched, so nobody learns where it was. */
export function TrackView(props: {
  readonly track: readonly TrackPoint[];
  readonly time: number;
  readonly sealed: boolean;
  readonly seek: (time: number) => void;
}): ReactNode {
  const { words } = useWords();
  const { track, time, sealed, seek } = props;
  const drawing = useMemo(() => drawTrack(track, WIDTH, HEIGHT, MARGIN), [track]);
  return (
    <Card title={<h2>{words.track.title}</h2>} size="small">
      {track.length === 0 ? (
        <p className="track-none">
          <strong>{words.track.none}</strong>
          <span className="soft">{sealed ? words.track.sealed : words.track.noneWhy}</span>
        </p>
      ) : (
        <>
          <TrackDrawing drawing={drawing} time={time} seek={seek} />
          <Here fix={fixAt(track, time)} />
        </>
      )}
    </Card>
  );
}

function TrackDrawing(props: {
  readonly drawing: Drawing;
  readonly time: number;
  readonly seek: (time: number) => void;
}): ReactNode {
  const { words } = useWords();
  const { drawing, time, seek } = props;
  const { lines, spots, scale } = drawing;
  const now = spotAt(spots, time);
  const [first] = spots;
  const last = spots.at(-1);
  const metres =
    scale.metres >= 1000 ? words.track.kilometres(scale.metres / 1000) : words.track.metres(scale.metres);
  return (
    <svg
      className="track"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={words.track.label(spots.length)}
      onClick={(event) => {
        const box = event.currentTarget.getBoundingClientRect();
        const unit = WIDTH / box.width;
        seek(nearest(spots, (event.clientX - box.left) * unit, (event.clientY - box.top) * unit));
      }}
    >
      {lines.map((line) => (
        <polyline key={line[0]?.time ?? 0} className="way" points={pointsOf(line)} />
      ))}
      {lines.map((line) => (
        <polyline
          key={line[0]?.time ?? 0}
          className="way gone"
          points={pointsOf([...line.filter((spot) => spot.time <= time), ...tail(line, now)])}
        />
      ))}
      {first === undefined ? null : (
        <circle className="way-start" cx={first.x} cy={first.y} r="5">
          <title>{words.track.start}</title>
        </circle>
      )}
      {last === undefined || last === first ? null : (
        <rect className="way-end" x={last.x - 4.5} y={last.y - 4.5} width="9" height="9">
          <title>{words.track.end}</title>
        </rect>
      )}
      {now === undefined ? null : (
        <circle className="now" data-testid="track-now" cx={now.x} cy={now.y} r="8">
          <title>{words.track.now}</title>
        </circle>
      )}
      <g className="north" transform={`translate(${WIDTH - 22} 14)`}>
        <path d="M0 0l6 16-6-4-6 4z" />
        <text y="30" textAnchor="middle">
          {words.track.north}
        </text>
      </g>
      <g className="scale" transform={`translate(14 ${HEIGHT - 14})`}>
        <path d={`M0 -6V0H${scale.length}V-6`} />
        <text x={scale.length + 8} y="1">
          {metres}
        </text>
      </g>
    </svg>
  );
}

function Here({ fix }: { readonly fix: TrackPoint | undefined }): ReactNode {
  const { words } = useWords();
  if (fix === undefined) return <p className="here soft">{words.track.nowhere}</p>;
  return (
    <p className="here">
      <span>
        {words.track.now}
        {words.gap}
        <Verbatim mono>{`${fix.lat.toFixed(6)}, ${fix.lon.toFixed(6)}`}</Verbatim>
      </span>
      {fix.speed === undefined ? null : (
        <span>{words.track.speed(words.track.kmh(Math.round(fix.speed * 3.6)))}</span>
      )}
    </p>
  );
}

/** From the last fix on to where the camera is now, if that is within this line. */
function tail(line: readonly Spot[], now: Spot | undefined): Spot[] {
  const [first] = line;
  const last = line.at(-1);
  if (now === undefined || first === undefined || last === undefined) return [];
  return first.time <= now.time && now.time <= last.time ? [now] : [];
}

function pointsOf(spots: readonly Spot[]): string {
  return spots.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ');
}

function nearest(spots: readonly Spot[], x: number, y: number): number {
  let best = { time: 0, distance: Infinity };
  for (const spot of spots) {
    const distance = Math.hypot(spot.x - x, spot.y - y);
    if (distance < best.distance) best = { time: spot.time, distance };
  }
  return best.time;
}
