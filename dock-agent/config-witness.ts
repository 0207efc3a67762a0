import { Type, type Static } from 'typebox';

/** The dock as a witness of the archive's custody log. */
export const WitnessConfig = Type.Object(
  {
    /** Between two looks. */
    everySeconds: Type.Optional(Type.Number({ minimum: 0.1, maximum: 86_400 })),
    /** Answers `POST /add-checkpoint` in plain HTTP too, for logs that call their witnesses; absent: does not. */
    port: Type.Optional(Type.Integer({ minimum: 0, maximum: 65_535 })),
    host: Type.Optional(Type.String({ minLength: 1 })),
  },
  { additionalProperties: false },
);
export type WitnessConfig = Static<typeof WitnessConfig>;
