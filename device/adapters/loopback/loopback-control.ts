import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readJson, RequestRefused, sendJson, type Log } from '@mingjing/runtime';
import { ANSWERS } from '../../core/answers.ts';
import type { CameraHands, Controls } from '../../ports/controls.ts';
import type { SimulatedWorld } from '../../ports/simulated-world.ts';
import { isLoopbackHost } from './doorkeeper.ts';
import { readDock, readHandOver, readPress } from './presses.ts';
import { refuse } from './requests.ts';
import { readWorldChange } from './world-change.ts';

/**
 * Buttons for programs, on the loopback only, in a simulated camera only. No page in a browser may press them:
 * whatever has an Origin, or came here by another name than the loopback's, is refused.
 */
export class LoopbackControl implements Controls {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async listen(
    port: number,
    hands: CameraHands,
    log: Log,
    world?: SimulatedWorld,
  ): Promise<LoopbackControl> {
    const server = createServer({ requestTimeout: 10_000, maxHeaderSize: 8 * 1024 }, (request, response) => {
      answer(request, hands, world).then(
        (value) => sendJson(response, 200, value),
        (error: unknown) => refuse(response, error, log),
      );
    });
    server.maxConnections = 16;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
    return new LoopbackControl(server);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const done = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeIdleConnections();
    setTimeout(() => this.#server.closeAllConnections(), 500).unref();
    await done;
  }
}

async function answer(
  request: IncomingMessage,
  hands: CameraHands,
  world?: SimulatedWorld,
): Promise<unknown> {
  if (request.headers.origin !== undefined || !isLoopbackHost(request.headers.host))
    throw new RequestRefused('not-allowed', 'only programs on this machine may press');
  const what = `${request.method ?? ''} ${request.url ?? ''}`;
  switch (what) {
    case 'GET /state':
      return stateOf(hands);
    case 'POST /press': {
      const { button } = readPress(await readJson(request));
      const { code, recording } = await hands.press(button);
      const { ok, zh, en } = ANSWERS[code];
      return { ok, code, ...(recording === undefined ? {} : { recording }), message: { zh, en } };
    }
    case 'POST /dock': {
      const { attached } = readDock(await readJson(request));
      await hands.dock(attached);
      return { ok: true, attached };
    }
    case 'POST /officer': {
      const { officer } = readHandOver(await readJson(request));
      const { code } = await hands.assignOfficer(officer ?? undefined);
      const { ok, zh, en } = ANSWERS[code];
      return { ok, code, message: { zh, en } };
    }
    case 'GET /world':
      return world?.state() ?? {};
    case 'POST /world':
      world?.change(readWorldChange(await readJson(request)));
      return { ok: true, world: world?.state() ?? {} };
    case 'POST /shutdown':
      await hands.shutDown('asked');
      return { ok: true };
    default:
      throw new RequestRefused('not-found', `there is no ${what}`);
  }
}

/** `state` stands for the mode: what the light shows. */
function stateOf(hands: CameraHands): unknown {
  const { mode, notice: _notice, ...view } = hands.view();
  return { state: mode, ...view };
}
