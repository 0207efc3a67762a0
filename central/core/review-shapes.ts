import type {
  Alarm,
  CameraState,
  ClockState,
  DockState,
  EntryOf,
  Progress,
  RecordingMode,
} from '@mingjing/protocol';

/** What the review API answers and the pages show. JSON; times are RFC 3339 UTC. */

/** `recording`: the camera says so now. `arriving`: not closed, or not all of it is here. */
export type RecordingState = 'recording' | 'arriving' | 'complete';
export type CloseReason = EntryOf<'recording-closed'>['reason'];

/** Names one recording: its id is the camera's own word, unique within that camera's journal only. */
export interface RecordingKey {
  readonly device: string;
  readonly epoch: number;
  readonly recording: string;
}

export interface RecordingSummary extends RecordingKey {
  readonly mode: RecordingMode;
  /** The recording of the same camera during which this photo was taken. */
  readonly during?: string;
  /** The recording of the same camera this one goes on from. */
  readonly continues?: string;
  readonly officer?: string;
  readonly start: string;
  readonly end?: string;
  readonly seconds: number;
  readonly state: RecordingState;
  readonly closedReason?: CloseReason;
  readonly segments: number;
  readonly segmentsHere: number;
  readonly marks: number;
  /** A key mark exempts the recording from every clean-up. */
  readonly keyMarked: boolean;
  /** Sealed bytes of all its segments. */
  readonly bytes: number;
}

/** `GET /api/recordings?limit=&before=&mode=`: newest first. `before` is an earlier answer's `cursor`, or a time. */
export interface RecordingList {
  readonly recordings: readonly RecordingSummary[];
  /** Give it as `before` to read on; absent at the end. */
  readonly cursor?: string;
}

export interface MarkDetail {
  /** Seconds into the recording. */
  readonly time: number;
  readonly kind: 'mark' | 'key';
  readonly at: string;
}

/** From that moment on: what the camera sees and hears, and why that changed; or what its officer set. */
export interface ChangeDetail {
  /** Seconds into the recording. */
  readonly time: number;
  readonly at: string;
  readonly capture?: { readonly picture: boolean; readonly sound: boolean; readonly reason: string };
  readonly setting?: { readonly setting: 'mute' | 'stealth'; readonly on: boolean };
}

export interface TrackPoint {
  /** Seconds into the recording. */
  readonly time: number;
  readonly lat: number;
  readonly lon: number;
  /** Metres per second. */
  readonly speed?: number;
}

export interface SegmentDetail {
  readonly index: number;
  readonly start: string;
  readonly end?: string;
  readonly seconds: number;
  /** Saved after a power cut: its tail may be shortened, never altered. */
  readonly recovered: boolean;
  /** Its sealed object is in the archive. */
  readonly here: boolean;
  /** What is in it, of a film that was read through. */
  readonly picture?: boolean;
  readonly sound?: boolean;
  readonly clock: ClockState;
}

export interface CertificateDetail {
  readonly id: string;
  readonly epoch: number;
  readonly notBefore: string;
  readonly notAfter: string;
  /** SHA-256 of the DER, hexadecimal. */
  readonly fingerprint: string;
}

/** `GET /api/recordings/{device}/{epoch}/{recording}` */
export interface RecordingDetail extends Omit<RecordingSummary, 'marks' | 'segments'> {
  readonly marks: readonly MarkDetail[];
  readonly changes: readonly ChangeDetail[];
  /** Photos taken during it, and recordings that go on from it; in order of their begin. */
  readonly belonging: readonly RecordingSummary[];
  readonly segments: readonly SegmentDetail[];
  /** Empty when this archive may not unseal footage. */
  readonly track: readonly TrackPoint[];
  readonly certificate: CertificateDetail;
  /**
   * Runs of segments that play in one go: of a film `playlist.m3u8?part=0` and on, of sound `sound/0.wav` and on. 0 when
   * nothing can be played. A photo is `photo.jpg`.
   */
  readonly parts: number;
  /** Of a recording of sound: what each part is made of. */
  readonly sound?: readonly (readonly { readonly segment: number; readonly seconds: number }[])[];
}

/** `GET /api/session`. Who is not signed in learns nothing. */
export type SessionAnswer =
  | { readonly signedIn: false }
  | {
      readonly signedIn: true;
      readonly agency: string;
      readonly archive: string;
      readonly canUnseal: boolean;
    };

/** `event: snapshot` of `GET /api/live`; keyed by machine id, progress by `<dock>/<bay>`. */
export interface LiveSnapshot {
  readonly cameras: Readonly<Record<string, CameraState>>;
  readonly docks: Readonly<Record<string, DockState>>;
  readonly progress: Readonly<Record<string, Progress>>;
  /** The latest, oldest first. */
  readonly alarms: readonly LiveAlarm[];
}

export interface LiveAlarm {
  readonly role: 'camera' | 'dock' | 'archive';
  readonly id: string;
  readonly alarm: Alarm;
}

/** The events of `GET /api/live`: `event:` is the key, `data:` the JSON. */
export interface LiveEvents {
  readonly snapshot: LiveSnapshot;
  readonly camera: { readonly id: string; readonly state: CameraState };
  readonly dock: { readonly id: string; readonly state: DockState };
  readonly progress: { readonly id: string; readonly progress: Progress };
  readonly alarm: LiveAlarm;
  readonly 'recordings-changed': RecordingKey | Record<string, never>;
}

/** `POST /api/cameras/{id}/command` with `{ kind }`. What came of it is in the camera's state, `ordered`, and journal. */
export interface CommandSent {
  readonly command: string;
  readonly sequence: number;
  readonly expires: string;
}

/** Every refusal of the review API, as `{ code, message }`. Closed: the pages word each of them. */
export const REVIEW_REFUSALS = {
  'bad-request': 400,
  'signed-out': 401,
  'bad-token': 401, // used up, or never given out: read the review-link file again
  'not-allowed': 403, // another host, origin or site
  'not-found': 404,
  'cannot-unseal': 409, // this archive holds no key of footage
  'key-not-here': 409, // the object with the recording's key has not arrived
  'footage-not-here': 409, // the segment's object has not arrived
  'content-altered': 409, // the footage is not what the camera signed
  'footage-unreadable': 409,
  'camera-away': 409, // an order goes to a camera that is connected
  'too-many-attempts': 429,
  internal: 500,
} as const;
export type ReviewRefusalCode = keyof typeof REVIEW_REFUSALS;
