import { decodeMessage, parseTopic, RETAINED, type CertificateName } from '@mingjing/protocol';

/** Who is at the other end of a broker connection. */
export type BrokerPeer = Pick<CertificateName, 'agency' | 'role' | 'id'>;

/**
 * Why a message may not be published; undefined if it may. A machine speaks about itself only, in a known shape, and
 * lets the broker keep only what is a state. An empty message, which would wipe a kept one, has no known shape.
 */
export function refusePublish(
  peer: BrokerPeer,
  message: { readonly topic: string; readonly payload: Uint8Array; readonly retain: boolean },
): string | undefined {
  const topic = parseTopic(message.topic);
  if (topic === undefined) return 'not a topic of this protocol';
  if (topic.agency !== peer.agency || topic.role !== peer.role || topic.id !== peer.id)
    return `${peer.role} ${peer.id} may publish below its own topic only`;
  if (topic.kind === 'command') return 'orders are published by this archive alone';
  if (message.retain && !RETAINED[topic.kind]) return `a ${topic.kind} message is not kept`;
  try {
    decodeMessage(topic.kind, message.payload);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : 'unreadable';
  }
}

/** Whether what is published on a topic goes to a peer that subscribed: an order is for the camera it names. */
export function mayReceive(peer: BrokerPeer, topic: string): boolean {
  const parsed = parseTopic(topic);
  if (parsed?.kind !== 'command') return true;
  return peer.role === 'camera' && peer.id === parsed.id && peer.agency === parsed.agency;
}

/**
 * A camera may read what is below its own topic, and so cannot follow its fellows; docks and archives may read all
 * that is published in their agency. Nobody reads anything of the broker's own.
 */
export function maySubscribe(peer: BrokerPeer, filter: string): boolean {
  if (filter.length > 256) return false;
  const [root, version, agency, ...below] = filter.split('/');
  if (root !== 'mingjing' || version !== 'v1') return false;
  switch (peer.role) {
    case 'camera':
      return agency === peer.agency && below.length >= 3 && below[0] === 'camera' && below[1] === peer.id;
    case 'dock':
    case 'archive':
      return below.length > 0 && (agency === peer.agency || agency === '+');
    default:
      return peer.role satisfies never;
  }
}
