import type { ReactNode } from 'react';
import type { RecordingSummary } from '../../../core/review-shapes.ts';
import { Verbatim } from '../look/icons.tsx';
import { linkTo } from '../route.ts';
import { formatBytes, formatTime } from '../words/format.ts';
import { useWords } from '../words/language.tsx';
import { Kind, Length, MarkBadges, Officer, StateBadges } from './summary-parts.tsx';

/** The list for a narrow window: one card, one link, for each recording. */
export function RecordingCards(props: { readonly recordings: readonly RecordingSummary[] }): ReactNode {
  const { words } = useWords();
  return (
    <ul className="cards">
      {props.recordings.map((one) => (
        <li key={linkTo(one)}>
          <a
            href={linkTo(one)}
            className="card"
            aria-label={words.list.open(words.kind[one.mode], formatTime(one.start), one.device)}
          >
            <span className="card-row">
              <strong>{formatTime(one.start)}</strong>
              <span>
                <Length of={one} />
              </span>
            </span>
            <span className="card-row">
              <span>
                <Officer of={one} /> · <Verbatim>{one.device}</Verbatim>
              </span>
              <span className="soft" translate="no">
                {formatBytes(one.bytes)}
              </span>
            </span>
            <span className="card-row">
              <span className="badges">
                <Kind of={one} />
                <StateBadges of={one} />
              </span>
              <MarkBadges of={one} />
            </span>
          </a>
        </li>
      ))}
    </ul>
  );
}
