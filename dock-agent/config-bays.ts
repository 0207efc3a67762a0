import { Id } from '@mingjing/protocol';
import { Type, type Static } from 'typebox';

const closed = { additionalProperties: false } as const;
export const HttpsUrl = Type.String({ pattern: '^https://[^/?#]+/?$' });
const Bay = Type.Integer({ minimum: 1, maximum: 64 });

/** The camera of whatever sits in a USB port, stable across restarts: `1-1.4` as in sysfs, or behind a named controller. */
const UsbBay = Type.Object(
  {
    bay: Bay,
    port: Type.String({ pattern: '^(\\d+-|[0-9A-Za-z:._-]+/)\\d+(\\.\\d+)*$', maxLength: 128 }),
    /** What every camera calls itself on its USB line, and where it listens. */
    address: Type.Optional(Type.String({ pattern: '^[0-9A-Fa-f:.]+$', maxLength: 64 })),
    tcp: Type.Optional(Type.Integer({ minimum: 1, maximum: 65_535 })),
  },
  closed,
);
/** One camera, wherever on the dock's network (`lan`) it announces itself. */
const NetworkBay = Type.Object({ bay: Bay, device: Id }, closed);
/** A camera at a fixed address. */
const AddressBay = Type.Object({ bay: Bay, camera: HttpsUrl }, closed);

export const BaysConfig = Type.Array(Type.Union([UsbBay, NetworkBay, AddressBay]), {
  minItems: 1,
  maxItems: 64,
});
export type BayConfig = Static<typeof BaysConfig>[number];
