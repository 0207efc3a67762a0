import { useCallback, useEffect, useRef, useState } from 'react';
import type { RecordingMode } from '@mingjing/protocol';
import type { RecordingSummary } from '../../../core/review-shapes.ts';
import { codeOf, fetchRecordings, type ApiErrorCode } from '../api/client.ts';
import { linkTo } from '../route.ts';

interface ListState {
  readonly recordings: readonly RecordingSummary[];
  /** To read on; absent at the end. */
  readonly cursor: string | undefined;
}

export interface RecordingsView extends Partial<ListState> {
  readonly loading: boolean;
  readonly error: ApiErrorCode | undefined;
  readonly loadMore: () => void;
  readonly reload: () => void;
}

/** Changes come in bursts while a camera is read out. */
const SETTLE_MS = 400;

/** The newest recordings, kept fresh, and earlier ones as they are asked for. */
export function useRecordings(changes: number, mode: RecordingMode | undefined): RecordingsView {
  const [list, setList] = useState<ListState>();
  const [loading, setLoading] = useState(true);
  const [error, setError] = useState<ApiErrorCode>();
  const latest = useRef(0);

  const load = useCallback(
    (before?: string): void => {
      const mine = (latest.current += 1);
      setLoading(true);
      fetchRecordings(before, mode)
        .then(
          ({ recordings, cursor }) => {
            if (mine !== latest.current) return;
            setError(undefined);
            setList((old) =>
              before === undefined ? refresh(old, recordings, cursor) : extend(old, recordings, cursor),
            );
          },
          (cause: unknown) => {
            if (mine === latest.current) setError(codeOf(cause));
          },
        )
        .finally(() => {
          if (mine === latest.current) setLoading(false);
        });
    },
    [mode],
  );

  // What is listed is of the kind asked for before.
  useEffect(() => setList(undefined), [mode]);

  useEffect(() => {
    const timer = window.setTimeout(() => load(), changes <= 1 ? 0 : SETTLE_MS);
    return () => window.clearTimeout(timer);
  }, [changes, load]);

  const cursor = list?.cursor;
  const loadMore = useCallback(() => load(cursor), [load, cursor]);
  const reload = useCallback(() => load(), [load]);
  return { ...list, loading, error, loadMore, reload };
}

/** The first page anew; what was read on before it stays. */
function refresh(
  old: ListState | undefined,
  recordings: readonly RecordingSummary[],
  cursor: string | undefined,
): ListState {
  const fresh = new Set(recordings.map(linkTo));
  const last = recordings.at(-1);
  if (old === undefined || last === undefined || cursor === undefined) return { recordings, cursor };
  const rest = old.recordings.filter((one) => !fresh.has(linkTo(one)) && one.start <= last.start);
  return rest.length === 0
    ? { recordings, cursor }
    : { recordings: [...recordings, ...rest], cursor: old.cursor };
}

function extend(
  old: ListState | undefined,
  recordings: readonly RecordingSummary[],
  cursor: string | undefined,
): ListState {
  const known = new Set(old?.recordings.map(linkTo));
  return {
    recordings: [...(old?.recordings ?? []), ...recordings.filter((one) => !known.has(linkTo(one)))],
    cursor,
  };
}
