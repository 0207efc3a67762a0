import { Type, type Static } from 'typebox';

const closed = { additionalProperties: false } as const;
const HttpsUrl = Type.String({ pattern: '^https://[^/?#]+/?$' });

/** The dock's configuration file. Unknown keys are mistakes. */
export const DockConfig = Type.Object(
  {
    /** Where `mingjing enrol dock` put this machine's identity. */
    identityDirectory: Type.String({ minLength: 1 }),
    /** Messages that wait for the broker. No footage ever comes here. */
    stateDirectory: Type.String({ minLength: 1 }),
    archive: HttpsUrl,
    /** MQTT over TLS; absent: the log alone. */
    broker: Type.Optional(Type.String({ pattern: '^mqtts://[^/?#]+/?$' })),
    bays: Type.Array(
      Type.Object({ bay: Type.Integer({ minimum: 1, maximum: 64 }), camera: HttpsUrl }, closed),
      { minItems: 1, maxItems: 64 },
    ),
    log: Type.Optional(
      Type.Object({ level: Type.Optional(Type.String()), file: Type.Optional(Type.String()) }, closed),
    ),
  },
  closed,
);
export type DockConfig = Static<typeof DockConfig>;
