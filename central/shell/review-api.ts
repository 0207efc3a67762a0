import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import {
  fastify,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { Type, type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { COMMAND_KINDS, Id, MEDIA, RecordingId } from '@mingjing/protocol';
import type { Log } from '@mingjing/runtime';
import { ReviewRefused } from '../core/errors.ts';
import { REVIEW_REFUSALS, type RecordingKey, type SessionAnswer } from '../core/review-shapes.ts';
import { SESSION_MILLIS } from '../core/sign-in.ts';
import type { Commands } from './commands.ts';
import type { RunningServer } from './ingest-api.ts';
import type { Live, LiveEvent } from './live.ts';
import { actorOf, cookieOf, guard, isApi, sessionCookie } from './review-guard.ts';
import type { Review } from './review.ts';
import { sendRange } from './send-range.ts';
import { SignIn } from './sign-in.ts';
import { sendPage } from './static-pages.ts';

export interface ReviewApiOptions {
  readonly host: '127.0.0.1' | '::1';
  readonly port: number;
  readonly review: Review;
  readonly commands: Commands;
  readonly live: Live;
  readonly agency: string;
  readonly archive: string;
  readonly canUnseal: boolean;
  /** Directory of the built pages. */
  readonly pages: string;
  /** Told the whole link, with its token, when there is a new one. */
  readonly writeLink: (link: string) => void;
  readonly log: Log;
  readonly now?: () => number;
  readonly heartbeatMillis?: number;
}

const MAX_LIST = 200;
const MAX_LISTENERS = 32;
/** What a browser that has stopped reading may make us hold. */
const MAX_BUFFERED_BYTES = 1024 * 1024;
const HEARTBEAT_MILLIS = 15_000;

const recordingPath = Compile(
  Type.Object({
    device: Id,
    epoch: Type.String({ pattern: '^[1-9][0-9]{0,8}$' }),
    recording: RecordingId,
    number: Type.Optional(Type.String({ pattern: '^[0-9]{1,9}$' })),
  }),
);
const ListQuery = Type.Object({
  limit: Type.Optional(Type.String({ pattern: '^[1-9][0-9]{0,3}$' })),
  before: Type.Optional(Type.String({ maxLength: 128 })),
  part: Type.Optional(Type.String({ pattern: '^[0-9]{1,6}$' })),
  stretch: Type.Optional(Type.String({ pattern: '^[0-9]{1,6}$' })),
  mode: Type.Optional(Type.Union([Type.Literal('video'), Type.Literal('audio'), Type.Literal('photo')])),
});
const listQuery = Compile(ListQuery);
const commandPath = Compile(Type.Object({ id: Id }));
const commandBody = Compile(Type.Object({ kind: Type.Enum(COMMAND_KINDS) }, { additionalProperties: false }));
const signInBody = Compile(Type.Object({ token: Type.String({ maxLength: 256 }) }));

/** The pages and what they ask for, on this machine's own loopback address only. */
export async function serveReview(options: ReviewApiOptions): Promise<RunningServer> {
  const app = fastify({
    bodyLimit: 16 * 1024,
    routerOptions: { maxParamLength: 128 },
    forceCloseConnections: true,
  });
  // The first token is made before the port is known; the link is written once it is.
  let token = '';
  let write = (fresh: string): void => {
    token = fresh;
  };
  const signIn = new SignIn((fresh) => write(fresh), options.now);
  guard(app, signIn);
  app.setErrorHandler((error: FastifyError | ReviewRefused, request, reply) =>
    answerError(error, request, reply, options.log),
  );
  app.setNotFoundHandler(() => {
    throw new ReviewRefused('not-found', 'nothing is here');
  });
  addSessionRoutes(app, signIn, options);
  addRecordingRoutes(app, signIn, options.review);
  addCommandRoute(app, signIn, options.commands);
  addLiveRoute(app, signIn, options);
  app.get('/*', async (request, reply) => {
    if (isApi(request)) throw new ReviewRefused('not-found', 'nothing is here');
    return await sendPage(options.pages, request.url, reply);
  });

  await app.listen({ host: options.host, port: options.port });
  const { port } = app.server.address() as AddressInfo;
  write = (fresh) => {
    options.writeLink(`http://${options.host === '::1' ? '[::1]' : options.host}:${port}/#token=${fresh}`);
  };
  write(token);
  return { port, close: () => app.close() };
}

function addSessionRoutes(app: FastifyInstance, signIn: SignIn, options: ReviewApiOptions): void {
  const { agency, archive, canUnseal } = options;
  app.get('/api/session', (request): SessionAnswer => {
    const session = signIn.session(cookieOf(request) ?? '');
    return session === undefined ? { signedIn: false } : { signedIn: true, agency, archive, canUnseal };
  });
  app.post('/api/session', async (request, reply) => {
    const { body } = request;
    if (!signInBody.Check(body)) throw new ReviewRefused('bad-request', 'the body has no token');
    const secret = signIn.open(body.token);
    const answer: SessionAnswer = { signedIn: true, agency, archive, canUnseal };
    return await reply.header('set-cookie', sessionCookie(secret, SESSION_MILLIS / 1000)).send(answer);
  });
  app.delete('/api/session', async (request, reply) => {
    signIn.close(cookieOf(request) ?? '');
    const answer: SessionAnswer = { signedIn: false };
    return await reply.header('set-cookie', sessionCookie('', 0)).send(answer);
  });
}

function addRecordingRoutes(app: FastifyInstance, signIn: SignIn, review: Review): void {
  const one = '/api/recordings/:device/:epoch/:recording';
  app.get('/api/recordings', async (request) => {
    const { limit = '50', before, mode } = query(request);
    return await review.list(Math.min(Number(limit), MAX_LIST), before, mode);
  });
  app.get(one, async (request) => await review.look(actorOf(request, signIn), path(request).key));
  app.get(
    `${one}/verdict`,
    async (request) => await review.verdict(actorOf(request, signIn), path(request).key),
  );
  app.get(`${one}/playlist.m3u8`, async (request, reply) => {
    const part = Number(query(request).part ?? '0');
    const text = await review.playlist(actorOf(request, signIn), path(request).key, part);
    return await reply.type('application/vnd.apple.mpegurl').send(text);
  });
  app.get(`${one}/init/:number.mp4`, async (request, reply) => {
    const { key, number } = path(request);
    const bytes = await review.init(actorOf(request, signIn), key, number);
    return await reply.type('video/mp4').send(Buffer.from(bytes));
  });
  app.get(`${one}/segments/:number.m4s`, async (request, reply) => {
    const { key, number } = path(request);
    const stretch = Number(query(request).stretch ?? '0');
    const fragments = await review.segment(actorOf(request, signIn), key, number, stretch);
    return await reply.type('video/iso.segment').send(Readable.from(fragments, { objectMode: false }));
  });
  app.get(`${one}/sound/:number.wav`, async (request, reply) => {
    const { key, number } = path(request);
    return await sendRange(request, reply, await review.sound(actorOf(request, signIn), key, number));
  });
  app.get(`${one}/photo.jpg`, async (request, reply) => {
    const bytes = await review.photo(actorOf(request, signIn), path(request).key);
    return await reply.type(MEDIA.photo.type).send(Readable.from(bytes, { objectMode: false }));
  });
}

function addCommandRoute(app: FastifyInstance, signIn: SignIn, commands: Commands): void {
  app.post('/api/cameras/:id/command', async (request) => {
    const { params, body } = request;
    if (!commandPath.Check(params)) throw new ReviewRefused('not-found', 'no such camera');
    if (!commandBody.Check(body)) throw new ReviewRefused('bad-request', 'the body is not an order');
    return await commands.send(actorOf(request, signIn), params.id, body.kind);
  });
}

/** Server-sent events (HTML standard, section 9.2). They end when the session has ended, a heartbeat later at most. */
function addLiveRoute(
  app: FastifyInstance,
  signIn: SignIn,
  { live, heartbeatMillis = HEARTBEAT_MILLIS }: Pick<ReviewApiOptions, 'live' | 'heartbeatMillis'>,
): void {
  let listeners = 0;
  app.get('/api/live', (request, reply) => {
    if (listeners >= MAX_LISTENERS) throw new ReviewRefused('too-many-attempts', 'too many pages are open');
    listeners += 1;
    reply.hijack();
    const { raw } = reply;
    for (const [name, value] of Object.entries(reply.getHeaders()))
      if (value !== undefined) raw.setHeader(name, value);
    raw.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    const send = (text: string): void => {
      if (raw.writableEnded) return;
      if (raw.writableLength > MAX_BUFFERED_BYTES) raw.destroy();
      else raw.write(text);
    };
    const stop = live.listen(({ event, data }: LiveEvent) =>
      send(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`),
    );
    const heartbeat = setInterval(() => {
      if (signIn.session(cookieOf(request) ?? '') === undefined) raw.end();
      else send(': \n\n');
    }, heartbeatMillis);
    raw.once('close', () => {
      listeners -= 1;
      clearInterval(heartbeat);
      stop();
    });
  });
}

function path(request: FastifyRequest): { key: RecordingKey; number: number } {
  const { params } = request;
  if (!recordingPath.Check(params)) throw new ReviewRefused('not-found', 'no such recording');
  const { device, epoch, recording, number = '0' } = params;
  return { key: { device, epoch: Number(epoch), recording }, number: Number(number) };
}

function query(request: FastifyRequest): Static<typeof ListQuery> {
  const { query: asked } = request;
  if (!listQuery.Check(asked)) throw new ReviewRefused('bad-request', 'the query cannot be read');
  return asked;
}

function answerError(
  error: FastifyError | ReviewRefused,
  request: FastifyRequest,
  reply: FastifyReply,
  log: Log,
): FastifyReply {
  const code =
    error instanceof ReviewRefused
      ? error.code
      : (error.statusCode ?? 500) < 500
        ? 'bad-request'
        : 'internal';
  const what = { method: request.method, url: request.url, code };
  if (code === 'internal') log.error({ ...what, err: error }, 'request failed');
  else log.info({ ...what, reason: error.message }, 'request refused');
  const message = code === 'internal' ? 'the archive failed; see its log' : error.message;
  return reply.code(REVIEW_REFUSALS[code]).type('application/json').send({ code, message });
}
