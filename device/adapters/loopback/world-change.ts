import { RequestRefused } from '@mingjing/runtime';
import { Type, type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import type { WorldChange } from '../../ports/simulated-world.ts';

const closed = { additionalProperties: false } as const;
const TEN_YEARS_MS = 10 * 366 * 24 * 3600 * 1000;

const Change = Type.Object(
  {
    battery: Type.Optional(Type.Integer({ minimum: 0, maximum: 100 })),
    charger: Type.Optional(Type.Boolean()),
    position: Type.Optional(
      Type.Object(
        {
          lat: Type.Number({ minimum: -90, maximum: 90 }),
          lon: Type.Number({ minimum: -180, maximum: 180 }),
        },
        closed,
      ),
    ),
    signal: Type.Optional(Type.Boolean()),
    picture: Type.Optional(Type.Boolean()),
    sound: Type.Optional(Type.Boolean()),
    clockJumpMs: Type.Optional(Type.Integer({ minimum: -TEN_YEARS_MS, maximum: TEN_YEARS_MS })),
  },
  { ...closed, minProperties: 1 },
);
type Change = Static<typeof Change>;
const validator = Compile(Change);

export function readWorldChange(body: unknown): WorldChange {
  if (!validator.Check(body))
    throw new RequestRefused('bad-request', `one or more of ${Object.keys(Change.properties).join(', ')}`);
  return body satisfies Change;
}
