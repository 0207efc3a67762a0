import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import type { Certificate, CertificateRole } from '@mingjing/protocol';
import { readAnswerHead, type AnswerHead } from './answer-head.ts';
import type { Endpoint } from './endpoint.ts';
import { asPeerError, RuntimeError } from './errors.ts';
import type { TlsIdentity } from './identity.ts';
import { nameCheck, requirePeer, tlsOptions } from './mutual-tls.ts';
import { Pieces } from './pieces.ts';

const MAX_HEAD_BYTES = 16 * 1024;
/** Shorter than any server of ours keeps a line. */
const KEPT_MS = 10_000;

export interface BodyAnswer extends Pick<AnswerHead, 'status' | 'headers'> {
  readonly peer: Certificate;
  readonly body: AsyncIterableIterator<Uint8Array>;
}

/** The answer has a body of a length that is not told in front: not for a {@link BodyLine}. */
export class NoPlainLength extends RuntimeError {
  readonly status: number;

  constructor(status: number) {
    super('peer-broke-protocol', `status ${status} without a length`);
    this.status = status;
  }
}

interface Waiting {
  readonly resolve: (answer: BodyAnswer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * One TLS line that is asked for large bodies, one after the other. TLS writes each record straight into the piece its
 * user gets: node:http's parser and streams take half as much processor time again for the same bytes. Fails with what
 * {@link HttpsPeer} fails with.
 */
export class BodyLine {
  readonly #identity: TlsIdentity;
  readonly #role: CertificateRole;
  readonly #idleMs: number;
  readonly #socket: TLSSocket;
  readonly #head = Buffer.allocUnsafeSlow(MAX_HEAD_BYTES);
  #headBytes = 0;
  #peer: Certificate | undefined;
  /** For the head of an answer. */
  #waiting: Waiting | undefined;
  #body: Pieces | undefined;
  #left = 0;
  #keepAlive = true;
  #headLimit: NodeJS.Timeout | undefined;
  #gone: { readonly error: unknown } | undefined;

  constructor({ host, port }: Endpoint, identity: TlsIdentity, role: CertificateRole, idleMs: number) {
    this.#identity = identity;
    this.#role = role;
    this.#idleMs = idleMs;
    const options = {
      ...tlsOptions(identity),
      host,
      port,
      checkServerIdentity: nameCheck(identity, role),
      onread: { buffer: () => this.#room(), callback: (count: number) => this.#came(count) },
    };
    // Node takes `onread` for TLS, too; its types do not say so.
    this.#socket = connect(options as ConnectionOptions);
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.on('close', () => this.#fail(new Error('the line closed in the middle')));
    this.#socket.on('timeout', () => this.#timedOut());
  }

  get gone(): boolean {
    return this.#gone !== undefined;
  }

  /** Nothing is asked on it, and it is of use. */
  get free(): boolean {
    return this.#gone === undefined && this.#waiting === undefined && this.#body === undefined;
  }

  /** `request`: a whole head with its empty line. Only while it is free. */
  async ask(request: string): Promise<BodyAnswer> {
    return await new Promise<BodyAnswer>((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#headBytes = 0;
      this.#headLimit = setTimeout(() => this.#fail(this.#timeout()), this.#idleMs);
      this.#socket.ref().setTimeout(this.#idleMs);
      this.#socket.resume(); // it may have been told to stop at the end of the last body
      const send = (): void => void this.#socket.write(request, 'latin1');
      if (this.#peer !== undefined) send();
      else
        this.#socket.once('secureConnect', () => {
          try {
            this.#peer = requirePeer(this.#socket, this.#identity, [this.#role]);
            send();
          } catch (error) {
            this.#fail(error);
          }
        });
    });
  }

  /** Whoever waits on it is told `error`. */
  destroy(error: unknown): void {
    this.#fail(error);
  }

  /** Never empty: TLS would ask again, without end. */
  #room(): Buffer {
    if (this.#gone !== undefined) return this.#head;
    return this.#body?.room() ?? this.#head.subarray(this.#headBytes);
  }

  /** False: no more for now; what is decrypted still comes. */
  #came(count: number): boolean {
    if (this.#gone !== undefined) return false;
    try {
      if (this.#body === undefined) this.#cameOfHead(count);
      else this.#cameOfBody(this.#body, count);
    } catch (error) {
      this.#fail(error);
    }
    return this.#body?.isFull() !== true;
  }

  #cameOfHead(count: number): void {
    if (this.#waiting === undefined || this.#peer === undefined) throw broken('bytes nobody asked for');
    const before = Math.max(0, this.#headBytes - 3);
    this.#headBytes += count;
    const end = this.#head.subarray(0, this.#headBytes).indexOf('\r\n\r\n', before, 'latin1');
    if (end < 0) {
      if (this.#headBytes === MAX_HEAD_BYTES) throw broken(`a head of more than ${MAX_HEAD_BYTES} bytes`);
      return;
    }
    const head = readAnswerHead(this.#head.toString('latin1', 0, end));
    if (head.length === undefined) throw new NoPlainLength(head.status);
    const first = this.#head.subarray(end + 4, this.#headBytes);
    clearTimeout(this.#headLimit);
    const { resolve } = this.#waiting;
    this.#waiting = undefined;
    const body = new Pieces(
      () => this.#goOn(body),
      () => this.#letGo(body),
    );
    this.#body = body;
    this.#left = head.length;
    this.#keepAlive = head.keepAlive;
    resolve({ ...head, peer: this.#peer, body });
    first.copy(body.room());
    this.#cameOfBody(body, first.length);
  }

  #cameOfBody(body: Pieces, count: number): void {
    if (count > this.#left) throw broken('more than the length it announced');
    this.#left -= count;
    body.came(count);
    if (this.#left > 0) return;
    this.#body = undefined;
    this.#headBytes = 0;
    body.finish();
    if (this.#keepAlive) this.#socket.unref().setTimeout(KEPT_MS);
    else this.#fail(new Error('it was for one answer'));
  }

  #goOn(body: Pieces): void {
    if (this.#body === body) this.#socket.setTimeout(this.#idleMs);
    this.#socket.resume();
  }

  /** What is left is not waited for. */
  #letGo(body: Pieces): void {
    if (this.#body === body) this.#fail(new Error('nobody wants the rest'));
  }

  #timedOut(): void {
    // Who holds the line up is not the other end.
    if (this.#body?.isFull() === true) return;
    this.#fail(this.#timeout());
  }

  #timeout(): RuntimeError {
    return new RuntimeError('peer-timeout', `no byte for ${this.#idleMs} ms`);
  }

  #fail(reason: unknown): void {
    if (this.#gone !== undefined) return;
    const error = this.#peer === undefined ? asPeerError(reason) : asBroken(reason);
    this.#gone = { error };
    clearTimeout(this.#headLimit);
    setImmediate(() => this.#socket.destroy()); // never out of its own read: see Pieces
    this.#waiting?.reject(error);
    this.#body?.finish({ error });
  }
}

/** Once it is known who is there, a bent record is a bad line like any other. */
function asBroken(reason: unknown): RuntimeError {
  if (reason instanceof RuntimeError) return reason;
  return new RuntimeError('peer-unreachable', 'the line broke in the middle', { cause: reason });
}

function broken(why: string): RuntimeError {
  return new RuntimeError('peer-broke-protocol', `the other end sends ${why}`);
}
