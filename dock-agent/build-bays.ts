import { join } from 'node:path';
import { RuntimeError, type TlsIdentity } from '@mingjing/runtime';
import { RevocationFile } from './adapters/revocation-file.ts';
import { MdnsBrowser } from './adapters/mdns-browser.ts';
import { TcpPresence } from './adapters/tcp-presence.ts';
import { UsbPresence } from './adapters/usb-presence.ts';
import type { BayConfig } from './config-bays.ts';
import type { DockConfig } from './config.ts';
import type { CameraSpot } from './ports/camera-spot.ts';
import type { Messages } from './ports/messages.ts';
import type { Revocations } from './ports/revocations.ts';
import { DockAlarms } from './shell/dock-alarms.ts';

const REVOCATIONS_FILE = 'crl.pem';

/** Every camera gives itself this address on its USB line: docs/OPERATIONS.md. */
const USB_CAMERA = { address: 'fe80::1', tcp: 8443 };

/** Where the camera of each bay is. `code` 'bad-config'. */
export function buildSpots(config: Pick<DockConfig, 'bays' | 'lan'>): (bay: number) => CameraSpot {
  const browser = config.lan === undefined ? undefined : new MdnsBrowser({ interface: config.lan });
  const spots = new Map(config.bays.map((bay) => [bay.bay, spotOf(bay, browser)]));
  return (bay) => {
    const spot = spots.get(bay);
    if (spot === undefined) throw new RangeError(`there is no bay ${bay}`);
    return spot;
  };
}

function spotOf(config: BayConfig, browser: MdnsBrowser | undefined): CameraSpot {
  if ('camera' in config) return new TcpPresence(config.camera);
  if ('device' in config) {
    if (browser === undefined)
      throw new RuntimeError('bad-config', `bay ${config.bay} has a "device", and there is no "lan"`);
    return browser.spot(config.device);
  }
  const { address, tcp } = { ...USB_CAMERA, ...config };
  return new UsbPresence({ port: config.port, camera: { host: address, port: tcp } });
}

/** `code` 'bad-config'. */
export function requireDistinctBays({ bays }: Pick<DockConfig, 'bays'>): void {
  if (new Set(bays.map(({ bay }) => bay)).size < bays.length)
    throw new RuntimeError('bad-config', 'two bays have one number');
  const places = bays.map((bay) => JSON.stringify({ ...bay, bay: undefined }));
  if (new Set(places).size < places.length) throw new RuntimeError('bad-config', 'two bays are one place');
}

/** Lists count when a root, or the authority that issued this dock, signed them. */
export function buildRevocations(
  config: DockConfig,
  { roots, chain }: TlsIdentity,
  messages: Messages,
): Revocations {
  const alarms = new DockAlarms(messages);
  return new RevocationFile({
    path: config.revocations ?? join(config.identityDirectory, REVOCATIONS_FILE),
    required: config.revocations !== undefined,
    authorities: [...chain.slice(1), ...roots],
    now: () => new Date(),
    told: (trouble, why) => {
      if (why === undefined) alarms.clear(trouble, '');
      else alarms.raise(trouble, '', { camera: undefined, severity: 'critical', detail: why });
    },
  });
}
