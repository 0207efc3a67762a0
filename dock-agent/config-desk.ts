import { Type, type Static } from 'typebox';

const closed = { additionalProperties: false } as const;

/** Care of the cameras. */
export const CareConfig = Type.Object(
  {
    /** Signed policies for cameras, `*.json`. What the archive hands out is kept here, too. Absent: none is handed over. */
    policyDirectory: Type.Optional(Type.String({ minLength: 1 })),
  },
  closed,
);
export type CareConfig = Static<typeof CareConfig>;

/** 领用 and 归还: officers take cameras here and bring them back. Needs the dock's evidence key. */
export const DeskConfig = Type.Object(
  {
    /** Written by `mingjing roster sign`. */
    roster: Type.String({ minLength: 1 }),
    /** Below these a camera is not recommended. */
    minBatteryPercent: Type.Optional(Type.Integer({ minimum: 0, maximum: 100 })),
    minFreeBytes: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
  },
  closed,
);
export type DeskConfig = Static<typeof DeskConfig>;
