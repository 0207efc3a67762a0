import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { CustodyActor } from '../core/custody-event.ts';
import { ReviewRefused } from '../core/errors.ts';
import type { Session } from '../core/sign-in.ts';
import type { SignIn } from './sign-in.ts';

const COOKIE = 'mingjing_session';
/** Pages need styles of their own making (Ant Design) and media out of memory (HLS); nothing from anywhere else. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "img-src 'self' data:",
  "media-src 'self' blob:",
  "style-src 'self' 'unsafe-inline'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
const HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/** Answered without a session: the pages' own files, and how to get a session. Every other route asks for one. */
const OPEN_ROUTES = new Set([
  'GET /*',
  'HEAD /*',
  ...['GET', 'HEAD', 'POST', 'DELETE'].map((one) => `${one} /api/session`),
]);

/**
 * Stands before every route. A name that only looks like this machine (DNS rebinding), another origin's page, and
 * whoever has no session are turned away before a route is asked.
 */
export function guard(app: FastifyInstance, signIn: SignIn): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(HEADERS);
    requireOwnHost(request);
    requireOwnOrigin(request);
    if (isApi(request)) reply.header('cache-control', 'no-store');
    if (!isOpen(request)) requireSession(request, signIn);
    done();
  });
}

/** By the route that will answer, never by the path as it is spelled: there are many spellings of one route. */
function isOpen(request: FastifyRequest): boolean {
  const { url } = request.routeOptions;
  return (
    url !== undefined && OPEN_ROUTES.has(`${request.method} ${url}`) && !(url === '/*' && isApi(request))
  );
}

export function isApi(request: FastifyRequest): boolean {
  return /^\/api(?:[/?]|$)/.test(request.routeOptions.url ?? '') || /^\/api(?:[/?]|$)/.test(request.url);
}

export function requireSession(request: FastifyRequest, signIn: SignIn): Session {
  const session = signIn.session(cookieOf(request) ?? '');
  if (session === undefined) throw new ReviewRefused('signed-out', 'sign in with the link of this archive');
  return session;
}

export function actorOf(request: FastifyRequest, signIn: SignIn): CustodyActor {
  return { kind: 'session', name: requireSession(request, signIn).name };
}

export function sessionCookie(secret: string, maxAgeSeconds: number): string {
  return `${COOKIE}=${secret}; HttpOnly; SameSite=Strict; Path=/; Max-Age=${maxAgeSeconds}`;
}

export function cookieOf(request: FastifyRequest): string | undefined {
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const [name, value] = pair.trim().split('=', 2);
    if (name === COOKIE) return value;
  }
  return undefined;
}

function requireOwnHost(request: FastifyRequest): void {
  const host = request.headers.host ?? '';
  const port = request.raw.socket.localPort ?? 0;
  const own = [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`];
  if (!own.includes(host)) throw new ReviewRefused('not-allowed', 'this archive is not called by that name');
}

function requireOwnOrigin(request: FastifyRequest): void {
  const site = request.headers['sec-fetch-site'];
  const navigation = request.headers['sec-fetch-mode'] === 'navigate' && request.method === 'GET';
  if (site !== undefined && site !== 'same-origin' && site !== 'none' && !navigation)
    throw new ReviewRefused('not-allowed', 'a page of another site asked');
  if (request.method === 'GET' || request.method === 'HEAD') return;
  if (request.headers.origin !== `http://${request.headers.host ?? ''}`)
    throw new ReviewRefused('not-allowed', 'a page of another origin asked');
}
