import { Type, type Static } from 'typebox';

/** The page for the station room's screen; absent: there is none. */
export const KioskConfig = Type.Object(
  {
    /** 0: a free one. */
    port: Type.Integer({ minimum: 0, maximum: 65_535 }),
    /** Anything but the loopback (127.0.0.1 unless told) only shows: no take and return, no service page. */
    host: Type.Optional(Type.String({ minLength: 1, maxLength: 253 })),
    /** Made by `technician.ts`; absent: no service page. */
    technicianFile: Type.Optional(Type.String({ minLength: 1 })),
  },
  { additionalProperties: false },
);
export type KioskConfig = Static<typeof KioskConfig>;
