import { Type, type Static, type TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { fromUtf8, toUtf8 } from '../encoding/bytes.ts';
import { ProtocolError } from '../errors.ts';
import {
  Bytes,
  Count,
  Id,
  Millis,
  Position,
  RecordingId,
  Text,
  Timestamp,
  Word,
} from '../journal/entry-schema.ts';
import { requireId } from '../note/names.ts';
import { ArchiveNote } from './http.ts';

/** Messages are small: whoever sends more is not one of ours. */
export const MAX_MESSAGE_BYTES = 16 * 1024;

export const CameraState = Type.Object({
  at: Timestamp,
  online: Type.Boolean(),
  state: Type.Enum(['starting', 'standby', 'recording', 'docked', 'storage-full', 'fault', 'off'] as const),
  recording: Type.Optional(RecordingId),
  officer: Type.Optional(Text),
  /** Entries in the journal. */
  journal: Type.Optional(Count),
  /** Objects on the camera that no receipt covers. */
  unreceipted: Type.Optional(Count),
  storageFree: Type.Optional(Bytes),
  battery: Type.Optional(Type.Integer({ minimum: 0, maximum: 100 })),
  charging: Type.Optional(Type.Boolean()),
  /** The camera's own word for what it is doing, finer than `state`. */
  mode: Type.Optional(Type.String({ pattern: '^[a-z][a-z-]{0,31}$' })),
  /** Of the picture and sound the archive wants by way of the uplink: objects and bytes it still lacks. */
  uplink: Type.Optional(Type.Object({ objects: Count, bytes: Bytes })),
  /** The last order, and what came of it. */
  ordered: Type.Optional(Type.Object({ command: Type.String({ pattern: '^[0-9a-f]{32}$' }), outcome: Word })),
  position: Type.Optional(Position),
});
export type CameraState = Static<typeof CameraState>;

/** What people see of a bay: docs/BAYS.md. */
export const BAY_STATES = [
  'empty',
  'identifying',
  'unknown',
  'transferring',
  'clearing',
  'ready',
  'refused',
  'fault',
] as const;
export const DockState = Type.Object({
  at: Timestamp,
  online: Type.Boolean(),
  bays: Type.Array(
    Type.Object({
      bay: Count,
      state: Type.Enum(BAY_STATES),
      camera: Type.Optional(Id),
    }),
    { maxItems: 64 },
  ),
});
export type DockState = Static<typeof DockState>;

export const CHARGE_STATES = ['empty', 'waiting', 'starting', 'charging', 'full', 'fault'] as const;
/** How a dock's bays charge. It says nothing of whether the dock is there: `dock-state` does. */
export const Charge = Type.Object({
  at: Timestamp,
  bays: Type.Array(
    Type.Object({
      bay: Count,
      state: Type.Enum(CHARGE_STATES),
      /** mA; absent while nobody can say. */
      milliamps: Type.Optional(Count),
      /** °C, whole; absent while nobody can say. */
      celsius: Type.Optional(Type.Integer({ minimum: -100, maximum: 200 })),
    }),
    { maxItems: 64 },
  ),
});
export type Charge = Static<typeof Charge>;

/** An officer's number as it goes over the broker: short, printable. Never a name. */
export const OFFICER_NUMBER_PATTERN = '^[^\\u0000-\\u001f\\u007f-\\u009f"\\\\\\ud800-\\udfff]{1,24}$';

/** What the cameras in a dock's bays said of themselves. With all bays full it fits a message. */
export const DockCameras = Type.Object({
  at: Timestamp,
  cameras: Type.Array(
    Type.Object({
      bay: Count,
      camera: Id,
      /** Percent. */
      battery: Type.Optional(Type.Integer({ minimum: 0, maximum: 100 })),
      storageFree: Type.Optional(Bytes),
      officer: Type.Optional(Type.String({ pattern: OFFICER_NUMBER_PATTERN })),
      /** Of the latest diagnosis. */
      diagnosis: Type.Optional(Type.Enum(['good', 'unsure', 'bad'] as const)),
    }),
    { maxItems: 64 },
  ),
});
export type DockCameras = Static<typeof DockCameras>;

/** How far a bay has come with its camera. */
export const Progress = Type.Object({
  at: Timestamp,
  bay: Count,
  camera: Id,
  bytes: Bytes,
  totalBytes: Bytes,
  objects: Count,
  totalObjects: Count,
  remaining: Type.Optional(Millis),
});
export type Progress = Static<typeof Progress>;

export const Alarm = Type.Object({
  at: Timestamp,
  /** So that an alarm sent twice is shown once. */
  id: Type.String({ pattern: '^[0-9a-f]{32}$' }),
  code: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,63}$' }),
  severity: Type.Union([Type.Literal('info'), Type.Literal('warning'), Type.Literal('critical')]),
  detail: Type.Optional(Text),
});
export type Alarm = Static<typeof Alarm>;

export const messageSchemas = {
  'camera-state': CameraState,
  'dock-state': DockState,
  'dock-cameras': DockCameras,
  progress: Progress,
  charge: Charge,
  alarm: Alarm,
  command: ArchiveNote,
} as const satisfies Record<string, TSchema>;
export type MessageKind = keyof typeof messageSchemas;
export type MessageOf<K extends MessageKind> = Static<(typeof messageSchemas)[K]>;

export type Role = 'camera' | 'dock' | 'archive';

/** Retained: the newest alone matters. The others are events: none may be lost. */
export const RETAINED: Readonly<Record<MessageKind, boolean>> = {
  'camera-state': true,
  'dock-state': true,
  'dock-cameras': true,
  progress: true,
  charge: true,
  alarm: false,
  command: false,
};

const validators = {
  'camera-state': Compile(CameraState),
  'dock-state': Compile(DockState),
  'dock-cameras': Compile(DockCameras),
  progress: Compile(Progress),
  charge: Compile(Charge),
  alarm: Compile(Alarm),
  command: Compile(ArchiveNote),
};

/** `mingjing/v1/<agency>/camera/<id>/state` and its like. */
export function topicOf(agency: string, role: Role, id: string, kind: MessageKind): string {
  const leaf = kind.slice(kind.indexOf('-') + 1);
  return `mingjing/v1/${requireId(agency)}/${role}/${requireId(id)}/${leaf}`;
}

/** Whose topic it is and what must be in it; undefined for a topic that is not of this protocol. */
export function parseTopic(
  topic: string,
): { agency: string; role: Role; id: string; kind: MessageKind } | undefined {
  const match =
    /^mingjing\/v1\/([a-z0-9-]+)\/(camera|dock|archive)\/([a-z0-9-]+)\/(state|cameras|progress|charge|alarm|command)$/.exec(
      topic,
    );
  const [, agency, role, id, leaf] = match ?? [];
  if (agency === undefined || role === undefined || id === undefined || leaf === undefined) return undefined;
  if (leaf === 'state' && role === 'archive') return undefined;
  if (leaf === 'command' && role !== 'camera') return undefined;
  if (leaf === 'charge' && role !== 'dock') return undefined;
  if (leaf === 'cameras' && role !== 'dock') return undefined;
  const isOfRole = leaf === 'state' || leaf === 'cameras';
  const kind = (isOfRole ? `${role}-${leaf}` : leaf) as MessageKind;
  return { agency, role: role as Role, id, kind };
}

export function encodeMessage<K extends MessageKind>(kind: K, message: MessageOf<K>): Uint8Array {
  if (!validators[kind].Check(message)) throw new ProtocolError('bad-message', `not a ${kind} message`);
  return toUtf8(JSON.stringify(message));
}

/** `code` 'bad-message'. */
export function decodeMessage<K extends MessageKind>(kind: K, payload: Uint8Array): MessageOf<K> {
  if (payload.length > MAX_MESSAGE_BYTES)
    throw new ProtocolError('bad-message', `a ${kind} message is too large`);
  let value: unknown;
  try {
    value = JSON.parse(fromUtf8(payload));
  } catch (cause) {
    throw new ProtocolError('bad-message', `a ${kind} message is not JSON`, { cause });
  }
  if (!validators[kind].Check(value)) throw new ProtocolError('bad-message', `not a ${kind} message`);
  return value as MessageOf<K>;
}
