import { Table, type TableColumnsType } from 'antd';
import type { ReactNode } from 'react';
import type { RecordingSummary } from '../../../core/review-shapes.ts';
import { Verbatim } from '../look/icons.tsx';
import { linkTo } from '../route.ts';
import { formatBytes, formatTime } from '../words/format.ts';
import { useWords } from '../words/language.tsx';
import type { Words } from '../words/zh.ts';
import { Kind, Length, MarkBadges, Officer, StateBadges } from './summary-parts.tsx';

export function RecordingsTable(props: { readonly recordings: readonly RecordingSummary[] }): ReactNode {
  const { words } = useWords();
  return (
    <Table<RecordingSummary>
      className="recordings"
      size="middle"
      rowKey={linkTo}
      columns={columnsOf(words.list, words.kind)}
      dataSource={props.recordings}
      pagination={false}
      onRow={(recording) => ({
        onClick: () => {
          // Whoever is marking text to copy it does not want to leave.
          if (window.getSelection()?.type !== 'Range') window.location.hash = linkTo(recording);
        },
      })}
    />
  );
}

function columnsOf(words: Words['list'], kinds: Words['kind']): TableColumnsType<RecordingSummary> {
  return [
    {
      title: words.start,
      key: 'start',
      render: (_, one) => (
        <a
          href={linkTo(one)}
          aria-label={words.open(kinds[one.mode], formatTime(one.start), one.device)}
          className="nowrap"
        >
          {formatTime(one.start)}
        </a>
      ),
    },
    { title: words.kind, key: 'kind', render: (_, one) => <Kind of={one} /> },
    { title: words.officer, key: 'officer', render: (_, one) => <Officer of={one} /> },
    { title: words.device, key: 'device', render: (_, one) => <Verbatim>{one.device}</Verbatim> },
    { title: words.length, key: 'length', align: 'right', render: (_, one) => <Length of={one} /> },
    { title: words.state, key: 'state', render: (_, one) => <StateBadges of={one} /> },
    { title: words.marks, key: 'marks', render: (_, one) => <MarkBadges of={one} /> },
    {
      title: words.size,
      key: 'size',
      align: 'right',
      render: (_, one) => (
        <span className="nowrap" translate="no">
          {formatBytes(one.bytes)}
        </span>
      ),
    },
  ];
}
