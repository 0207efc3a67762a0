import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { createServer, request, Agent, type IncomingMessage, type RequestListener } from 'node:http';
import {
  Agent as TlsAgent,
  createServer as createTlsServer,
  request as requestTls,
  type RequestOptions,
} from 'node:https';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { loadTlsIdentity, syncDirectory, tlsOptions, type TlsIdentity } from '@mingjing/runtime';
import { BenchObjects } from './objects.ts';
import { playRole, say, type Job } from './stage.ts';

/** How one writes it first: HTTP and `stream.pipeline`, a hash on the way. Source → relay → sink, or source → sink. */
interface Wired {
  readonly from: number;
  readonly to: number;
}

async function serve(job: Job, identity: TlsIdentity, take: RequestListener): Promise<number> {
  const server = job.tls ? createTlsServer(tlsOptions(identity), take) : createServer(take);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

function caller(job: Job, identity: TlsIdentity): (port: number, options: RequestOptions) => Sent {
  const tls = { ...tlsOptions(identity), checkServerIdentity: () => undefined };
  const agent = job.tls ? new TlsAgent({ keepAlive: true, ...tls }) : new Agent({ keepAlive: true });
  const ask = job.tls ? requestTls : request;
  return (port, options) => ask({ host: '127.0.0.1', port, agent, ...options });
}
type Sent = ReturnType<typeof request>;

async function source(job: Job): Promise<void> {
  const objects = new BenchObjects(job.count, job.size);
  const identity = loadTlsIdentity(job.identities.camera, 'camera');
  const port = await serve(job, identity, (asked, answer) => {
    const [stream = 0, index = 0] = (asked.url ?? '').split('/').slice(1).map(Number);
    answer.writeHead(200, { 'content-length': objects.size });
    void pipeline(Readable.from(objects.pieces(stream, index), { objectMode: false }), answer);
  });
  say({ ready: true, port });
}

async function sink(job: Job): Promise<void> {
  const identity = loadTlsIdentity(job.identities.archive, 'archive');
  const port = await serve(job, identity, (asked, answer) => {
    void take(job, (asked.url ?? '').slice(1), asked).then(() => answer.writeHead(201).end());
  });
  say({ ready: true, port });
}

async function take(job: Job, name: string, bytes: Readable): Promise<void> {
  const incoming = join(job.directory, `${name}.incoming`);
  await pipeline(bytes, hashing(name), createWriteStream(incoming, { flags: 'wx' }));
  const file = await open(incoming);
  await file.datasync();
  await file.close();
  await rename(incoming, join(job.directory, name));
  syncDirectory(job.directory);
}

function hashing(name: string): Transform {
  const hash = createHash('sha256');
  return new Transform({
    transform(piece: Buffer, _encoding, done) {
      hash.update(piece);
      done(null, piece);
    },
    flush(done) {
      done(hash.digest('hex') === name ? null : new Error('altered'));
    },
  });
}

/** One request after another for each stream: fetched from the source, sent on to the sink. */
async function relay(job: Job & Wired): Promise<void> {
  const objects = new BenchObjects(job.count, job.size);
  const ask = caller(job, loadTlsIdentity(job.identities.dock, 'dock'));
  const carry = async (stream: number): Promise<void> => {
    for (let index = 0; index < job.count; index += 1) {
      const name = objects.name(stream, index);
      const answer = await answered(ask(job.from, { path: `/${stream}/${index}` }).end());
      const headers = { 'content-length': objects.size };
      const sent = ask(job.to, { method: 'PUT', path: `/${name}`, headers });
      const taken = answered(sent);
      await pipeline(answer, hashing(name), sent);
      await drained(await taken);
    }
  };
  await carryAll(job, carry);
}

/** Without a relay: the sink's process fetches. */
async function fetching(job: Job & Wired): Promise<void> {
  const objects = new BenchObjects(job.count, job.size);
  const ask = caller(job, loadTlsIdentity(job.identities.archive, 'archive'));
  await carryAll(job, async (stream) => {
    for (let index = 0; index < job.count; index += 1) {
      const answer = await answered(ask(job.from, { path: `/${stream}/${index}` }).end());
      await take(job, objects.name(stream, index), answer);
    }
  });
}

async function carryAll(job: Job, carry: (stream: number) => Promise<void>): Promise<void> {
  say({ ready: true });
  await once(process, 'message');
  await Promise.all(Array.from({ length: job.streams }, (_, stream) => carry(stream)));
  say({ done: true });
}

async function answered(sent: Sent): Promise<IncomingMessage> {
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  return answer;
}

async function drained(answer: IncomingMessage): Promise<void> {
  answer.resume();
  await once(answer, 'end');
}

playRole({ source, sink, relay, fetching });
