import { Type, type Static } from 'typebox';
import { Bytes, ClockState, Count, Sha256Hex, Text, Timestamp, Word } from '../journal/entry-schema.ts';

/** What came of a policy or a hand-over: the device's own code, and its words for people. */
export const CareOutcome = Type.Object({
  ok: Type.Boolean(),
  code: Word,
  message: Type.Object({ zh: Text, en: Text }),
});
export type CareOutcome = Static<typeof CareOutcome>;

/** `GET /v1/condition` of a device: what it says of itself, at this moment. Claims: nothing is decided on them but by people. */
export const CameraCondition = Type.Object({
  /** What its clock shows, and who set it. */
  at: Timestamp,
  clock: ClockState,
  /** Its own word for what it is doing. */
  mode: Word,
  /** Absent: it has no battery, or cannot read it. */
  battery: Type.Optional(
    Type.Object({ percent: Type.Integer({ minimum: 0, maximum: 100 }), charging: Type.Boolean() }),
  ),
  /** Absent: it cannot say. */
  freeBytes: Type.Optional(Bytes),
  storedBytes: Bytes,
  /** Objects that no receipt covers. */
  unreceipted: Count,
  /** Absent: it is in nobody's hands. `assignment`: what handed it over. */
  officer: Type.Optional(
    Type.Object({
      number: Text,
      name: Type.Optional(Text),
      certificate: Type.Optional(Text),
      assignment: Type.Optional(Sha256Hex),
    }),
  ),
  policy: Type.Object({ version: Count, sha256: Type.Optional(Sha256Hex) }),
  /** The latest that its journal names; absent: none. `report`: SHA-256 of the report. */
  diagnosis: Type.Optional(Type.Object({ at: Timestamp, result: Word, report: Sha256Hex })),
  /** All that is wrong with it, in its own codes: the short form of a diagnosis. */
  warnings: Type.Array(Word, { maxItems: 64 }),
});
export type CameraCondition = Static<typeof CameraCondition>;
