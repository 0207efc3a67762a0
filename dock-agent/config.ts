import { Type, type Static } from 'typebox';
import { ChargingConfig, MAX_BOARDS } from './config-charging.ts';
import { WitnessConfig } from './config-witness.ts';
import { CareConfig, DeskConfig } from './config-desk.ts';
import { KioskConfig } from './config-kiosk.ts';

const closed = { additionalProperties: false } as const;
const HttpsUrl = Type.String({ pattern: '^https://[^/?#]+/?$' });

/** The dock's configuration file. Unknown keys are mistakes. */
export const DockConfig = Type.Object(
  {
    /** Where `mingjing enrol dock` put this machine's identity. */
    identityDirectory: Type.String({ minLength: 1 }),
    /** Messages that wait for the broker, and when each camera was seen. No footage ever comes here. */
    stateDirectory: Type.String({ minLength: 1 }),
    archive: HttpsUrl,
    /** MQTT over TLS; absent: the log alone. */
    broker: Type.Optional(Type.String({ pattern: '^mqtts://[^/?#]+/?$' })),
    bays: Type.Array(
      Type.Object({ bay: Type.Integer({ minimum: 1, maximum: 64 }), camera: HttpsUrl }, closed),
      { minItems: 1, maxItems: 64 },
    ),
    /** Sealed objects wait here while the archive cannot be reached, if the agency allows it; absent: none ever does. */
    outbox: Type.Optional(
      Type.Object(
        {
          directory: Type.String({ minLength: 1 }),
          maxBytes: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
          /** Left free on the disk. */
          reserveBytes: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
        },
        closed,
      ),
    ),
    alarms: Type.Optional(
      Type.Object(
        {
          overdueHours: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 8_760 })),
          notSeenDays: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 365 })),
        },
        closed,
      ),
    ),
    /** Relays, lights and sensors of the bays, on one board or several; absent: the bays do not charge. */
    charging: Type.Optional(
      Type.Union([ChargingConfig, Type.Array(ChargingConfig, { minItems: 1, maxItems: MAX_BOARDS })]),
    ),
    /** Cosigns the archive's custody log; absent: does not. */
    witness: Type.Optional(WitnessConfig),
    /** The agency's revocation lists; absent: `crl.pem` in the identity's directory, if there is one. */
    revocations: Type.Optional(Type.String({ minLength: 1 })),
    care: Type.Optional(CareConfig),
    desk: Type.Optional(DeskConfig),
    /** `GET /metrics`, for Prometheus. */
    metrics: Type.Optional(
      Type.Object(
        {
          port: Type.Integer({ minimum: 0, maximum: 65_535 }),
          host: Type.Optional(Type.String({ minLength: 1 })),
        },
        closed,
      ),
    ),
    kiosk: Type.Optional(KioskConfig),
    log: Type.Optional(
      Type.Object({ level: Type.Optional(Type.String()), file: Type.Optional(Type.String()) }, closed),
    ),
  },
  closed,
);
export type DockConfig = Static<typeof DockConfig>;
