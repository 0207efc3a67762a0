import type { ApiErrorCode } from '../api/client.ts';
import type { Timeline } from './timeline.ts';

export type PlayerTrouble = ApiErrorCode | 'unsupported' | 'broken';

export interface PlayerState {
  readonly phase: 'preparing' | 'ready' | 'failed';
  readonly trouble: PlayerTrouble | undefined;
  /** Where footage goes on behind the trouble. */
  readonly skipTo: number | undefined;
  readonly playing: boolean;
  /** Playing is wanted, and there is nothing to show yet. */
  readonly waiting: boolean;
  /** Seconds into the recording. */
  readonly time: number;
  readonly timeline: Timeline;
  /** Of what is shown now. */
  readonly picture: boolean;
}

export const NOT_YET: PlayerState = {
  phase: 'preparing',
  trouble: undefined,
  skipTo: undefined,
  playing: false,
  waiting: false,
  time: 0,
  timeline: { pieces: [], seconds: 0 },
  picture: true,
};
