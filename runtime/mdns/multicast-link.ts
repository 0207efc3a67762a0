import { createSocket, type Socket } from 'node:dgram';
import { BlockList } from 'node:net';
import { networkInterfaces } from 'node:os';
import { decode, encode, type Packet } from 'dns-packet';

export interface MulticastPlace {
  /** The network interface; its first IPv4 address is spoken from. */
  readonly interface: string;
  /** Others than mDNS's own, in tests. */
  readonly group?: string;
  readonly port?: number;
}

export interface Heard {
  readonly packet: Packet;
  readonly from: { readonly address: string; readonly port: number };
}

/** RFC 6762 sections 3 and 17. */
const GROUP = '224.0.0.251';
const PORT = 5353;
/** One frame of Ethernet: what is asked and said here is far smaller. */
const MAX_BYTES = 1_472;
/** More in a second are not read: a flood costs a bounded amount of work. */
const MAX_A_SECOND = 200;

/**
 * Multicast DNS (RFC 6762) on one network interface, which may come, go and change its address: `refresh` follows it, and
 * opens again what broke. What cannot be read is passed over. Nothing here fails.
 */
export class MulticastLink {
  readonly #place: Required<MulticastPlace>;
  readonly #onHeard: (heard: Heard) => void;
  #socket: Socket | undefined;
  #address: string | undefined;
  #neighbours = new BlockList();
  #opened: (() => void) | undefined;
  #second = 0;
  #heard = 0;

  constructor(place: MulticastPlace, onHeard: (heard: Heard) => void) {
    this.#place = { group: GROUP, port: PORT, ...place };
    this.#onHeard = onHeard;
  }

  /** `then` is called whenever the link can be spoken on, anew. */
  onOpen(then: () => void): void {
    this.#opened = then;
  }

  /** Ours on this link; undefined: there is none now. */
  get address(): string | undefined {
    return this.#socket === undefined ? undefined : this.#address;
  }

  /** To be called now and then. */
  refresh(): void {
    const addresses = networkInterfaces()[this.#place.interface] ?? [];
    const found = addresses.find(({ family }) => family === 'IPv4');
    if (found?.address === this.#address && this.#socket !== undefined) return;
    this.close();
    this.#address = found?.address;
    if (found === undefined) return;
    this.#neighbours = new BlockList();
    this.#neighbours.addSubnet(found.address, Number(found.cidr?.split('/')[1] ?? 32));
    this.#open(found.address);
  }

  /** To everybody, or to one. */
  send(packet: Packet, to?: { readonly address: string; readonly port: number }): void {
    const socket = this.#socket;
    if (socket === undefined) return;
    const { group, port } = this.#place;
    socket.send(encode(packet), to?.port ?? port, to?.address ?? group, (error) => {
      if (error !== null && socket === this.#socket) this.close();
    });
  }

  close(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
  }

  #open(address: string): void {
    const { group, port } = this.#place;
    const socket = createSocket({ type: 'udp4', reuseAddr: true });
    socket.once('error', () => {
      if (socket === this.#socket) this.close();
    });
    socket.on('message', (bytes, from) => this.#read(bytes, from));
    socket.once('listening', () => {
      try {
        socket.addMembership(group, address);
        socket.setMulticastInterface(address);
        socket.setMulticastTTL(255);
        socket.setMulticastLoopback(true);
      } catch (error) {
        socket.emit('error', error);
        return;
      }
      if (socket === this.#socket) this.#opened?.();
    });
    this.#socket = socket;
    socket.bind(port);
  }

  #read(bytes: Buffer, from: Heard['from']): void {
    const second = Math.floor(performance.now() / 1_000);
    if (second !== this.#second) this.#heard = 0;
    this.#second = second;
    this.#heard += 1;
    // RFC 6762 section 11: nobody from beyond this link.
    if (this.#heard > MAX_A_SECOND || bytes.length > MAX_BYTES || !this.#neighbours.check(from.address))
      return;
    let packet: Packet;
    try {
      packet = decode(bytes);
    } catch {
      return;
    }
    this.#onHeard({ packet, from: { address: from.address, port: from.port } });
  }
}
