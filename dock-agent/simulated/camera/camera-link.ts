import type {
  ArchiveNote,
  CameraCondition,
  CareOutcome,
  CertificateName,
  DockNote,
  JournalPage,
  ReceiptDelivery,
  ReceiptOutcome,
  TimeClaim,
  TimeOutcome,
} from '@mingjing/protocol';
import { PeerNotTrusted, PeerRefusal, RuntimeError } from '@mingjing/runtime';
import { BayFailure } from '../../core/failures.ts';
import type { CameraLink, Identified } from '../../ports/camera-link.ts';
import type { SimulatedCamera } from './simulated-camera.ts';

const ISSUED = { issuer: 'simulated', serial: '00' } as const;

/** The line to a simulated camera, without a network. */
export class SimulatedCameraLink implements CameraLink {
  readonly #camera: SimulatedCamera;
  #closed = false;

  constructor(camera: SimulatedCamera) {
    this.#camera = camera;
  }

  async identify(signal: AbortSignal): Promise<Identified> {
    await this.#reach(signal);
    return { line: this.#line(), issued: ISSUED, claims: this.#camera.identity() };
  }

  async journal(
    device: string,
    epoch: number,
    from: number,
    limit: number,
    signal: AbortSignal,
  ): Promise<JournalPage> {
    await this.#reach(signal, device);
    if (epoch !== this.#camera.keys.name.epoch) throw new PeerRefusal('not-found', 'no such epoch');
    if (from > this.#camera.size) throw new PeerRefusal('bad-request', 'beyond the journal');
    return this.#camera.page(from, limit);
  }

  async object<R>(
    device: string,
    object: string,
    signal: AbortSignal,
    use: (bytes: AsyncIterable<Uint8Array>) => Promise<R>,
    from = 0,
  ): Promise<R> {
    await this.#reach(signal, device);
    const bytes = this.#camera.openObject(object);
    if (bytes === undefined) throw new PeerRefusal('not-found', 'no such object');
    return await use(behind(this.#reaching(bytes, signal), from));
  }

  async handReceipt(device: string, receipt: ReceiptDelivery, signal: AbortSignal): Promise<ReceiptOutcome> {
    await this.#reach(signal, device);
    return this.#camera.takeReceipt(receipt);
  }

  async tellTime(device: string, claim: TimeClaim, signal: AbortSignal): Promise<TimeOutcome> {
    await this.#reach(signal, device);
    return this.#camera.takeTime(claim);
  }

  async condition(device: string, signal: AbortSignal): Promise<CameraCondition> {
    await this.#reach(signal, device);
    return this.#camera.condition();
  }

  async handPolicy(device: string, policy: ArchiveNote, signal: AbortSignal): Promise<CareOutcome> {
    await this.#reach(signal, device);
    return this.#camera.takePolicy(policy);
  }

  async handAnchor(device: string, checkpoint: ArchiveNote, signal: AbortSignal): Promise<CareOutcome> {
    await this.#reach(signal, device);
    return this.#camera.takeAnchor(checkpoint);
  }

  async handOver(device: string, assignment: DockNote, signal: AbortSignal): Promise<CareOutcome> {
    await this.#reach(signal, device);
    return this.#camera.takeAssignment(assignment);
  }

  close(): void {
    this.#closed = true;
  }

  #line(): CertificateName {
    const { name, agency } = this.#camera.keys;
    const line = { agency, use: 'tls', role: 'camera', id: name.device } as const;
    return this.#camera.lies.line?.(line) ?? line;
  }

  async #reach(signal: AbortSignal, device?: string): Promise<void> {
    await Promise.resolve();
    if (this.#closed || this.#camera.gone || signal.aborted)
      throw new RuntimeError('peer-unreachable', 'no camera answers');
    const line = this.#line();
    if (line.agency !== this.#camera.keys.agency)
      throw new PeerNotTrusted('agency', `the other end is of agency ${line.agency}`);
    if (line.role !== 'camera' || line.use !== 'tls')
      throw new PeerNotTrusted('role', `the other end is ${line.role} ${line.use}`);
    if (device !== undefined && line.id !== device)
      throw new BayFailure('camera-changed', `camera ${line.id} is here now, not ${device}`);
  }

  async *#reaching(bytes: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    for await (const piece of bytes) {
      await this.#reach(signal);
      yield piece;
    }
    await this.#reach(signal);
  }
}

/** What comes behind so many bytes. */
export async function* behind(bytes: AsyncIterable<Uint8Array>, from: number): AsyncGenerator<Uint8Array> {
  let left = from;
  for await (const piece of bytes) {
    if (piece.length > left) yield piece.subarray(left);
    left = Math.max(0, left - piece.length);
  }
}
