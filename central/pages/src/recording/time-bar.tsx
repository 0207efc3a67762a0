import { useRef, type PointerEvent, type ReactNode } from 'react';
import type { ChangeDetail, MarkDetail } from '../../../core/review-shapes.ts';
import { Icon } from '../look/icons.tsx';
import { formatSeconds } from '../words/format.ts';
import { useWords } from '../words/language.tsx';
import { lacksOf } from './lacks.ts';
import { gapsOf, type Timeline } from './timeline.ts';

/** The whole recording as a line: where one is, where marks stand, where footage is missing. */
export function TimeBar(props: {
  readonly timeline: Timeline;
  readonly time: number;
  readonly marks: readonly MarkDetail[];
  readonly changes: readonly ChangeDetail[];
  readonly seek: (time: number) => void;
}): ReactNode {
  const { words } = useWords();
  const { timeline, time, marks, changes, seek } = props;
  const bar = useRef<HTMLDivElement>(null);
  const all = Math.max(timeline.seconds, 0.001);
  const share = (seconds: number): string => `${Math.min(100, (100 * seconds) / all)}%`;
  const drag = (event: PointerEvent): void => {
    const box = bar.current?.getBoundingClientRect();
    if (box !== undefined && event.buttons === 1) seek((all * (event.clientX - box.left)) / box.width);
  };
  return (
    <div className="time-bar">
      <div className="mark-row">
        {marks.map((mark) => {
          const { time: at, kind } = mark;
          const label =
            kind === 'key' ? words.player.keyMark(formatSeconds(at)) : words.player.mark(formatSeconds(at));
          return (
            <button
              key={`${mark.at}-${at}`}
              type="button"
              className={`mark ${kind}`}
              style={{ left: share(at) }}
              title={label}
              aria-label={label}
              onClick={() => seek(at)}
            >
              <Icon shape={kind} size={14} />
            </button>
          );
        })}
      </div>
      <div
        ref={bar}
        className="line"
        role="slider"
        tabIndex={0}
        aria-label={words.player.position}
        aria-valuemin={0}
        aria-valuemax={Math.round(all)}
        aria-valuenow={Math.round(time)}
        aria-valuetext={words.player.positionOf(formatSeconds(time), formatSeconds(all))}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          drag(event);
        }}
        onPointerMove={drag}
        onKeyDown={(event) => {
          const aim = event.key === 'Home' ? 0 : event.key === 'End' ? all : undefined;
          if (aim === undefined) return;
          event.preventDefault();
          seek(aim);
        }}
      >
        <div className="rail">
          <div className="gone" style={{ width: share(time) }} />
          {lacksOf(changes, timeline.seconds).map(({ start, end, lack }) => (
            <div
              key={start}
              className={`lack ${lack}`}
              title={lack === 'picture' ? words.player.audioOnly : words.player.pictureOnly}
              style={{ left: share(start), width: share(end - start) }}
            />
          ))}
          {gapsOf(timeline).map((gap) => (
            <div
              key={gap.start}
              className="gap"
              title={words.player.gap}
              style={{ left: share(gap.start), width: share(gap.end - gap.start) }}
            />
          ))}
        </div>
        <div className="knob" style={{ left: share(time) }} />
      </div>
    </div>
  );
}
