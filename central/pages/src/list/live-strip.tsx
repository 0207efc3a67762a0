import { Progress as ProgressBar } from 'antd';
import type { ReactNode } from 'react';
import type { CameraState, DockState, Progress } from '@mingjing/protocol';
import type { LiveAlarm } from '../../../core/review-shapes.ts';
import { progressKey, type LiveState } from '../api/live-state.ts';
import { useLive } from '../api/live.tsx';
import { Badge, Verbatim, type Shape, type Tone } from '../look/icons.tsx';
import { Notice } from '../look/notice.tsx';
import { alarmPlace, alarmWords } from '../words/alarm-words.ts';
import { formatBytes, formatClock, formatSeconds } from '../words/format.ts';
import { useWords } from '../words/language.tsx';

const LINE: Readonly<Record<LiveState['line'], { shape: Shape; tone: Tone }>> = {
  connecting: { shape: 'standby', tone: 'quiet' },
  open: { shape: 'recording', tone: 'good' },
  lost: { shape: 'warning', tone: 'unsure' },
};

const CAMERA: Readonly<Record<CameraState['state'], { shape: Shape; tone: Tone }>> = {
  starting: { shape: 'standby', tone: 'quiet' },
  standby: { shape: 'standby', tone: 'good' },
  recording: { shape: 'recording', tone: 'bad' },
  docked: { shape: 'docked', tone: 'busy' },
  'storage-full': { shape: 'stop', tone: 'bad' },
  fault: { shape: 'stop', tone: 'bad' },
  off: { shape: 'offline', tone: 'quiet' },
};

const BAY: Readonly<Record<DockState['bays'][number]['state'], { shape: Shape; tone: Tone }>> = {
  empty: { shape: 'standby', tone: 'quiet' },
  identifying: { shape: 'standby', tone: 'busy' },
  unknown: { shape: 'stop', tone: 'bad' },
  transferring: { shape: 'arriving', tone: 'busy' },
  clearing: { shape: 'arriving', tone: 'busy' },
  ready: { shape: 'complete', tone: 'good' },
  refused: { shape: 'stop', tone: 'bad' },
  fault: { shape: 'stop', tone: 'bad' },
};

/** Cameras, docks and alarms as they are at this moment. */
export function LiveStrip(): ReactNode {
  const { words } = useWords();
  const { live, dispatch } = useLive();
  const cameras = sorted(live.cameras);
  const docks = sorted(live.docks);
  return (
    <section className="live" aria-labelledby="live-title">
      <div className="section-head">
        <h2 id="live-title">{words.live.title}</h2>
        <span role="status">
          <Badge {...LINE[live.line]}>{words.live.line[live.line]}</Badge>
        </span>
      </div>
      <Alarms alarms={live.alarms} dismiss={(id) => dispatch({ name: 'dismiss', data: id })} />
      <div className="live-columns">
        <div>
          <h3>{words.live.cameras}</h3>
          {cameras.length === 0 ? <p className="soft">{words.live.noCameras}</p> : null}
          <ul className="tiles">
            {cameras.map(([id, state]) => (
              <CameraTile key={id} id={id} state={state} />
            ))}
          </ul>
        </div>
        <div>
          <h3>{words.live.docks}</h3>
          {docks.length === 0 ? <p className="soft">{words.live.noDocks}</p> : null}
          <ul className="tiles">
            {docks.map(([id, state]) => (
              <DockTile key={id} id={id} state={state} progress={live.progress} />
            ))}
          </ul>
        </div>
      </div>
    </section>
  );
}

function CameraTile({ id, state }: { readonly id: string; readonly state: CameraState }): ReactNode {
  const { words } = useWords();
  const { shape, tone } = state.online
    ? CAMERA[state.state]
    : { shape: 'offline' as const, tone: 'quiet' as const };
  const more = [
    ...(state.battery === undefined ? [] : [words.live.battery(state.battery)]),
    ...(state.unreceipted === undefined || state.unreceipted === 0
      ? []
      : [words.live.waiting(state.unreceipted)]),
  ];
  return (
    <li className="tile">
      <span className="tile-head">
        <Verbatim>
          <strong>{id}</strong>
        </Verbatim>
        {state.officer === undefined ? null : <Verbatim>{state.officer}</Verbatim>}
        <Badge shape={shape} tone={tone}>
          {state.online ? words.live.camera[state.state] : words.live.offline}
        </Badge>
      </span>
      {more.length === 0 ? null : <span className="soft small">{more.join(' · ')}</span>}
    </li>
  );
}

function DockTile(props: {
  readonly id: string;
  readonly state: DockState;
  readonly progress: LiveState['progress'];
}): ReactNode {
  const { words } = useWords();
  const { id, state, progress } = props;
  return (
    <li className="tile">
      <span className="tile-head">
        <Verbatim>
          <strong>{id}</strong>
        </Verbatim>
        {state.online ? null : (
          <Badge shape="offline" tone="quiet">
            {words.live.offline}
          </Badge>
        )}
      </span>
      {state.bays.map((bay) => (
        <div key={bay.bay} className="bay">
          <span className="tile-head">
            <span>{words.live.bayNumber(bay.bay)}</span>
            {bay.camera === undefined ? null : <Verbatim>{bay.camera}</Verbatim>}
            <Badge {...BAY[bay.state]}>{words.live.bay[bay.state]}</Badge>
          </span>
          {bay.state === 'transferring' ? (
            <BayProgress of={progress[progressKey(id, bay.bay)]} camera={bay.camera} />
          ) : null}
        </div>
      ))}
    </li>
  );
}

function BayProgress(props: {
  readonly of: Progress | undefined;
  readonly camera: string | undefined;
}): ReactNode {
  const { words } = useWords();
  const { of, camera } = props;
  if (of === undefined || (camera !== undefined && of.camera !== camera)) return null;
  const done = of.bytes >= of.totalBytes;
  const percent = of.totalBytes === 0 ? 100 : Math.floor((100 * of.bytes) / of.totalBytes);
  const left = of.remaining === undefined ? [] : [words.live.remaining(formatSeconds(of.remaining / 1000))];
  const text = done
    ? words.live.allIn
    : [words.live.transferred(formatBytes(of.bytes), formatBytes(of.totalBytes)), ...left].join(' · ');
  return (
    <>
      <ProgressBar percent={percent} size="small" aria-label={text} />
      <span className="soft small">{text}</span>
    </>
  );
}

const NOTICE = { info: 'info', warning: 'warning', critical: 'error' } as const;

function Alarms(props: {
  readonly alarms: readonly LiveAlarm[];
  readonly dismiss: (id: string) => void;
}): ReactNode {
  const { words, language } = useWords();
  return props.alarms
    .toReversed()
    .slice(0, 5)
    .map((told) => {
      const { role, id, alarm } = told;
      const known = alarmWords(role, alarm.code, language);
      const { bay, camera, detail } = alarmPlace(told);
      return (
        <Notice
          key={alarm.id}
          kind={NOTICE[alarm.severity]}
          urgent={alarm.severity === 'critical'}
          close={() => props.dismiss(alarm.id)}
          {...(detail === undefined ? {} : { text: <Verbatim>{detail}</Verbatim> })}
          title={
            <>
              {words.live.severity[alarm.severity]}
              {words.gap}
              {known ?? (
                <>
                  {words.live.alarmUnknown} <Verbatim mono>{alarm.code}</Verbatim>
                </>
              )}
              <span className="soft small">
                {' '}
                {words.live.alarmFrom(role, '')}
                <Verbatim>{id}</Verbatim>
                {bay === undefined ? '' : ` · ${words.live.bayNumber(bay)}`}
                {camera === undefined ? null : (
                  <>
                    {` · ${words.live.alarmFrom('camera', '')}`}
                    <Verbatim>{camera}</Verbatim>
                  </>
                )}
                {' · '}
                {formatClock(alarm.at)}
              </span>
            </>
          }
        />
      );
    });
}

function sorted<T>(by: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(by).toSorted(([one], [other]) => one.localeCompare(other));
}
