import type { RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { TLSSocket } from 'node:tls';
import {
  fastify,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import {
  Id,
  JournalPage,
  MAX_JOURNAL_BODY_BYTES,
  MAX_OBJECT_BYTES,
  REFUSALS,
  Sha256Hex,
  type CertificateName,
  type JournalName,
} from '@mingjing/protocol';
import { requirePeer, RuntimeError, tlsOptions, type Log, type TlsIdentity } from '@mingjing/runtime';
import { Refused } from '../core/errors.ts';
import type { Ingest } from './ingest.ts';
import { addLogRoutes } from './log-api.ts';
import type { PolicyFile } from './policy.ts';
import type { Receipts } from './receipts.ts';
import { Slots } from './slots.ts';
import type { Uploads } from './uploads.ts';
import type { WitnessedLog } from './witnessed-log.ts';

export interface IngestApiOptions {
  readonly identity: TlsIdentity;
  readonly host: string;
  readonly port: number;
  readonly ingest: Ingest;
  readonly uploads: Uploads;
  readonly receipts: Receipts;
  /** Absent: this archive hands out no policy. */
  readonly policy?: PolicyFile | undefined;
  /** Absent: nobody may witness the custody log. */
  readonly witnessed?: WitnessedLog | undefined;
  readonly log: Log;
  /** A line on which nothing moves for so long is cut. */
  readonly idleMillis?: number;
  /** A journal page whose body is not here after so long is cut, however it trickles. */
  readonly pageMillis?: number;
}

export interface RunningServer {
  readonly port: number;
  close(): Promise<void>;
}

const IDLE_MILLIS = 30_000;
const HEADERS_MILLIS = 15_000;
/** A large object over a bad line may take long; the idle limit catches who stands still. */
const REQUEST_MILLIS = 60 * 60 * 1000;
const GRACE_MILLIS = 3_000;
const PAGE_MILLIS = 60_000;
/** Pages are held in memory while they are judged; objects are not. No one machine can take every slot. */
const PAGES_AT_ONCE = { total: 8, perPeer: 2 };
const OBJECTS_AT_ONCE = { total: 64, perPeer: 16 };

const checkPage = Compile(JournalPage);
const checkObject = Compile(Sha256Hex);
const checkId = Compile(Id);
const checkEpoch = Compile(Type.String({ pattern: '^[1-9][0-9]{0,8}$' }));

/** HTTPS with mutual TLS for docks and cameras. Every answer that is no success is a `Refusal`. */
export async function serveIngest(options: IngestApiOptions): Promise<RunningServer> {
  const { ingest, uploads, receipts, identity, log } = options;
  const app = fastify({
    serverFactory: (handler) => secureServer(options, handler),
    bodyLimit: MAX_JOURNAL_BODY_BYTES,
    routerOptions: { maxParamLength: 128 },
    forceCloseConnections: 'idle',
    return503OnClosing: false,
  });
  const pages = new Slots(PAGES_AT_ONCE, 'journal pages');
  const peers = new WeakMap<FastifyRequest, CertificateName>();

  app.addHook('onRequest', (request, _reply, done) => {
    const { socket } = request.raw;
    if (!(socket instanceof TLSSocket)) throw new Refused('not-allowed', 'TLS only');
    const peer = requirePeer(socket, identity, ['dock', 'camera']);
    peers.set(request, peer.name);
    done();
  });
  app.setErrorHandler((error: FastifyError | Refused, request, reply) =>
    answerError(error, request, reply, log),
  );
  app.setNotFoundHandler((request) => {
    throw new Refused('not-found', `no ${request.method} ${request.url.slice(0, 256)} here`);
  });
  app.removeContentTypeParser('text/plain'); // JSON is all that is ever parsed

  app.get('/v1/cameras/:id/journal', async (request) => {
    const name = journalName(request, peers);
    await receipts.refresh(name);
    return await ingest.state(name);
  });

  app.post(
    '/v1/cameras/:id/journal',
    {
      onRequest: async (request, reply) => {
        await pages.take(nameOf(peerOf(request, peers)), reply.raw);
        limitBody(request, reply, options.pageMillis ?? PAGE_MILLIS);
      },
    },
    async (request) => {
      const device = ownCamera(request, peers);
      const page = request.body;
      if (!checkPage.Check(page)) throw new Refused('bad-request', 'the body is not a journal page');
      return await ingest.takePage(device, page);
    },
  );

  app.get('/v1/cameras/:id/receipt', async (request) => await receipts.deliver(journalName(request, peers)));

  app.get('/v1/policy', async () => {
    if (options.policy === undefined) throw new Refused('not-found', 'this archive hands out no policy');
    return await options.policy.signed();
  });

  if (options.witnessed !== undefined)
    addLogRoutes(app, options.witnessed, (request) => peerOf(request, peers));

  app.register((scope, _options, done) => {
    addObjectRoutes(scope, uploads, peers);
    done();
  });

  await app.listen({ host: options.host, port: options.port });
  return {
    port: (app.server.address() as AddressInfo).port,
    close: async () => {
      const cut = setTimeout(() => app.server.closeAllConnections(), GRACE_MILLIS);
      await app.close();
      clearTimeout(cut);
    },
  };
}

/** Objects pass through as streams: whatever their sender calls them, nothing of them is parsed or gathered. */
function addObjectRoutes(app: FastifyInstance, uploads: Uploads, peers: Peers): void {
  const objects = new Slots(OBJECTS_AT_ONCE, 'objects');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));

  app.head('/v1/objects/:object', async (request, reply) => {
    const object = objectName(request);
    const size = await uploads.size(object, ownDevice(request, peers));
    if (size === undefined) throw new Refused('not-found', `${object} is not here`);
    return await reply.header('content-length', size).send();
  });

  app.put(
    '/v1/objects/:object',
    {
      onRequest: (request, reply) => objects.take(nameOf(peerOf(request, peers)), reply.raw),
      bodyLimit: MAX_OBJECT_BYTES,
    },
    async (request, reply) => {
      const { 'content-length': length, 'content-digest': contentDigest } = request.headers;
      const outcome = await uploads.put({
        object: objectName(request),
        device: ownDevice(request, peers),
        length: length === undefined ? undefined : Number(length),
        contentDigest: typeof contentDigest === 'string' ? contentDigest : undefined,
        bytes: request.raw,
      });
      // What is left of an upload nobody needs is read and dropped by the server, so that the line stays usable.
      return await reply.code(outcome === 'stored' ? 201 : 200).send();
    },
  );
}

/** Cuts the line if the body has not come whole by then. */
function limitBody({ raw }: FastifyRequest, reply: FastifyReply, millis: number): void {
  const cut = setTimeout(() => raw.destroy(), millis);
  const keep = (): void => clearTimeout(cut);
  raw.once('end', keep);
  reply.raw.once('close', keep);
}

function secureServer(
  { identity, idleMillis = IDLE_MILLIS, log }: IngestApiOptions,
  handler: RequestListener,
): Server {
  const server = createServer(
    {
      ...tlsOptions(identity),
      handshakeTimeout: HEADERS_MILLIS,
      headersTimeout: HEADERS_MILLIS,
      requestTimeout: REQUEST_MILLIS,
    },
    handler,
  );
  server.setTimeout(idleMillis);
  server.on('tlsClientError', (error) => log.info({ reason: error.message }, 'TLS refused'));
  return server;
}

type Peers = WeakMap<FastifyRequest, CertificateName>;

function peerOf(request: FastifyRequest, peers: Peers): CertificateName {
  const peer = peers.get(request);
  if (peer === undefined) throw new Refused('not-allowed', 'nobody is at the other end');
  return peer;
}

function nameOf({ role, id }: CertificateName): string {
  return `${role}-${id}`;
}

/** The camera the path names; a camera may name itself only. */
function ownCamera(request: FastifyRequest, peers: Peers): string {
  const { id } = request.params as { id: string };
  const peer = peerOf(request, peers);
  if (!checkId.Check(id)) throw new Refused('bad-request', 'not the id of a camera');
  if (peer.role === 'camera' && peer.id !== id)
    throw new Refused('not-allowed', `camera ${peer.id} may not touch what is of ${id}`);
  return id;
}

function journalName(request: FastifyRequest, peers: Peers): JournalName {
  const device = ownCamera(request, peers);
  const { epoch } = request.query as { epoch?: unknown };
  if (!checkEpoch.Check(epoch)) throw new Refused('bad-request', 'the epoch is missing or is no number');
  return { device, epoch: Number(epoch) };
}

function ownDevice(request: FastifyRequest, peers: Peers): string | undefined {
  const { role, id } = peerOf(request, peers);
  return role === 'camera' ? id : undefined;
}

function objectName(request: FastifyRequest): string {
  const { object } = request.params as { object: string };
  if (!checkObject.Check(object)) throw new Refused('bad-request', 'not the name of an object');
  return object;
}

function answerError(
  error: FastifyError | Refused | RuntimeError,
  request: FastifyRequest,
  reply: FastifyReply,
  log: Log,
): FastifyReply {
  const refused = asRefused(error);
  const what = { method: request.method, url: request.url, code: refused.code, reason: refused.message };
  if (refused.code === 'internal') log.error({ ...what, err: error }, 'request failed');
  else log.info(what, 'request refused');
  // Whoever announces too much is not read to the end.
  if (refused.code === 'too-large') reply.header('connection', 'close');
  const message = refused.code === 'internal' ? 'the archive failed; see its log' : refused.message;
  return reply
    .code(REFUSALS[refused.code])
    .type('application/json')
    .send({ code: refused.code, message: message.slice(0, 4096) });
}

function asRefused(error: FastifyError | Refused | RuntimeError): Refused {
  if (error instanceof Refused) return error;
  if (error instanceof RuntimeError) {
    const code = error.code === 'peer-not-trusted' ? 'not-allowed' : 'internal';
    return new Refused(code, error.message, { cause: error });
  }
  const status = error.statusCode ?? 500;
  const code = status === 413 ? 'too-large' : status < 500 ? 'bad-request' : 'internal';
  return new Refused(code, error.message, { cause: error });
}
