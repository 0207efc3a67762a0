import { Card } from 'antd';
import type { ReactNode } from 'react';
import type { RecordingDetail, RecordingSummary } from '../../../core/review-shapes.ts';
import { KIND_SHAPES } from '../list/summary-parts.tsx';
import { FactList, type Fact } from '../look/fact-list.tsx';
import { Icon } from '../look/icons.tsx';
import { linkTo } from '../route.ts';
import { formatTime } from '../words/format.ts';
import { useWords } from '../words/language.tsx';

/** Links between recordings of one camera: photos and what was being recorded, a recording and what it goes on in. */
export function Belonging({ detail }: { readonly detail: RecordingDetail }): ReactNode {
  const { words } = useWords();
  const { recording, during, continues, belonging } = detail;
  const { device, epoch } = detail;
  const photos = belonging.filter((other) => other.during === recording);
  const further = belonging.filter((other) => other.continues === recording);
  const other = (id: string): ReactNode => (
    <a href={linkTo({ device, epoch, recording: id })} translate="no" className="mono">
      {id.slice(0, 8)}
    </a>
  );
  const list = (of: readonly RecordingSummary[]): ReactNode => (
    <ul className="plain">
      {of.map((one) => (
        <li key={one.recording}>
          <a href={linkTo(one)} className="badges">
            <Icon shape={KIND_SHAPES[one.mode]} size={13} />
            {words.recording.which(words.kind[one.mode], formatTime(one.start))}
          </a>
        </li>
      ))}
    </ul>
  );
  const facts: Fact[] = [
    ...(during === undefined ? [] : [{ key: 'during', label: words.recording.during, value: other(during) }]),
    ...(continues === undefined
      ? []
      : [{ key: 'continues', label: words.recording.continues, value: other(continues) }]),
    ...(further.length === 0
      ? []
      : [{ key: 'further', label: words.recording.continuedBy, value: list(further) }]),
    ...(photos.length === 0
      ? []
      : [{ key: 'photos', label: words.recording.takenDuring, value: list(photos) }]),
  ];
  if (facts.length === 0) return null;
  return (
    <Card title={<h2>{words.recording.belonging}</h2>} size="small" className="belonging">
      <FactList facts={facts} />
    </Card>
  );
}
