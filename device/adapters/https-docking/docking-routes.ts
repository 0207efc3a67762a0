import type { IncomingMessage, ServerResponse } from 'node:http';
import { Compile } from 'typebox/compile';
import {
  ArchiveNote,
  DockNote,
  fromHex,
  MAX_PAGE_ENTRIES,
  ReceiptDelivery,
  TimeClaim,
  toBase64,
} from '@mingjing/protocol';
import { readRange } from '../../core/byte-range.ts';
import type { DockingDesk, HeldBytes } from '../../ports/docking-link.ts';
import { granted, numberOf, readJson, Refused, sendBody, sendJson } from './exchange.ts';

const OBJECT_PATH = /^\/v1\/objects\/([0-9a-f]{64})$/;
const delivery = Compile(ReceiptDelivery);
const claim = Compile(TimeClaim);
const archiveNote = Compile(ArchiveNote);
const dockNote = Compile(DockNote);

/** What a dock may ask, and who at the desk answers it. */
export class DockingRoutes {
  readonly #desk: DockingDesk;
  /** When a line was last told who we are. */
  readonly #identified = new WeakMap<object, number>();

  constructor(desk: DockingDesk) {
    this.#desk = desk;
  }

  /** `dock`: who is on the line, by its TLS certificate. */
  async serve(request: IncomingMessage, response: ServerResponse, dock: string): Promise<void> {
    const url = new URL(request.url ?? '/', 'https://camera');
    const what = `${request.method ?? ''} ${url.pathname}`;
    const object = OBJECT_PATH.exec(url.pathname)?.[1];
    if (what === 'GET /v1/identity') this.#sendIdentity(request, response);
    else if (what === 'GET /v1/journal') this.#sendJournal(url, response);
    else if (what === 'POST /v1/time') await this.#takeTime(request, response);
    else if (what === 'POST /v1/receipts') await this.#takeReceipt(request, response);
    else if (what === 'GET /v1/condition') sendJson(response, this.#desk.care.condition());
    else if (what === 'POST /v1/policy') await this.#takePolicy(request, response);
    else if (what === 'POST /v1/anchor') await this.#takeAnchor(request, response);
    else if (what === 'POST /v1/assignment') await this.#takeAssignment(request, response, dock);
    else if (request.method === 'GET' && object !== undefined)
      await this.#sendObject(object, request, response);
    else throw new Refused('not-found', `there is no ${what}`);
  }

  #sendIdentity({ socket }: IncomingMessage, response: ServerResponse): void {
    this.#identified.set(socket, performance.now());
    sendJson(response, this.#desk.identity());
  }

  #sendJournal({ searchParams }: URL, response: ServerResponse): void {
    const epoch = numberOf(searchParams, 'epoch');
    const limit = Math.min(MAX_PAGE_ENTRIES, numberOf(searchParams, 'limit', MAX_PAGE_ENTRIES));
    const from = numberOf(searchParams, 'from', 0);
    sendJson(response, granted(this.#desk.journal(epoch, from, limit), 'this run of the journal'));
  }

  async #sendObject(object: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const held: HeldBytes = granted(await this.#desk.object(object), `object ${object}`);
    const { size } = held;
    const range = readRange(request.headers.range, size);
    if (range.kind === 'malformed') throw new Refused('bad-request', 'one range of bytes at a time');
    if (range.kind === 'unsatisfiable') {
      const headers = { 'content-range': `bytes */${size}` };
      throw new Refused('bad-request', `the object has ${size} bytes`, 416, headers);
    }
    const part = range.kind === 'part';
    const { from, to } = part ? range : { from: 0, to: size };
    const body = await held.read(from, to);
    response.writeHead(part ? 206 : 200, {
      'content-type': 'application/octet-stream',
      'content-length': to - from,
      'accept-ranges': 'bytes',
      'repr-digest': `sha-256=:${toBase64(fromHex(object))}:`, // RFC 9530
      etag: `"${object}"`,
      ...(part ? { 'content-range': `bytes ${from}-${to - 1}/${size}` } : {}),
    });
    await sendBody(body, response);
  }

  async #takeReceipt(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const value = await readJson(request, delivery, 'a receipt delivery');
    sendJson(response, granted(await this.#desk.receipt(value), 'the receipt'));
  }

  async #takePolicy(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const value = await readJson(request, archiveNote, 'a signed policy');
    sendJson(response, granted(await this.#desk.care.policy(value), 'the policy'));
  }

  async #takeAnchor(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const value = await readJson(request, archiveNote, 'a signed checkpoint');
    sendJson(response, granted(this.#desk.care.anchor(value), 'the checkpoint'));
  }

  async #takeAssignment(request: IncomingMessage, response: ServerResponse, dock: string): Promise<void> {
    const value = await readJson(request, dockNote, 'a signed assignment');
    sendJson(response, granted(await this.#desk.care.assignment(value, dock), 'the assignment'));
  }

  /**
   * A dock looks at its clock between our answer to `identity` and its question here, on one line: so much the time it
   * tells may be late, by our own measure, whoever holds the line up.
   */
  async #takeTime(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const value = await readJson(request, claim, 'a time');
    const since = this.#identified.get(request.socket);
    if (since === undefined) throw new Refused('bad-request', 'ask for the identity first, on this line');
    const late = Math.ceil(performance.now() - since);
    sendJson(response, this.#desk.time(value, late));
  }
}
