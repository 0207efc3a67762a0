import { Type, type Static } from 'typebox';

const closed = { additionalProperties: false } as const;
const Bay = Type.Integer({ minimum: 1, maximum: 64 });
const Pin = Type.Integer({ minimum: 0, maximum: 127 });
/** 0 is A0. Firmata reports 16 at most. */
const AnalogPin = Type.Integer({ minimum: 0, maximum: 15 });
const Milliamps = Type.Number({ minimum: 0, maximum: 30_000 });
const Celsius = Type.Number({ minimum: -40, maximum: 125 });

const common = {
  /** What the supply gives to all bays of this board together. */
  budgetMilliamps: Type.Number({ exclusiveMinimum: 0, maximum: 500_000 }),
  /** Defaults: `CHARGING_DEFAULTS`. */
  limits: Type.Optional(
    Type.Object(
      {
        maxMilliamps: Type.Optional(Milliamps),
        startMilliamps: Type.Optional(Milliamps),
        marginMilliamps: Type.Optional(Milliamps),
        fullMilliamps: Type.Optional(Milliamps),
        noLoadMilliamps: Type.Optional(Milliamps),
        stuckMilliamps: Type.Optional(Milliamps),
        zeroMilliamps: Type.Optional(Milliamps),
        maxCelsius: Type.Optional(Celsius),
        minCelsius: Type.Optional(Celsius),
        hysteresisCelsius: Type.Optional(Type.Number({ minimum: 0, maximum: 30 })),
        hysteresisMilliamps: Type.Optional(Milliamps),
      },
      closed,
    ),
  ),
  sensors: Type.Optional(
    Type.Object(
      {
        volts: Type.Optional(Type.Number({ minimum: 1, maximum: 5.5 })),
        millivoltsPerAmp: Type.Optional(Type.Number({ minimum: 10, maximum: 1_000 })),
      },
      closed,
    ),
  ),
};

/** One board and its supply. */
export const ChargingConfig = Type.Union([
  Type.Object(
    {
      kind: Type.Literal('firmata'),
      /** A name that stays: `/dev/serial/by-id/…`. */
      port: Type.String({ minLength: 1, pattern: '^/' }),
      /** Changes about once a second while all is well: for a watchdog that cuts the relays without it. */
      heartbeatPin: Type.Optional(Pin),
      bays: Type.Array(
        Type.Object(
          {
            bay: Bay,
            relayPin: Pin,
            redPin: Pin,
            greenPin: Pin,
            currentPin: AnalogPin,
            temperaturePin: AnalogPin,
          },
          closed,
        ),
        { minItems: 1, maxItems: 8 },
      ),
      ...common,
    },
    closed,
  ),
  Type.Object(
    {
      kind: Type.Literal('simulated'),
      bays: Type.Array(Type.Object({ bay: Bay }, closed), { minItems: 1, maxItems: 64 }),
      ...common,
    },
    closed,
  ),
]);
export type ChargingConfig = Static<typeof ChargingConfig>;

export const MAX_BOARDS = 8;
