import type { RecordingMode } from '@mingjing/protocol';
import type { ReactNode } from 'react';
import type { RecordingSummary } from '../../../core/review-shapes.ts';
import { Badge, Verbatim, type Shape, type Tone } from '../look/icons.tsx';
import { formatSeconds } from '../words/format.ts';
import { useWords } from '../words/language.tsx';

const LOOK: Readonly<Record<RecordingSummary['state'], { shape: Shape; tone: Tone }>> = {
  recording: { shape: 'recording', tone: 'bad' },
  arriving: { shape: 'arriving', tone: 'busy' },
  complete: { shape: 'complete', tone: 'good' },
};

export const KIND_SHAPES: Readonly<Record<RecordingMode, Shape>> = {
  video: 'film',
  audio: 'microphone',
  photo: 'photo',
};
export const KINDS = Object.keys(KIND_SHAPES) as readonly RecordingMode[];

/** What kind of recording it is, by shape and word. */
export function Kind({ of }: { readonly of: Pick<RecordingSummary, 'mode'> }): ReactNode {
  const { words } = useWords();
  return (
    <Badge shape={KIND_SHAPES[of.mode]} tone="quiet">
      {words.kind[of.mode]}
    </Badge>
  );
}

type Of = { readonly of: Pick<RecordingSummary, 'state' | 'closedReason' | 'segments' | 'segmentsHere'> };

export function StateBadges({ of }: Of): ReactNode {
  const { words } = useWords();
  const { shape, tone } = LOOK[of.state];
  const unusual =
    of.closedReason !== undefined && of.closedReason !== 'stopped' && of.closedReason !== 'power-off';
  return (
    <span className="badges">
      <Badge shape={shape} tone={tone}>
        {words.state[of.state]}
      </Badge>
      {unusual ? (
        <Badge shape="warning" tone="unsure">
          {words.closed[of.closedReason]}
        </Badge>
      ) : null}
      {of.segmentsHere < of.segments ? (
        <span className="soft small">{words.list.arrived(of.segmentsHere, of.segments)}</span>
      ) : null}
    </span>
  );
}

export function MarkBadges({
  of,
}: {
  readonly of: Pick<RecordingSummary, 'marks' | 'keyMarked'>;
}): ReactNode {
  const { words } = useWords();
  if (of.marks === 0) return <span className="soft">{words.list.noMarks}</span>;
  return (
    <span className="badges">
      {of.keyMarked ? (
        <Badge shape="key" tone="key" title={words.list.keyExplained}>
          {words.list.key}
        </Badge>
      ) : null}
      <span>{words.list.markCount(of.marks)}</span>
    </span>
  );
}

export function Officer({ of }: { readonly of: Pick<RecordingSummary, 'officer'> }): ReactNode {
  const { words } = useWords();
  if (of.officer === undefined) return <span className="soft">{words.facts.noOfficer}</span>;
  return <Verbatim>{of.officer}</Verbatim>;
}

export function Length({
  of,
}: {
  readonly of: Pick<RecordingSummary, 'mode' | 'seconds' | 'end'>;
}): ReactNode {
  // A photo has no length, nor has what has only begun.
  return of.mode === 'photo' || (of.end === undefined && of.seconds === 0) ? '—' : formatSeconds(of.seconds);
}
