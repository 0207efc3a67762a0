import { HttpsArchive, type Log, type TlsIdentity } from '@mingjing/runtime';
import type { CameraConfig } from './config.ts';
import type { ArchiveLine } from './ports/archive-line.ts';
import type { Alarms } from './shell/alarms.ts';
import type { Camera } from './shell/camera.ts';
import { stateMessageOf } from './shell/camera-face.ts';
import type { CameraPorts, CameraSettings } from './shell/camera-ports.ts';
import type { CameraDesk } from './shell/docking-desk.ts';
import { Orders } from './shell/orders.ts';
import { Uplink } from './shell/uplink.ts';

export interface FieldParts {
  readonly identity: TlsIdentity;
  readonly ports: CameraPorts;
  readonly settings: CameraSettings;
  readonly desk: CameraDesk;
  readonly camera: Camera;
  readonly alarms: Alarms;
  /** Lets the camera be found by eye and ear. */
  readonly locate: () => void;
}

/** What joins the camera to its agency while it is out: the uplink, and orders. */
export interface FieldLine {
  /** MUST have resolved before the camera is shut down: until then either of them may write into the journal. */
  stop(): Promise<void>;
}

const POLICY_RETRY_MS = 300_000;

export function openFieldLine({ uplink: line }: CameraConfig, parts: FieldParts): FieldLine {
  const log = parts.ports.log.child({ line: 'uplink' });
  const archive = line === undefined ? undefined : new HttpsArchive(line.url, parts.identity);
  const uplink = archive === undefined ? undefined : startUplink(archive, parts, log);
  const orders = takeOrders(archive, uplink, parts, log);
  const timer = archive === undefined ? undefined : keepPolicyFresh(orders);
  return {
    stop: async () => {
      clearInterval(timer);
      await Promise.all([orders.stop(), uplink?.stop()]);
      archive?.close();
    },
  };
}

function startUplink(line: ArchiveLine, parts: FieldParts, log: Log): Uplink {
  const { ports, desk, camera, alarms } = parts;
  const { journal, clock } = ports;
  const uplink = new Uplink({ line, desk, journal, hands: camera, clock, alarms, log });
  uplink.start();
  return uplink;
}

function takeOrders(
  line: ArchiveLine | undefined,
  uplink: Uplink | undefined,
  { ports, settings, camera, alarms, locate }: FieldParts,
  log: Log,
): Orders {
  const tell = (): void => ports.messages.state(stateMessageOf(camera.view()));
  const orders: Orders = new Orders({
    ports: { ...ports, log },
    agency: settings.evidence.certificate.name.agency,
    roots: settings.roots,
    hands: camera,
    alarms,
    line,
    locate,
    changed: tell,
  });
  const { orderLine } = ports.messages;
  orderLine?.along(() => {
    const { left } = uplink ?? {};
    const { last } = orders;
    return {
      ...(left === undefined ? {} : { uplink: left }),
      ...(last === undefined ? {} : { ordered: last }),
    };
  });
  orderLine?.listen((payload) => orders.take(payload));
  return orders;
}

/** At the start, and now and then: a camera that was away when an order to fetch it came has it all the same. */
function keepPolicyFresh(orders: Orders): NodeJS.Timeout {
  void orders.refreshPolicy();
  return setInterval(() => void orders.refreshPolicy(), POLICY_RETRY_MS).unref();
}
