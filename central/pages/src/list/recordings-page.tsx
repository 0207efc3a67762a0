import type { RecordingMode } from '@mingjing/protocol';
import { Button, Card, Empty, Grid, Segmented, Skeleton } from 'antd';
import { useEffect, useState, type ReactNode } from 'react';
import { useLive } from '../api/live.tsx';
import { Icon } from '../look/icons.tsx';
import { Fence, TroubleAlert } from '../look/trouble.tsx';
import { useTitle, useWords } from '../words/language.tsx';
import { LiveStrip } from './live-strip.tsx';
import { RecordingCards } from './recording-cards.tsx';
import { RecordingsTable } from './recordings-table.tsx';
import { KIND_SHAPES, KINDS } from './summary-parts.tsx';
import { useRecordings } from './use-recordings.ts';

export function RecordingsPage({ signedOut }: { readonly signedOut: () => void }): ReactNode {
  const { words } = useWords();
  const { live } = useLive();
  const [mode, setMode] = useState<RecordingMode>();
  const { recordings, cursor, loading, error, loadMore, reload } = useRecordings(live.changes, mode);
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
          <KindFilter mode={mode} choose={setMode} />
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
          <NoRecordings mode={mode} />
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

const ALL = 'all';

function KindFilter(props: {
  readonly mode: RecordingMode | undefined;
  readonly choose: (mode: RecordingMode | undefined) => void;
}): ReactNode {
  const { words } = useWords();
  const options = [
    { value: ALL, label: words.list.allKinds },
    ...KINDS.map((value) => ({
      value,
      label: (
        <span className="badges">
          <Icon shape={KIND_SHAPES[value]} size={13} />
          {words.kind[value]}
        </span>
      ),
    })),
  ];
  return (
    <Segmented<string>
      aria-label={words.list.kind}
      value={props.mode ?? ALL}
      options={options}
      onChange={(value) => props.choose(KINDS.find((kind) => kind === value))}
    />
  );
}

function NoRecordings({ mode }: { readonly mode: RecordingMode | undefined }): ReactNode {
  const { words } = useWords();
  if (mode !== undefined) {
    return (
      <Card>
        <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={words.list.noneOfKind(words.kind[mode])} />
      </Card>
    );
  }
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
