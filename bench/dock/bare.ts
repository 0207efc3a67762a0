import { createHash, type Hash } from 'node:crypto';
import { closeSync, fdatasync, openSync, renameSync, writeSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { syncDirectory } from '@mingjing/runtime';
import { connect, listen } from './lines.ts';
import { BenchObjects } from './objects.ts';
import { playRole, say, type Job } from './stage.ts';

/**
 * The leanest way in Node that does the same work: no HTTP, no journal, no catalogue. A reader asks for object n by
 * four bytes and gets size, SHA-256 and bytes. Source → relay → sink, or source → sink. Relay and sink each hash once.
 */
const HEAD_BYTES = 40;
const SINK_BUFFER = 1024 * 1024;
const RELAY_BUFFER = 256 * 1024;
const RELAY_BUFFERS = 4;
const sync = promisify(fdatasync);

interface Wired {
  /** Port to ask at. */
  readonly port: number;
}

async function source(job: Job): Promise<void> {
  const objects = new BenchObjects(job.count, job.size);
  const end = { tls: job.tls, role: 'camera', identity: job.identities.camera } as const;
  const port = await listen(end, (socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('data', (question: Buffer) => {
      const stream = question.readUInt16BE(0);
      void sendObject(socket, objects, stream, question.readUInt16BE(2));
    });
  });
  say({ ready: true, port });
}

async function sendObject(
  socket: Socket,
  objects: BenchObjects,
  stream: number,
  index: number,
): Promise<void> {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeBigUInt64BE(BigInt(objects.size));
  head.write(objects.name(stream, index), 8, 'hex');
  socket.write(head);
  for (const piece of objects.pieces(stream, index)) {
    if (!socket.write(piece)) await new Promise((resolve) => socket.once('drain', resolve));
  }
}

/** One line in, one line out, for each stream. The last piece waits until the whole is known to be right. */
async function relay(job: Job & Wired): Promise<void> {
  const near = { tls: job.tls, role: 'dock', identity: job.identities.dock } as const;
  const port = await listen(near, (out) => {
    const pump = new Pump(out);
    const line = connect(near, job.port, pump);
    pump.on(line);
    out.on('error', () => line.destroy());
    out.on('data', (question: Buffer) => {
      pump.begin();
      line.write(question);
    });
  });
  say({ ready: true, port });
}

class Pump {
  readonly #out: Socket;
  readonly #free: Buffer[] = Array.from({ length: RELAY_BUFFERS }, () =>
    Buffer.allocUnsafeSlow(RELAY_BUFFER),
  );
  #line: Socket | undefined;
  #buffer = this.#take();
  #filled = 0;
  #hashed = 0;
  #head = Buffer.alloc(0);
  #hash = createHash('sha256');
  #left = 0;

  constructor(out: Socket) {
    this.#out = out;
  }

  on(line: Socket): void {
    this.#line = line;
    line.on('error', () => this.#out.destroy());
  }

  begin(): void {
    this.#head = Buffer.alloc(0);
    this.#hash = createHash('sha256');
  }

  readonly room = (): Buffer => this.#buffer.subarray(this.#filled);

  readonly came = (count: number): boolean => {
    this.#filled += count;
    if (this.#head.length === 0) {
      if (this.#filled < HEAD_BYTES) return true;
      this.#head = Buffer.from(this.#buffer.subarray(0, HEAD_BYTES));
      this.#left = Number(this.#head.readBigUInt64BE()) + HEAD_BYTES;
      this.#hashed = HEAD_BYTES;
    }
    const whole = this.#filled === this.#left;
    if (this.#filled < this.#buffer.length && !whole) return true;
    this.#hash.update(this.#buffer.subarray(this.#hashed, this.#filled));
    this.#hashed = 0;
    if (whole && this.#hash.digest('hex') !== this.#head.toString('hex', 8)) throw new Error('altered');
    this.#left -= this.#filled;
    this.#send(this.#buffer, this.#filled);
    this.#filled = 0;
    this.#buffer = this.#take();
    return this.#free.length > 0;
  };

  #send(buffer: Buffer, length: number): void {
    this.#out.write(buffer.subarray(0, length), () => {
      this.#free.push(buffer);
      if (this.#free.length === 1) this.#line?.resume();
    });
  }

  #take(): Buffer {
    // What was decrypted before the line stopped still comes.
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(RELAY_BUFFER);
  }
}

async function sink(job: Job & Wired): Promise<void> {
  const names = { tls: job.tls, role: 'archive', identity: job.identities.archive } as const;
  let open = job.streams;
  const takers = Array.from({ length: job.streams }, (_, stream) => new Taker(stream, job));
  for (const taker of takers) taker.on(connect(names, job.port, taker));
  say({ ready: true });
  process.once('message', () => {
    for (const taker of takers)
      void taker.takeAll().then(() => {
        open -= 1;
        if (open === 0) say({ done: true });
      });
  });
  await Promise.resolve();
}

class Taker {
  readonly #stream: number;
  readonly #job: Job;
  readonly #buffer = Buffer.allocUnsafeSlow(SINK_BUFFER);
  #line: Socket | undefined;
  #filled = 0;
  #from = 0;
  #left = 0;
  #name = '';
  #hash: Hash = createHash('sha256');
  #file = -1;
  #whole: (() => void) | undefined;

  constructor(stream: number, job: Job) {
    this.#stream = stream;
    this.#job = job;
  }

  on(line: Socket): void {
    this.#line = line;
    line.on('error', (error) => {
      throw error;
    });
  }

  async takeAll(): Promise<void> {
    for (let index = 0; index < this.#job.count; index += 1) {
      const incoming = join(this.#job.directory, `${this.#stream}.incoming`);
      this.#file = openSync(incoming, 'wx', 0o600);
      this.#hash = createHash('sha256');
      this.#name = '';
      const whole = new Promise<void>((resolve) => (this.#whole = resolve));
      const question = Buffer.alloc(4);
      question.writeUInt16BE(this.#stream, 0);
      question.writeUInt16BE(index, 2);
      this.#line?.write(question);
      await whole;
      if (this.#hash.digest('hex') !== this.#name) throw new Error('altered');
      await sync(this.#file);
      closeSync(this.#file);
      renameSync(incoming, join(this.#job.directory, this.#name));
      syncDirectory(this.#job.directory);
    }
  }

  readonly room = (): Buffer => this.#buffer.subarray(this.#filled);

  readonly came = (count: number): boolean => {
    this.#filled += count;
    if (this.#name === '') {
      if (this.#filled < HEAD_BYTES) return true;
      this.#left = Number(this.#buffer.readBigUInt64BE()) + HEAD_BYTES;
      this.#name = this.#buffer.toString('hex', 8, HEAD_BYTES);
      this.#from = HEAD_BYTES;
    }
    const whole = this.#filled === this.#left;
    if (this.#filled < this.#buffer.length && !whole) return true;
    const part = this.#buffer.subarray(this.#from, this.#filled);
    this.#hash.update(part);
    for (let written = 0; written < part.length;) written += writeSync(this.#file, part, written);
    this.#left -= this.#filled;
    this.#filled = 0;
    this.#from = 0;
    if (whole) this.#whole?.();
    return true;
  };
}

playRole({ source, relay, sink });
