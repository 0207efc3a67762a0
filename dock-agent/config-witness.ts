import { Type, type Static } from 'typebox';

/** The dock as a witness of the archive's custody log. */
export const WitnessConfig = Type.Object(
  {
    /** Between two looks. */
    everySeconds: Type.Optional(Type.Number({ minimum: 0.1, maximum: 86_400 })),
  },
  { additionalProperties: false },
);
export type WitnessConfig = Static<typeof WitnessConfig>;
