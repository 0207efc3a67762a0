import type { Position } from '@mingjing/protocol';

/** Where it is, as it stands in the picture: degrees to about a metre. */
export function placeLine({ lat, lon }: Position): string {
  const ns = `${Math.abs(lat).toFixed(5)}${lat < 0 ? 'S' : 'N'}`;
  return `${ns} ${Math.abs(lon).toFixed(5)}${lon < 0 ? 'W' : 'E'}`;
}
