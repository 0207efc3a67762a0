import { Type, type Static, type TSchema } from 'typebox';
import { ID_PATTERN } from '../note/names.ts';

/**
 * The closed union of what a camera's journal says. One JSON object an entry.
 * `at` is RFC 3339 UTC with milliseconds, by the camera's clock; `mono` is milliseconds since `boot` began and
 * never runs backwards within a boot, whatever is done to the clock.
 */
const closed = { additionalProperties: false } as const;

export const Sha256Hex = Type.String({ pattern: '^[0-9a-f]{64}$' });
/** RFC 3339, UTC, milliseconds. */
export const Timestamp = Type.String({
  pattern:
    '^[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])T(?:[01][0-9]|2[0-3])(?::[0-5][0-9]){2}\\.[0-9]{3}Z$',
});
export const Id = Type.String({ pattern: ID_PATTERN });
export const RecordingId = Type.String({ pattern: '^[0-9a-f]{32}$' });
/** Milliseconds, whole. */
export const Millis = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
export const Bytes = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
export const Count = Type.Integer({ minimum: 0, maximum: 0xffff_ffff });
export const Text = Type.String({ maxLength: 1024 });
/** A short word of a closed list that may grow. */
export const Word = Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,63}$' });

/** Who says what time it is, and how far it may be off (milliseconds; absent: nobody knows). */
export const ClockState = Type.Object(
  {
    source: Type.Union([
      Type.Literal('gnss'),
      Type.Literal('dock'),
      Type.Literal('network'),
      Type.Literal('free-running'),
    ]),
    uncertainty: Type.Optional(Millis),
  },
  closed,
);

/** WGS 84 degrees; metres; metres per second; degrees from true north. */
export const Position = Type.Object(
  {
    lat: Type.Number({ minimum: -90, maximum: 90 }),
    lon: Type.Number({ minimum: -180, maximum: 180 }),
    alt: Type.Optional(Type.Number({ minimum: -12_000, maximum: 100_000 })),
    speed: Type.Optional(Type.Number({ minimum: 0, maximum: 2_000 })),
    course: Type.Optional(Type.Number({ minimum: 0, maximum: 360 })),
    /** Age of the fix in milliseconds when it was stamped. */
    age: Millis,
  },
  closed,
);

const head = { at: Timestamp, boot: Type.String({ pattern: '^[0-9a-f]{32}$' }), mono: Millis } as const;

function entry<const N extends string, P extends Record<string, TSchema>>(type: N, properties: P) {
  return Type.Object({ type: Type.Literal(type), ...head, ...properties }, closed);
}

/** What a finished piece of footage is called by. `object` is SHA-256 of the age file, which is also its name. */
const segment = {
  recording: RecordingId,
  index: Count,
  object: Sha256Hex,
  size: Bytes,
  start: Timestamp,
  clock: ClockState,
};

const handedBy = { dock: Type.Optional(Id), assignment: Type.Optional(Sha256Hex) };

export const entrySchemas = {
  'power-on': entry('power-on', {
    device: Id,
    epoch: Type.Integer({ minimum: 1, maximum: 999_999_999 }),
    software: Text,
    cause: Type.Union([Type.Literal('start'), Type.Literal('after-power-loss')]),
  }),
  'power-off': entry('power-off', { reason: Word }),
  'clock-set': entry('clock-set', { before: Timestamp, after: Timestamp, clock: ClockState }),
  /** `dock`, `assignment`: who handed it over, and SHA-256 of the line it signed; absent: it was done at the camera. */
  'officer-assigned': entry('officer-assigned', {
    officer: Text,
    name: Type.Optional(Text),
    certificate: Type.Optional(Text),
    ...handedBy,
  }),
  'officer-returned': entry('officer-returned', { officer: Text, ...handedBy }),
  /**
   * `key` names the object in which the recording's age identity is wrapped to the agency's recipients. A photo is a
   * recording of one segment, whose plaintext is a JPEG; segments of an audio recording are WAV, of a video fragmented
   * MP4. `during`: what was being recorded when the photo was taken. `continues`: the recording that this one goes on
   * from, because what the camera gave no longer fitted it.
   */
  'recording-opened': entry('recording-opened', {
    recording: RecordingId,
    mode: Type.Union([Type.Literal('video'), Type.Literal('audio'), Type.Literal('photo')]),
    during: Type.Optional(RecordingId),
    continues: Type.Optional(RecordingId),
    cause: Word,
    /** Begin of the footage: earlier than `at` by the pre-event footage taken in. */
    start: Timestamp,
    key: Type.Object(
      { recipient: Type.String({ pattern: '^age1[a-z0-9]{58}$' }), object: Sha256Hex, size: Bytes },
      closed,
    ),
    officer: Type.Optional(Text),
  }),
  /** `content` is SHA-256 of the plaintext: a fragmented MP4, WAV or JPEG that plays by itself. */
  'segment-sealed': entry('segment-sealed', { ...segment, content: Sha256Hex, end: Timestamp }),
  /** What a power cut left of an open segment. Nobody had the key any more, so only the ciphertext is hashed. */
  'segment-recovered': entry('segment-recovered', segment),
  /**
   * A segment was begun, and not all of it is there any more: nothing, if none was recovered under this index. `size`:
   * bytes found, all of them, readable or not. What is there and was not recovered, the camera keeps.
   */
  'segment-lost': entry('segment-lost', {
    recording: RecordingId,
    index: Count,
    reason: Type.Union([Type.Literal('file-missing'), Type.Literal('file-damaged')]),
    size: Bytes,
  }),
  marked: entry('marked', {
    recording: RecordingId,
    kind: Type.Union([Type.Literal('mark'), Type.Literal('key')]),
    position: Type.Optional(Position),
  }),
  /** The counts leave no room to leave an entry of the recording out. */
  'recording-closed': entry('recording-closed', {
    recording: RecordingId,
    reason: Type.Union([
      Type.Literal('stopped'),
      Type.Literal('power-off'),
      Type.Literal('power-loss'),
      Type.Literal('capture-lost'),
      Type.Literal('capture-changed'),
      Type.Literal('battery-low'),
      Type.Literal('storage-full'),
      Type.Literal('storage-fault'),
    ]),
    segments: Count,
    marks: Count,
    end: Timestamp,
  }),
  /** What the camera sees and hears from here on, and why that changed. */
  'capture-changed': entry('capture-changed', {
    picture: Type.Boolean(),
    sound: Type.Boolean(),
    reason: Word,
    recording: Type.Optional(RecordingId),
  }),
  /** A choice that policy left to the officer. */
  'setting-changed': entry('setting-changed', {
    setting: Type.Union([Type.Literal('mute'), Type.Literal('stealth')]),
    on: Type.Boolean(),
    recording: Type.Optional(RecordingId),
  }),
  /** Put into a dock, or taken out: while docked nothing new is recorded. */
  docked: entry('docked', {}),
  undocked: entry('undocked', {}),
  /**
   * An order that reached the camera signed by an archive of its agency. Twice: `taken` before it is carried out, then what
   * came of it. The second is missing if the power went between them.
   */
  ordered: entry('ordered', {
    command: Type.String({ pattern: '^[0-9a-f]{32}$' }),
    order: Word,
    archive: Id,
    sequence: Count,
    outcome: Word,
  }),
  'object-lost': entry('object-lost', { object: Sha256Hex, reason: Word }),
  /** `receipt` is what let the camera erase: the size and root the archive signed. */
  'object-released': entry('object-released', {
    objects: Type.Array(Sha256Hex, { minItems: 1, maxItems: 500 }),
    receipt: Type.Object(
      { archive: Id, size: Count, root: Type.String({ minLength: 44, maxLength: 44 }) },
      closed,
    ),
  }),
  alarm: entry('alarm', { code: Word, detail: Type.Optional(Text) }),
  'policy-applied': entry('policy-applied', { policy: Sha256Hex, version: Count }),
  'firmware-installed': entry('firmware-installed', { bundle: Sha256Hex, version: Text }),
  'key-rotated': entry('key-rotated', { epoch: Count, reason: Word }),
  anchored: entry('anchored', {
    origin: Text,
    size: Count,
    root: Type.String({ minLength: 44, maxLength: 44 }),
  }),
  diagnosed: entry('diagnosed', { report: Sha256Hex, result: Word }),
} as const;

export type EntryType = keyof typeof entrySchemas;
export type EntryOf<T extends EntryType> = Static<(typeof entrySchemas)[T]>;
/** Every entry this version knows. */
export type Entry = { [T in EntryType]: EntryOf<T> }[EntryType];
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
/** An entry before the journal stamps it. */
export type EntryBody = DistributiveOmit<Entry, 'at' | 'boot' | 'mono'>;
export type ClockState = Static<typeof ClockState>;
export type Position = Static<typeof Position>;
