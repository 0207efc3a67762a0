import { Button } from 'antd';
import type { ReactNode } from 'react';
import type { ChangeDetail, RecordingDetail } from '../../../core/review-shapes.ts';
import { Icon, type Shape } from '../look/icons.tsx';
import { formatSeconds } from '../words/format.ts';
import { useWords } from '../words/language.tsx';
import type { Words } from '../words/zh.ts';
import { gapsOf, type Timeline } from './timeline.ts';

interface Happening {
  readonly time: number;
  readonly shape: Shape;
  readonly text: string;
}

/** What happened to picture and sound, and where there is neither: in words, each a way to that moment. */
export function Happenings(props: {
  readonly detail: RecordingDetail;
  readonly timeline: Timeline;
  readonly seek: (time: number) => void;
}): ReactNode {
  const { words } = useWords();
  const { detail, timeline, seek } = props;
  const happenings: Happening[] = [
    ...detail.changes.map((change) => ({ time: change.time, ...wordsOf(change, words) })),
    ...gapsOf(timeline).map(({ start, end }): Happening => ({
      time: start,
      shape: 'gap',
      text: words.player.gapOf(formatSeconds(Math.round(end - start))),
    })),
  ].toSorted((one, other) => one.time - other.time);
  if (happenings.length === 0) return null;
  return (
    <>
      <h3>{words.player.happenings}</h3>
      <ul className="happenings">
        {happenings.map(({ time, shape, text }, n) => (
          <li key={n}>
            <Button size="small" icon={<Icon shape={shape} size={12} />} onClick={() => seek(time)}>
              {formatSeconds(time)}
              {words.gap}
              {text}
            </Button>
          </li>
        ))}
      </ul>
    </>
  );
}

function wordsOf({ capture, setting }: ChangeDetail, words: Words): { shape: Shape; text: string } {
  if (setting !== undefined) {
    const shape = setting.setting === 'mute' ? (setting.on ? 'muted' : 'sound') : 'offline';
    return { shape, text: words.player.setting[setting.setting][setting.on ? 'on' : 'off'] };
  }
  if (capture === undefined) return { shape: 'info', text: words.unknown };
  const { picture, sound, reason } = capture;
  const now = picture ? (sound ? 'both' : 'picture') : sound ? 'sound' : 'nothing';
  const shape = picture ? (sound ? 'yes' : 'muted') : sound ? 'microphone' : 'warning';
  return { shape, text: words.player.change[reason] ?? words.player.changeOther[now] };
}
