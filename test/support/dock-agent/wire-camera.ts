import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ArchiveNote, DockNote, ReceiptDelivery, TimeClaim } from '@mingjing/protocol';
import { loadEvidenceIdentity, loadTlsIdentity, PeerRefusal } from '@mingjing/runtime';
import { Compile } from 'typebox/compile';
import {
  type SimulatedCamera,
  type SimulatedKeys,
} from '../../../dock-agent/simulated/camera/simulated-camera.ts';
import { behind } from '../../../dock-agent/simulated/camera/camera-link.ts';
import { body, Refused, WireServer, type Handler } from './server.ts';

const delivery = Compile(ReceiptDelivery);
const claim = Compile(TimeClaim);
const archiveNote = Compile(ArchiveNote);
const dockNote = Compile(DockNote);

/** What a simulated camera signs with: the evidence key that was enrolled in `directory`. */
export function simulatedKeys(directory: string): SimulatedKeys {
  const { certificate, signer, chain } = loadEvidenceIdentity(directory, 'camera');
  const { id, epoch = 1, agency } = certificate.name;
  const { roots } = loadTlsIdentity(directory, 'camera');
  return { name: { device: id, epoch }, agency, signer, chain, roots };
}

/** Faults of the line, on top of the camera's own lies. */
export interface CameraLineFaults {
  /** Announced instead of the true length; `chunked` announces none. */
  length?: (object: string, size: number) => number | 'chunked';
  /** Cuts every line after so many bytes of objects. */
  cutAfter?: number;
  /** Of before docks told the time. */
  timeless?: boolean;
  /** Of before docks cared for cameras. */
  careless?: boolean;
  /** Reads requests and says nothing. */
  mute?: boolean;
}

/** A simulated camera behind the real docking protocol. `directory` gives the TLS identity it shows. */
export class WireCamera {
  camera: SimulatedCamera;
  faults: CameraLineFaults = {};
  /** Objects asked for, in order. */
  readonly asked: string[] = [];
  /** Bytes of objects that were given. */
  given = 0;
  readonly #server: WireServer;

  constructor(
    camera: SimulatedCamera,
    directory: string,
    role: 'camera' | 'dock' | 'archive' = 'camera',
    host?: string,
  ) {
    this.camera = camera;
    this.#server = new WireServer(loadTlsIdentity(directory, role), ['dock'], this.#handle, host);
  }

  get url(): string {
    return this.#server.url;
  }

  get port(): number {
    return this.#server.port;
  }

  async insert(port?: number): Promise<void> {
    await this.#server.open(port);
  }

  async pull(): Promise<void> {
    await this.#server.vanish();
  }

  readonly #handle: Handler = async (request, response, url) => {
    if (this.faults.mute === true) return await new Promise(() => undefined);
    const route = `${request.method ?? ''} ${url.pathname}`;
    if (route === 'GET /v1/identity') return this.camera.identity();
    if (route === 'GET /v1/journal') {
      const [epoch, from, limit] = ['epoch', 'from', 'limit'].map((name) =>
        Number(url.searchParams.get(name)),
      );
      if (epoch !== this.camera.keys.name.epoch) throw new Refused('not-found');
      return this.camera.page(from ?? 0, limit ?? 0);
    }
    const object = /^GET \/v1\/objects\/([0-9a-f]{64})$/.exec(route)?.[1];
    if (object !== undefined) {
      await this.#send(object, response, request.headers.range);
      return undefined;
    }
    if (route === 'POST /v1/time' && this.faults.timeless !== true) {
      const value: unknown = JSON.parse((await body(request)).toString());
      if (!claim.Check(value)) throw new Refused('bad-request');
      return this.camera.takeTime(value);
    }
    if (route === 'POST /v1/receipts')
      return await taken(request, delivery, (note) => this.camera.takeReceipt(note));
    if (this.faults.careless !== true) {
      if (route === 'GET /v1/condition') return this.camera.condition();
      if (route === 'POST /v1/policy')
        return await taken(request, archiveNote, (note) => this.camera.takePolicy(note));
      if (route === 'POST /v1/anchor')
        return await taken(request, archiveNote, (note) => this.camera.takeAnchor(note));
      if (route === 'POST /v1/assignment')
        return await taken(request, dockNote, (note) => this.camera.takeAssignment(note));
    }
    throw new Refused('not-found');
  };

  async #send(object: string, response: Parameters<Handler>[1], range?: string): Promise<void> {
    this.asked.push(object);
    const whole = this.camera.openObject(object);
    const size = this.camera.objects.get(object)?.size;
    if (whole === undefined || size === undefined) throw new Refused('not-found');
    const from = Number(/^bytes=([0-9]+)-$/.exec(range ?? '')?.[1] ?? 0);
    const bytes = from === 0 ? whole : behind(whole, from);
    const length = this.faults.length?.(object, size) ?? size - from;
    response.writeHead(from === 0 ? 200 : 206, {
      ...(length === 'chunked' ? {} : { 'content-length': length }),
      ...(from === 0 ? {} : { 'content-range': `bytes ${from}-${size - 1}/${size}` }),
    });
    const sent = async function* (camera: WireCamera): AsyncGenerator<Uint8Array> {
      for await (const piece of bytes) {
        camera.given += piece.length;
        yield piece;
        if (camera.faults.cutAfter === undefined) continue;
        camera.faults.cutAfter -= piece.length;
        if (camera.faults.cutAfter > 0) continue;
        delete camera.faults.cutAfter;
        await camera.pull();
        throw new Error('cut');
      }
    };
    await pipeline(Readable.from(sent(this), { objectMode: false }), response);
  }
}

/** What the camera says to a body that fits; its refusals go out in its own words. */
async function taken<T>(
  request: Parameters<Handler>[0],
  shape: { Check(value: unknown): value is T },
  take: (value: T) => unknown,
): Promise<unknown> {
  const value: unknown = JSON.parse((await body(request)).toString());
  if (!shape.Check(value)) throw new Refused('bad-request');
  try {
    return take(value);
  } catch (error) {
    throw error instanceof PeerRefusal ? new Refused(error.refusal, error.message) : error;
  }
}
