import assert from 'node:assert/strict';
import { join } from 'node:path';
import { createLog } from '@mingjing/runtime';
import { SESSION_MILLIS } from '../../../central/core/sign-in.ts';
import { Commands, type CommandOptions } from '../../../central/shell/commands.ts';
import { Live } from '../../../central/shell/live.ts';
import { serveReview } from '../../../central/shell/review-api.ts';
import { Review, type ReviewOptions } from '../../../central/shell/review.ts';
import type { RunningServer } from '../../../central/shell/ingest-api.ts';
import { ReviewClient } from '../../support/central-process.ts';
import { temporaryDirectories } from '../../support/temporary.ts';

const temporary = temporaryDirectories();

describe('what a page hears while it is open', () => {
  let server: RunningServer;
  let link = '';
  let now = Date.now();
  before(async () => {
    server = await serveReview({
      host: '127.0.0.1',
      port: 0,
      review: new Review({} as ReviewOptions), // no recording is asked for
      commands: new Commands({} as CommandOptions), // no order is given
      live: new Live(),
      agency: 'agency',
      archive: 'archive-1',
      canUnseal: false,
      pages: join(temporary(), 'pages'),
      writeLink: (fresh) => (link = fresh),
      log: createLog('test', { level: 'fatal' }),
      now: () => now,
      heartbeatMillis: 20,
    });
  });
  after(() => server.close());

  async function listen(): Promise<{ client: ReviewClient; ended: Promise<string> }> {
    const client = new ReviewClient(server.port);
    await client.signIn(link);
    const answer = await client.fetch('/api/live');
    assert.equal(answer.status, 200);
    return { client, ended: answer.text() };
  }

  it('ends when the session is signed out', async () => {
    const { client, ended } = await listen();
    await client.fetch('/api/session', { method: 'DELETE' });
    assert.match(await ended, /^event: snapshot\n/);
  });

  it('ends when the session runs out, and not before', async () => {
    const client = new ReviewClient(server.port);
    await client.signIn(link);
    const reader = (await client.fetch('/api/live')).body?.getReader();
    assert.ok(reader);
    await reader.read();
    now += SESSION_MILLIS - 1;
    for (let n = 0; n < 3; n += 1) assert.equal((await reader.read()).done, false, 'a heartbeat');
    now += 1;
    while (!(await reader.read()).done);
  });
});
