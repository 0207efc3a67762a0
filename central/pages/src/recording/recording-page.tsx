import { Button, Card, Skeleton } from 'antd';
import { useEffect, useState, type ReactNode } from 'react';
import type { RecordingDetail, RecordingKey } from '../../../core/review-shapes.ts';
import { fetchRecording } from '../api/client.ts';
import { useLive } from '../api/live.tsx';
import { useLoad } from '../api/use-load.ts';
import { Kind, MarkBadges, Officer, StateBadges } from '../list/summary-parts.tsx';
import { Verbatim } from '../look/icons.tsx';
import { Notice } from '../look/notice.tsx';
import { Fence, TroubleAlert } from '../look/trouble.tsx';
import { linkTo } from '../route.ts';
import { formatTime } from '../words/format.ts';
import { useTitle, useWords } from '../words/language.tsx';
import { Belonging } from './belonging.tsx';
import { Facts } from './facts.tsx';
import { PhotoView } from './photo-view.tsx';
import { PlayerView } from './player.tsx';
import { TrackView } from './track-view.tsx';
import { usePlayer } from './use-player.ts';
import { VerdictView } from './verdict-view.tsx';

const SETTLE_MS = 800;

export function RecordingPage(props: {
  readonly recordingKey: RecordingKey;
  readonly canUnseal: boolean;
  readonly signedOut: () => void;
}): ReactNode {
  const { words } = useWords();
  const { recordingKey, canUnseal, signedOut } = props;
  const version = useSettled(useLive().live.changes);
  const { value, error, reload } = useLoad(
    linkTo(recordingKey),
    (signal) => fetchRecording(recordingKey, signal),
    { version },
  );
  useTitle(words.recording.title);
  useEffect(() => {
    if (error === 'signed-out') signedOut();
  }, [error, signedOut]);
  return (
    <>
      <p className="back">
        <a href={linkTo()}>← {words.recording.back}</a>
      </p>
      {error === undefined ? null : <TroubleAlert code={error} retry={reload} />}
      {value === undefined ? (
        error === undefined ? (
          <Card aria-busy="true" aria-label={words.loading}>
            <Skeleton active paragraph={{ rows: 8 }} />
          </Card>
        ) : null
      ) : (
        <Recording detail={value} canUnseal={canUnseal} />
      )}
    </>
  );
}

function Recording(props: { readonly detail: RecordingDetail; readonly canUnseal: boolean }): ReactNode {
  const { words } = useWords();
  const { detail, canUnseal } = props;
  const here = detail.segments.filter((segment) => segment.here).length;
  const [opened, setOpened] = useState({ here, parts: detail.parts });
  const handle = usePlayer(detail);
  const showNew = (): void => {
    setOpened({ here, parts: detail.parts });
    handle.restart();
  };
  const playable = opened.parts > 0;
  // Nothing was there to play: what has arrived is shown at once.
  useEffect(() => {
    if (!playable && detail.parts > 0) showNew();
  });
  return (
    <>
      <div className="section-head">
        <h1>{words.recording.heading(words.kind[detail.mode], formatTime(detail.start))}</h1>
        <span className="badges">
          <Kind of={detail} />
          <Officer of={detail} />
          <Verbatim>{detail.device}</Verbatim>
          <StateBadges of={{ ...detail, segments: detail.segments.length }} />
          <MarkBadges of={{ ...detail, marks: detail.marks.length }} />
        </span>
      </div>
      {here > opened.here && playable ? (
        <Notice
          kind="info"
          title={words.recording.newFootage(here - opened.here)}
          action={
            <Button size="small" onClick={showNew}>
              {words.recording.showNew}
            </Button>
          }
        />
      ) : null}
      <div className="recording">
        <div className="column">
          <div className="first">
            <Fence>
              {detail.mode === 'photo' && here > 0 && canUnseal ? (
                <PhotoView detail={detail} />
              ) : playable ? (
                <PlayerView {...handle} detail={detail} />
              ) : (
                <NothingToPlay canUnseal={canUnseal} />
              )}
            </Fence>
          </div>
          <div className="third">
            <Belonging detail={detail} />
            <Fence>
              <TrackView
                track={detail.track}
                time={handle.state.time}
                sealed={!canUnseal}
                seek={(time) => handle.player?.seek(time)}
              />
            </Fence>
          </div>
          <div className="fourth">
            <Fence>
              <Facts detail={detail} />
            </Fence>
          </div>
        </div>
        <div className="column">
          <div className="second">
            <Fence>
              <VerdictView detail={detail} show={(segment) => handle.player?.showSegment(segment)} />
            </Fence>
          </div>
        </div>
      </div>
    </>
  );
}

function NothingToPlay({ canUnseal }: { readonly canUnseal: boolean }): ReactNode {
  const { words } = useWords();
  if (!canUnseal) return <TroubleAlert code="cannot-unseal" />;
  return <Notice kind="info" title={words.recording.notHere} text={words.recording.notHereNext} />;
}

/** Changes come in bursts while a camera is read out. */
function useSettled(value: number): number {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = window.setTimeout(() => setSettled(value), SETTLE_MS);
    return () => window.clearTimeout(timer);
  }, [value]);
  return settled;
}
