import { Card, Table } from 'antd';
import type { ReactNode } from 'react';
import type { RecordingDetail, SegmentDetail } from '../../../core/review-shapes.ts';
import { Kind, Officer } from '../list/summary-parts.tsx';
import { FactList, type Fact } from '../look/fact-list.tsx';
import { Fold } from '../look/fold.tsx';
import { Badge, Verbatim } from '../look/icons.tsx';
import { formatBytes, formatClock, formatSeconds, formatTime, formatZone } from '../words/format.ts';
import { useWords } from '../words/language.tsx';

export function Facts({ detail }: { readonly detail: RecordingDetail }): ReactNode {
  const { words } = useWords();
  const { facts } = words;
  const all = detail.segments.length;
  const here = detail.segments.filter((segment) => segment.here).length;
  const items: Fact[] = [
    { key: 'kind', label: facts.kind, value: <Kind of={detail} /> },
    { key: 'officer', label: facts.officer, value: <Officer of={detail} /> },
    { key: 'device', label: facts.device, value: <Verbatim>{detail.device}</Verbatim> },
    { key: 'start', label: facts.start, value: formatTime(detail.start) },
    ...(detail.mode === 'photo'
      ? []
      : [
          {
            key: 'end',
            label: facts.end,
            value: detail.end === undefined ? facts.stillOpen : formatTime(detail.end),
          },
          { key: 'length', label: facts.length, value: formatSeconds(detail.seconds) },
        ]),
    ...(detail.closedReason === undefined
      ? []
      : [{ key: 'closed', label: facts.closed, value: words.closed[detail.closedReason] }]),
    { key: 'size', label: facts.size, value: <span translate="no">{formatBytes(detail.bytes)}</span> },
    {
      key: 'segments',
      label: facts.segments,
      value: here === all ? facts.allHere(all) : facts.segmentsHere(here, all),
    },
    {
      key: 'recording',
      label: facts.recording,
      value: <Verbatim mono>{detail.recording}</Verbatim>,
    },
  ];
  return (
    <Card title={<h2>{facts.title}</h2>} size="small">
      <FactList facts={items} />
      <p className="soft small">{facts.zone(formatZone(detail.start))}</p>
      <Fold label={facts.segmentList}>
        <SegmentTable segments={detail.segments} />
      </Fold>
    </Card>
  );
}

function SegmentTable({ segments }: { readonly segments: readonly SegmentDetail[] }): ReactNode {
  const { words } = useWords();
  const { facts } = words;
  return (
    <Table<SegmentDetail>
      size="small"
      rowKey="index"
      dataSource={segments}
      scroll={{ x: 'max-content' }}
      pagination={segments.length > 50 ? { pageSize: 50, showSizeChanger: false } : false}
      columns={[
        { title: facts.segment, key: 'index', render: (_, { index }) => index + 1 },
        { title: facts.begins, key: 'start', render: (_, { start }) => formatClock(start) },
        {
          title: facts.length,
          key: 'length',
          render: (_, { seconds }) => formatSeconds(Math.round(seconds)),
        },
        ...(segments.every(({ picture = true, sound = true }) => picture && sound)
          ? []
          : [
              {
                title: facts.content,
                key: 'content',
                render: (_: unknown, { picture = true, sound = true }: SegmentDetail) =>
                  [...(picture ? [] : [facts.noPicture]), ...(sound ? [] : [facts.noSound])].join(
                    words.comma,
                  ),
              },
            ]),
        {
          title: facts.here,
          key: 'here',
          render: (_, { here, recovered }) => (
            <span className="badges">
              <Badge shape={here ? 'complete' : 'arriving'} tone={here ? 'good' : 'busy'}>
                {here ? facts.yes : facts.no}
              </Badge>
              {recovered ? (
                <Badge shape="warning" tone="unsure">
                  {facts.recovered}
                </Badge>
              ) : null}
            </span>
          ),
        },
        {
          title: facts.clock,
          key: 'clock',
          render: (_, { clock }) =>
            [
              facts.source[clock.source],
              ...(clock.uncertainty === undefined ? [] : [facts.uncertainty(clock.uncertainty)]),
            ].join(words.comma),
        },
      ]}
    />
  );
}
