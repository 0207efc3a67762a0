import type { RecordingMode } from '@mingjing/protocol';
import { Button, Select, Spin } from 'antd';
import { useEffect, useMemo, useRef, useState, type ReactNode, type RefObject } from 'react';
import type { MarkDetail, RecordingDetail } from '../../../core/review-shapes.ts';
import { Icon, type Shape } from '../look/icons.tsx';
import { formatSeconds } from '../words/format.ts';
import { useWords } from '../words/language.tsx';
import { Happenings } from './happenings.tsx';
import { useKeys } from './keys.ts';
import type { PlayerState, PlayerTrouble } from './player-state.ts';
import { TimeBar } from './time-bar.tsx';
import type { PlayerHandle } from './use-player.ts';

const SPEEDS = [0.5, 1, 1.5, 2, 4] as const;

export function PlayerView(props: PlayerHandle & { readonly detail: RecordingDetail }): ReactNode {
  const { words } = useWords();
  const { media, setMedia, player, state, detail } = props;
  const stage = useRef<HTMLDivElement>(null);
  const marks = useMemo(() => detail.marks.toSorted((one, other) => one.time - other.time), [detail.marks]);
  const now = useRef(0);
  now.current = state.time;
  const keys = useMemo(
    () => ({
      toggle: () => player?.toggle(),
      seekBy: (seconds: number) => player?.seekBy(seconds),
      nextMark: () => {
        const next = markAfter(marks, now.current);
        if (next !== undefined) player?.seek(next.time);
      },
    }),
    [player, marks],
  );
  useKeys(keys);
  const seek = (time: number): void => player?.seek(time);
  return (
    <section className="player" aria-label={words.player.region}>
      <div className={stageClass(state, detail.mode)} ref={stage}>
        {detail.mode === 'audio' ? (
          <audio ref={setMedia} preload="auto" />
        ) : (
          <video ref={setMedia} playsInline preload="auto" onClick={keys.toggle} tabIndex={-1} />
        )}
        <Curtain state={state} mode={detail.mode} skip={() => player?.skip()} restart={props.restart} />
      </div>
      <TimeBar
        timeline={state.timeline}
        time={state.time}
        marks={marks}
        changes={detail.changes}
        seek={seek}
      />
      <Controls
        state={state}
        actions={keys}
        media={media}
        stage={detail.mode === 'audio' ? undefined : stage}
        hasMarks={marks.length > 0}
      />
      <Happenings detail={detail} timeline={state.timeline} seek={seek} />
      <MarkList marks={marks} seek={seek} />
      <KeyHelp />
    </section>
  );
}

function stageClass({ phase }: PlayerState, mode: RecordingMode): string {
  return ['stage', ...(phase === 'failed' ? ['failed'] : []), ...(mode === 'audio' ? ['sound'] : [])].join(
    ' ',
  );
}

/** What lies over the picture: waiting, sound only, trouble. */
function Curtain(props: {
  readonly state: PlayerState;
  readonly mode: RecordingMode;
  readonly skip: () => void;
  readonly restart: () => void;
}): ReactNode {
  const { words } = useWords();
  const { phase, trouble, skipTo, waiting, picture } = props.state;
  if (phase === 'failed' && trouble !== undefined) {
    const { title, next } = troubleWords(trouble, words);
    return (
      <div className="failure" role="alert">
        <Icon shape="warning" size={28} />
        <strong>{title}</strong>
        <span>{next}</span>
        <span className="badges">
          {skipTo !== undefined ? <Button onClick={props.skip}>{words.player.skip}</Button> : null}
          <Button onClick={props.restart}>{words.retry}</Button>
        </span>
      </div>
    );
  }
  if (phase === 'preparing' || waiting) {
    return (
      <div className="curtain dim" role="status">
        <Spin />
        <span>{phase === 'preparing' ? words.player.preparing : words.player.waiting}</span>
      </div>
    );
  }
  if (picture) return null;
  return (
    <div className="curtain still">
      <Icon shape="microphone" size={32} />
      <span>{props.mode === 'audio' ? words.player.soundRecording : words.player.audioOnly}</span>
    </div>
  );
}

function troubleWords(
  trouble: PlayerTrouble,
  words: ReturnType<typeof useWords>['words'],
): { title: string; next: string } {
  return trouble === 'unsupported' || trouble === 'broken' ? words.player[trouble] : words.trouble[trouble];
}

function Controls(props: {
  readonly state: PlayerState;
  readonly actions: { toggle: () => void; seekBy: (seconds: number) => void; nextMark: () => void };
  readonly media: RefObject<HTMLMediaElement | null>;
  /** Absent where there is nothing to be seen. */
  readonly stage: RefObject<HTMLDivElement | null> | undefined;
  readonly hasMarks: boolean;
}): ReactNode {
  const { words } = useWords();
  const { state, actions, media, stage } = props;
  const { playing, time, timeline } = state;
  const [muted, setMuted] = useState(false);
  const [speed, setSpeed] = useState(1);
  const off = timeline.pieces.length === 0;
  useEffect(() => {
    const element = media.current;
    if (element === null) return;
    element.muted = muted;
    element.defaultPlaybackRate = speed;
    element.playbackRate = speed;
  }, [muted, speed, media, state.phase]);
  return (
    <div className="controls">
      <Control shape="back" label={words.player.back} off={off} act={() => actions.seekBy(-5)} />
      <Control
        main
        shape={playing ? 'pause' : 'play'}
        label={playing ? words.player.pause : words.player.play}
        off={off}
        act={actions.toggle}
      />
      <Control shape="forward" label={words.player.forward} off={off} act={() => actions.seekBy(5)} />
      <Control
        shape="next"
        label={words.player.nextMark}
        off={off || !props.hasMarks}
        act={actions.nextMark}
      />
      <span className="clock" data-testid="clock">
        {formatSeconds(time)} / {formatSeconds(timeline.seconds)}
      </span>
      <span className="push" />
      <Select
        aria-label={words.player.speed}
        value={speed}
        onChange={setSpeed}
        options={SPEEDS.map((value) => ({ value, label: `${value}×` }))}
        popupMatchSelectWidth={false}
        suffix={<Icon shape="down" size={12} />}
        style={{ width: 84 }}
      />
      <Control
        shape={muted ? 'muted' : 'sound'}
        label={muted ? words.player.unmute : words.player.mute}
        off={off}
        act={() => setMuted(!muted)}
      />
      {stage === undefined ? null : (
        <Control
          shape="full"
          label={words.player.full}
          off={off}
          act={() => void toggleFull(stage.current)}
        />
      )}
    </div>
  );
}

function Control(props: {
  readonly shape: Shape;
  readonly label: string;
  readonly off: boolean;
  readonly act: () => void;
  readonly main?: boolean;
}): ReactNode {
  return (
    <Button
      type={props.main === true ? 'primary' : 'default'}
      aria-label={props.label}
      title={props.label}
      disabled={props.off}
      onClick={props.act}
      icon={<Icon shape={props.shape} />}
    />
  );
}

function MarkList(props: {
  readonly marks: readonly MarkDetail[];
  readonly seek: (time: number) => void;
}): ReactNode {
  const { words } = useWords();
  if (props.marks.length === 0) return <p className="soft small">{words.player.noMarks}</p>;
  return (
    <ul className="mark-list" aria-label={words.player.marks}>
      {props.marks.map(({ time, kind, at }) => (
        <li key={`${at}-${time}`}>
          <Button size="small" icon={<Icon shape={kind} size={12} />} onClick={() => props.seek(time)}>
            {kind === 'key'
              ? words.player.keyMark(formatSeconds(time))
              : words.player.mark(formatSeconds(time))}
          </Button>
        </li>
      ))}
    </ul>
  );
}

function KeyHelp(): ReactNode {
  const { words } = useWords();
  return (
    <dl className="keys" aria-label={words.player.keysTitle}>
      {words.player.keys.map(([key, does]) => (
        <div key={key}>
          <dt>
            <kbd>{key}</kbd>
          </dt>
          <dd>{does}</dd>
        </div>
      ))}
    </dl>
  );
}

function markAfter(marks: readonly MarkDetail[], time: number): MarkDetail | undefined {
  return marks.find((mark) => mark.time > time + 0.3) ?? marks[0];
}

async function toggleFull(stage: HTMLDivElement | null): Promise<void> {
  try {
    if (document.fullscreenElement === null) await stage?.requestFullscreen();
    else await document.exitFullscreen();
  } catch {
    // The browser does not allow it here; the picture stays as it is.
  }
}
