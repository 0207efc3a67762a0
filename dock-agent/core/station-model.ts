/** What the kiosk shows of the dock: one snapshot, sent whole each time. Times are wall clock, milliseconds. */
export interface StationView {
  readonly bays: readonly BayView[];
  /** The worst first, then the newest; at most {@link MAX_ALARMS}. */
  readonly alarms: readonly AlarmView[];
  readonly uplink: UplinkView;
  /** undefined: the agency does not let footage wait on this dock. */
  readonly storage: StorageView | undefined;
}

export const MAX_ALARMS = 64;

/** What a tile says at a glance: one word, one colour, one shape each. */
export type Sign =
  | 'off' // by a technician's hand
  | 'empty'
  | 'identifying'
  | 'uploading'
  | 'waiting' // all is sent, the archive has not signed yet
  | 'charging' // all is in the archive
  | 'ready'
  | 'busy' // in the dock's hands in another way: leave it in
  | 'trouble'
  | 'refused';

export interface BayView {
  readonly bay: number;
  readonly sign: Sign;
  /** Since when. */
  readonly since: number;
  readonly camera: string | undefined;
  readonly officer: { readonly number: string; readonly name: string } | undefined;
  readonly batteryPercent: number | undefined;
  readonly freeBytes: number | undefined;
  readonly progress: ProgressView | undefined;
  readonly charge: ChargeView | undefined;
  /** Why there is trouble, or why it is refused: the code of an alarm. */
  readonly code: string | undefined;
}

export interface ProgressView {
  readonly bytes: number;
  readonly totalBytes: number;
  readonly objects: number;
  readonly totalObjects: number;
  /** Milliseconds; undefined while nobody can say. */
  readonly remaining: number | undefined;
}

export interface ChargeView {
  readonly state: string;
  readonly milliamps: number | undefined;
  readonly celsius: number | undefined;
}

export interface AlarmView {
  readonly id: string;
  readonly at: number;
  readonly code: string;
  readonly severity: 'warning' | 'critical';
  readonly bay: number | undefined;
  readonly camera: string | undefined;
  /** For the technician, in English. */
  readonly detail: string;
}

export interface UplinkView {
  readonly state: 'up' | 'down' | 'unknown';
  readonly since: number;
}

export interface StorageView {
  readonly bytes: number;
  readonly maxBytes: number;
  readonly files: number;
  readonly journals: number;
  readonly oldest: number | undefined;
}

interface Happened {
  readonly at: number;
}

export type StationEvent = Happened &
  (
    | {
        readonly type: 'bay';
        readonly bay: number;
        readonly state: string;
        readonly camera: string | undefined;
      }
    | ({ readonly type: 'progress'; readonly bay: number; readonly camera: string } & ProgressView)
    | ({ readonly type: 'charge'; readonly bay: number } & ChargeView)
    | {
        readonly type: 'camera';
        readonly bay: number;
        readonly camera: string;
        readonly batteryPercent: number | undefined;
        readonly freeBytes: number | undefined;
        readonly officer: { readonly number: string; readonly name: string } | undefined;
      }
    | ({ readonly type: 'alarm' } & Omit<AlarmView, 'at' | 'severity'> & {
          /** `info`: what was told under this code is well again. */
          readonly severity: 'info' | AlarmView['severity'];
        })
    | { readonly type: 'uplink'; readonly up: boolean | undefined }
    | { readonly type: 'storage'; readonly storage: StorageView | undefined }
    | { readonly type: 'switched'; readonly bay: number; readonly on: boolean }
    | { readonly type: 'tick' }
  );
