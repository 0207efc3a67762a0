import { createContext, use, useEffect, useReducer, type Dispatch, type ReactNode } from 'react';
import type { LiveEvents } from '../../../core/review-shapes.ts';
import { NO_LIVE, stepLive, type LiveEvent, type LiveState } from './live-state.ts';

const NAMES = {
  snapshot: true,
  camera: true,
  dock: true,
  progress: true,
  alarm: true,
  'recordings-changed': true,
} as const satisfies Record<keyof LiveEvents, true>;

const RETRY_MS = 5_000;
const LiveContext = createContext<{ live: LiveState; dispatch: Dispatch<LiveEvent> }>({
  live: NO_LIVE,
  dispatch: () => undefined,
});

export function useLive(): { live: LiveState; dispatch: Dispatch<LiveEvent> } {
  return use(LiveContext);
}

/** Keeps one line to the archive open, and takes it up again when it breaks. */
export function LiveProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const [live, dispatch] = useReducer(stepLive, NO_LIVE);
  useEffect(() => openLine(dispatch), []);
  return <LiveContext value={{ live, dispatch }}>{children}</LiveContext>;
}

function openLine(dispatch: Dispatch<LiveEvent>): () => void {
  let source: EventSource | undefined;
  let retry: number | undefined;
  const connect = (): void => {
    const opened = new EventSource('api/live');
    source = opened;
    opened.onopen = () => dispatch({ name: 'line', data: 'open' });
    opened.onerror = () => {
      dispatch({ name: 'line', data: 'lost' });
      // The browser tries again by itself, but not after a refusal.
      if (opened.readyState === EventSource.CLOSED) retry = window.setTimeout(connect, RETRY_MS);
    };
    for (const name of Object.keys(NAMES))
      opened.addEventListener(name, (event: MessageEvent<unknown>) => hear(name, event.data, dispatch));
  };
  connect();
  return () => {
    window.clearTimeout(retry);
    source?.close();
  };
}

function hear(name: string, data: unknown, dispatch: Dispatch<LiveEvent>): void {
  if (typeof data !== 'string') return;
  try {
    dispatch({ name, data: JSON.parse(data) as unknown } as LiveEvent);
  } catch {
    // An event that cannot be read is passed over: the next snapshot makes up for it.
  }
}
