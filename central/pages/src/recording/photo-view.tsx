import { useEffect, useState, type ReactNode } from 'react';
import type { RecordingDetail } from '../../../core/review-shapes.ts';
import { askWhy, photoPath, type ApiErrorCode } from '../api/client.ts';
import { Notice } from '../look/notice.tsx';
import { TroubleAlert } from '../look/trouble.tsx';
import { formatTime } from '../words/format.ts';
import { useWords } from '../words/language.tsx';

/** The photo, or why it is not shown. */
export function PhotoView({ detail }: { readonly detail: RecordingDetail }): ReactNode {
  const { words } = useWords();
  const [trouble, setTrouble] = useState<ApiErrorCode | 'broken'>();
  const [round, setRound] = useState(0);
  const path = photoPath(detail);
  useEffect(() => setTrouble(undefined), [path, round]);
  const ask = async (): Promise<void> => {
    const why = await askWhy(path);
    setTrouble(why === 'not-understood' ? 'broken' : why);
  };
  if (trouble === 'broken')
    return <Notice kind="warning" title={words.player.broken.title} text={words.player.broken.next} />;
  if (trouble !== undefined) return <TroubleAlert code={trouble} retry={() => setRound(round + 1)} />;
  return (
    <figure className="photo">
      <img
        key={round}
        src={path}
        alt={words.player.photoOf(detail.device, formatTime(detail.start))}
        onError={() => void ask()}
      />
      <figcaption>
        <a href={path} target="_blank" rel="noreferrer">
          {words.player.photoOpen}
        </a>
      </figcaption>
    </figure>
  );
}
