import { createHash, type Hash } from 'node:crypto';
import { once } from 'node:events';
import { open, rename } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { Agent, createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { FileStore } from '@tus/file-store';
import { Server } from '@tus/server';
import { loadTlsIdentity, syncDirectory, tlsOptions } from '@mingjing/runtime';
import { DefaultHttpStack, Upload } from 'tus-js-client';
import { BenchObjects } from './objects.ts';
import { playRole, say, type Job } from './stage.ts';

/** @tus/server and tus-js-client, one hop: each object an upload; hashed on its way, and durable before it is answered. */
interface Wired {
  readonly port: number;
}

const hashes = new Map<string, Hash>();

class HashingStore extends FileStore {
  override write(readable: Parameters<FileStore['write']>[0], id: string, offset: number): Promise<number> {
    const hash = createHash('sha256');
    hashes.set(id, hash);
    const through = new Transform({
      transform(piece: Buffer, _encoding, done) {
        hash.update(piece);
        done(null, piece);
      },
    });
    return super.write(Readable.from(readable as AsyncIterable<Buffer>).pipe(through), id, offset);
  }
}

async function sink(job: Job): Promise<void> {
  const tus = new Server({
    path: '/files',
    relativeLocation: true,
    datastore: new HashingStore({ directory: job.directory }),
    onUploadFinish: async (_request, { id, metadata }) => {
      const name = metadata?.['name'] ?? '';
      if (hashes.get(id)?.digest('hex') !== name) throw new Error('altered');
      hashes.delete(id);
      const file = await open(join(job.directory, id));
      await file.datasync();
      await file.close();
      await rename(join(job.directory, id), join(job.directory, name));
      syncDirectory(job.directory);
      return {};
    },
  });
  const handle: RequestListener = (request, response) => void tus.handle(request, response);
  const identity = loadTlsIdentity(job.identities.archive, 'archive');
  const server = job.tls ? createTlsServer(tlsOptions(identity), handle) : createServer(handle);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  say({ ready: true, port: (server.address() as AddressInfo).port });
}

async function source(job: Job & Wired): Promise<void> {
  const objects = new BenchObjects(job.count, job.size);
  const identity = loadTlsIdentity(job.identities.dock, 'dock');
  const tls = { ...tlsOptions(identity), checkServerIdentity: () => undefined };
  const agent = job.tls ? { agent: new Agent({ keepAlive: true, ...tls }) } : {};
  say({ ready: true });
  await once(process, 'message');
  const carry = async (stream: number): Promise<void> => {
    for (let index = 0; index < job.count; index += 1)
      await new Promise<void>((resolve, reject) => {
        new Upload(Readable.from(objects.pieces(stream, index), { objectMode: false }), {
          endpoint: `${job.tls ? 'https' : 'http'}://127.0.0.1:${job.port}/files`,
          uploadSize: objects.size,
          chunkSize: objects.size,
          metadata: { name: objects.name(stream, index) },
          retryDelays: null,
          httpStack: new DefaultHttpStack(agent),
          onSuccess: () => resolve(),
          onError: reject,
        }).start();
      });
  };
  await Promise.all(Array.from({ length: job.streams }, (_, stream) => carry(stream)));
  say({ done: true });
}

playRole({ sink, source });
