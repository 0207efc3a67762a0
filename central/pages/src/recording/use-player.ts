import { useCallback, useEffect, useRef, useState, useSyncExternalStore, type RefObject } from 'react';
import type { RecordingDetail } from '../../../core/review-shapes.ts';
import { FootagePlayer } from './footage-player.ts';
import { NOT_YET, type PlayerState } from './player-state.ts';

export interface PlayerHandle {
  /** The one element that plays: `video`, or `audio` where there is sound alone. */
  readonly setMedia: (element: HTMLMediaElement | null) => void;
  readonly media: RefObject<HTMLMediaElement | null>;
  readonly player: FootagePlayer | undefined;
  readonly state: PlayerState;
  /** Begins anew with what is known of the recording by now. */
  readonly restart: () => void;
}

/** One player for the recording as it was when it was opened: what arrives later does not break in on the viewer. */
export function usePlayer(detail: RecordingDetail): PlayerHandle {
  const media = useRef<HTMLMediaElement>(null);
  const setMedia = useCallback((element: HTMLMediaElement | null) => {
    media.current = element;
  }, []);
  const [player, setPlayer] = useState<FootagePlayer>();
  const [round, setRound] = useState(0);
  const newest = useRef(detail);
  newest.current = detail;
  useEffect(() => {
    const element = media.current;
    if (element === null || newest.current.parts === 0) return undefined;
    const made = new FootagePlayer(element, newest.current);
    setPlayer(made);
    return () => made.destroy();
  }, [round]);
  const nothing = useCallback(() => () => undefined, []);
  const still = useCallback(() => NOT_YET, []);
  const state = useSyncExternalStore(player?.subscribe ?? nothing, player?.snapshot ?? still);
  const restart = useCallback(() => setRound((count) => count + 1), []);
  return { media, setMedia, player, state, restart };
}
