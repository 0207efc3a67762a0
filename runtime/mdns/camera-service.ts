import type { Packet, SrvAnswer } from 'dns-packet';

/** DNS-SD (RFC 6763): a camera on a network is an instance of this service, called by its id. */
export const CAMERA_SERVICE = '_mingjing-camera._tcp.local';
/** RFC 6762 section 10: of records that name a host. */
const TTL_SECONDS = 120;
/** Of one packet, at most: nobody announces more cameras than that at once. */
const MAX_HEARD = 16;
const INSTANCE = new RegExp(`^([a-z0-9-]{1,63})\\.${CAMERA_SERVICE.replaceAll('.', '\\.')}$`);

/** A claim: anybody on the network may make it. */
export interface HeardCamera {
  readonly device: string;
  readonly port: number;
  /** False: it says goodbye. */
  readonly there: boolean;
}

export function cameraQuestion(): Packet {
  return { type: 'query', id: 0, questions: [{ name: CAMERA_SERVICE, type: 'PTR', class: 'IN' }] };
}

export function asksForCameras(packet: Packet): boolean {
  const asked = packet.type === 'query' ? (packet.questions ?? []) : [];
  return asked.some(({ name, type }) => name.toLowerCase() === CAMERA_SERVICE && type === 'PTR');
}

export function cameraAnswer(device: string, port: number, address: string, there: boolean): Packet {
  const ttl = there ? TTL_SECONDS : 0;
  const instance = `${device}.${CAMERA_SERVICE}`;
  const target = `${device}.local`;
  return {
    type: 'response',
    id: 0,
    flags: 0x0400, // authoritative, RFC 6762 section 18.4
    answers: [{ name: CAMERA_SERVICE, type: 'PTR', class: 'IN', ttl, data: instance }],
    additionals: [
      { name: instance, type: 'SRV', class: 'IN', flush: true, ttl, data: { target, port } },
      { name: instance, type: 'TXT', class: 'IN', flush: true, ttl, data: ['v=1'] },
      { name: target, type: 'A', class: 'IN', flush: true, ttl, data: address },
    ],
  };
}

/** Cameras that a response names with their port, whichever section it puts them in. */
export function camerasIn(packet: Packet): readonly HeardCamera[] {
  if (packet.type !== 'response') return [];
  const records = [...(packet.answers ?? []), ...(packet.additionals ?? [])];
  const heard: HeardCamera[] = [];
  for (const record of records) {
    if (record.type !== 'SRV' || heard.length >= MAX_HEARD) continue;
    const { name, data, ttl }: SrvAnswer = record;
    const device = INSTANCE.exec(name.toLowerCase())?.[1];
    if (device === undefined || data.port < 1) continue;
    heard.push({ device, port: data.port, there: (ttl ?? 0) > 0 });
  }
  return heard;
}
