import type { StationView } from '../core/station-model.ts';

/** What the kiosk's page shows of the dock. */
export interface Station {
  view(): StationView;
  /** `onChange` is called after every change, with no word of which; the answer ends it. */
  watch(onChange: () => void): () => void;
}
