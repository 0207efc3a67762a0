import { Type, type Static } from 'typebox';
import { Compile } from 'typebox/compile';

/**
 * What of gpsd's reports is read: https://gpsd.io/gpsd_json.html, protocol 3. Its reports grow new fields with each
 * release, so these objects are open; a field of another type than here makes the report one that is not understood.
 */
const Tpv = Type.Object({
  class: Type.Literal('TPV'),
  /** 0 unknown, 1 no fix, 2 2D, 3 3D. */
  mode: Type.Integer({ minimum: 0, maximum: 3 }),
  /** 8: simulated. */
  status: Type.Optional(Type.Integer({ minimum: 0, maximum: 255 })),
  time: Type.Optional(Type.String({ maxLength: 64 })),
  lat: Type.Optional(Type.Number()),
  lon: Type.Optional(Type.Number()),
  altMSL: Type.Optional(Type.Number()),
  alt: Type.Optional(Type.Number()),
  speed: Type.Optional(Type.Number()),
  track: Type.Optional(Type.Number()),
});
const Sky = Type.Object({
  class: Type.Literal('SKY'),
  hdop: Type.Optional(Type.Number()),
  /** Since gpsd 3.22; before, there was the list alone. */
  nSat: Type.Optional(Type.Integer()),
  uSat: Type.Optional(Type.Integer()),
  satellites: Type.Optional(
    Type.Array(Type.Object({ used: Type.Optional(Type.Boolean()) }), { maxItems: 512 }),
  ),
});
const Devices = Type.Object({
  class: Type.Literal('DEVICES'),
  devices: Type.Array(Type.Object({ path: Type.Optional(Type.String()) }), { maxItems: 64 }),
});
/** One device came or went: gone, `activated` is 0 or absent. */
const Device = Type.Object({
  class: Type.Literal('DEVICE'),
  activated: Type.Optional(Type.Union([Type.Number(), Type.String({ maxLength: 64 })])),
});
const OTHER_CLASSES = ['VERSION', 'WATCH', 'GST', 'ATT', 'IMU', 'TOFF', 'PPS', 'OSC', 'RAW', 'POLL', 'AIS'];

export type GpsdReport =
  Static<typeof Tpv> | Static<typeof Sky> | Static<typeof Devices> | Static<typeof Device>;

const known = Compile(Type.Union([Tpv, Sky, Devices, Device]));

/** 'other': a report that says nothing to us. 'bad': no report, or one of another shape; gpsd's ERROR, too. */
export function readGpsdReport(line: string): GpsdReport | 'other' | 'bad' {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return 'bad';
  }
  if (known.Check(value)) return value;
  if (typeof value !== 'object' || value === null || !('class' in value)) return 'bad';
  return OTHER_CLASSES.includes(String(value.class)) ? 'other' : 'bad';
}
