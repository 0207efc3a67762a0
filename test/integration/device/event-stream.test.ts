import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { EventStream } from '../../../device/adapters/loopback/event-stream.ts';
import { until } from '../../support/processes.ts';

describe('events to the pages of the web camera', () => {
  let stream: EventStream;
  let server: Server;
  let gone: string[];

  beforeEach(async () => {
    gone = [];
    stream = new EventStream(2, (page) => gone.push(page));
    server = createServer((_request, response) => stream.open(response)).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  afterEach(async () => {
    stream.close();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  /** A page that is greeted at once, and reads no further than its test makes it. */
  async function open(): Promise<IncomingMessage> {
    const { port } = server.address() as AddressInfo;
    const response = new Promise<IncomingMessage>((resolve, reject) => {
      request({ port, host: '127.0.0.1', agent: false }, resolve).once('error', reject).end();
    });
    // The head goes out with the first event.
    const before = stream.pages;
    await until('the page is there', () => stream.pages > before || gone.length > 0, 5_000, 5);
    stream.send('hello', {});
    const stands = await response;
    stands.on('error', () => undefined);
    return stands;
  }

  it('cuts off a page that reads nothing, long before its events fill the memory', async () => {
    await open();
    const text = 'x'.repeat(64 * 1024);
    for (let n = 0; n < 400 && stream.pages > 0; n += 1) {
      stream.send('say', text);
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.equal(stream.pages, 0);
    await until('it is told', () => gone.length === 1);
  });

  it('lets the oldest page go when there are too many', async () => {
    await open();
    await open();
    const third = await open();
    await until('the first is gone', () => gone.length === 1);
    assert.deepEqual(gone, ['1']);
    stream.send('cue', 'marked');
    let heard = '';
    third.setEncoding('utf8').on('data', (part: string) => {
      heard += part;
    });
    await until('the newest hears', () => heard.includes('event: cue\ndata: "marked"'));
  });
});
