import { Button, Card, Empty, Grid, Skeleton } from 'antd';
import { useEffect, type ReactNode } from 'react';
import { useLive } from '../api/live.tsx';
import { Fence, TroubleAlert } from '../look/trouble.tsx';
import { useTitle, useWords } from '../words/language.tsx';
import { LiveStrip } from './live-strip.tsx';
import { RecordingCards } from './recording-cards.tsx';
import { RecordingsTable } from './recordings-table.tsx';
import { useRecordings } from './use-recordings.ts';

export function RecordingsPage({ signedOut }: { readonly signedOut: () => void }): ReactNode {
  const { words } = useWords();
  const { live } = useLive();
  const { recordings, cursor, loading, error, loadMore, reload } = useRecordings(live.changes);
  const wide = Grid.useBreakpoint().md === true;
  useTitle(words.list.title);
  useEffect(() => {
    if (error === 'signed-out') signedOut();
  }, [error, signedOut]);
  return (
    <>
      <Fence>
        <LiveStrip />
      </Fence>
      <section aria-labelledby="recordings-title">
        <div className="section-head">
          <h1 id="recordings-title">{words.list.title}</h1>
          <span className="soft" role="status">
            {recordings === undefined ? '' : words.list.count(recordings.length, cursor !== undefined)}
          </span>
        </div>
        {error === undefined ? null : <TroubleAlert code={error} retry={reload} />}
        {recordings === undefined ? (
          error === undefined ? (
            <Card aria-busy="true" aria-label={words.loading}>
              <Skeleton active paragraph={{ rows: 6 }} title={false} />
            </Card>
          ) : null
        ) : recordings.length === 0 ? (
          <NoRecordings />
        ) : wide ? (
          <RecordingsTable recordings={recordings} />
        ) : (
          <RecordingCards recordings={recordings} />
        )}
        {cursor === undefined ? null : (
          <p className="centred">
            <Button onClick={loadMore} loading={loading}>
              {words.list.more}
            </Button>
          </p>
        )}
      </section>
    </>
  );
}

function NoRecordings(): ReactNode {
  const { words } = useWords();
  return (
    <Card>
      <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={<strong>{words.list.empty}</strong>}>
        <ol className="steps">
          {words.list.emptySteps.map((step) => (
            <li key={step}>{step}</li>
          ))}
        </ol>
      </Empty>
    </Card>
  );
}
