import type { Finding, Verdict } from '@mingjing/protocol';
import { Table } from 'antd';
import type { ReactNode } from 'react';
import { axisName } from '../../../../protocol/verify/words.ts';
import type { RecordingDetail } from '../../../core/review-shapes.ts';
import { FactList } from '../look/fact-list.tsx';
import { Fold } from '../look/fold.tsx';
import { Verbatim } from '../look/icons.tsx';
import { formatTime } from '../words/format.ts';
import { useWords } from '../words/language.tsx';

/** What a technician, or the other side's expert, asks for. */
export function TechnicalDetails(props: {
  readonly verdict: Verdict;
  readonly detail: RecordingDetail;
}): ReactNode {
  const { words } = useWords();
  return (
    <Fold label={words.technical.title}>
      <Details {...props} />
    </Fold>
  );
}

function Details(props: { readonly verdict: Verdict; readonly detail: RecordingDetail }): ReactNode {
  const { words } = useWords();
  const { technical } = words;
  const { verdict, detail } = props;
  const { counts, findings } = verdict;
  const { certificate } = detail;
  return (
    <>
      <FactList
        facts={[
          {
            key: 'examined',
            label: technical.examined,
            value: technical.examinedWhat(counts.entries, counts.segments, counts.bytes.toLocaleString('en')),
          },
          {
            key: 'certificate',
            label: technical.certificate,
            value: (
              <>
                <Verbatim>{certificate.id}</Verbatim>
                {words.comma}
                {technical.epoch(certificate.epoch)}
              </>
            ),
          },
          {
            key: 'fingerprint',
            label: technical.fingerprint,
            value: <Verbatim mono>{certificate.fingerprint}</Verbatim>,
          },
          {
            key: 'validity',
            label: technical.validity,
            value: technical.validFromTo(formatTime(certificate.notBefore), formatTime(certificate.notAfter)),
          },
        ]}
      />
      {findings.length === 0 ? null : (
        <>
          <h4>{technical.findings}</h4>
          <FindingTable findings={findings} />
        </>
      )}
      <h4>{technical.offline}</h4>
      <p>{technical.offlineHow}</p>
      <p>{technical.exportStep}</p>
      <pre translate="no">
        {`mingjing export --config archive.json \\
  --recording ${detail.recording} \\
  --out ./export --reason "…"`}
      </pre>
      <p>{technical.verifyStep}</p>
      <pre translate="no">mingjing verify ./export --root root.pem</pre>
    </>
  );
}

function FindingTable({ findings }: { readonly findings: readonly Finding[] }): ReactNode {
  const { words, language } = useWords();
  const { technical } = words;
  const verbatim = (text: string | number | undefined): ReactNode =>
    text === undefined ? '—' : <Verbatim mono>{text}</Verbatim>;
  return (
    <Table<Finding & { readonly number: number }>
      size="small"
      rowKey="number"
      dataSource={findings.map((finding, number) => ({ ...finding, number }))}
      scroll={{ x: 'max-content' }}
      pagination={findings.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
      columns={[
        { title: technical.code, key: 'code', render: (_, { code }) => verbatim(code) },
        { title: technical.axis, key: 'axis', render: (_, { axis }) => axisName(axis, language) },
        { title: technical.entry, key: 'entry', render: (_, { place }) => verbatim(place.entry) },
        {
          title: technical.segment,
          key: 'segment',
          render: (_, { place }) => verbatim(place.segment === undefined ? undefined : place.segment + 1),
        },
        { title: technical.bytes, key: 'bytes', render: (_, { place }) => verbatim(place.bytes?.join('–')) },
        { title: technical.file, key: 'file', render: (_, { place }) => verbatim(place.file) },
        { title: technical.object, key: 'object', render: (_, { place }) => verbatim(place.object) },
        { title: technical.detail, key: 'detail', render: (_, { detail }) => verbatim(detail) },
      ]}
    />
  );
}
