import { request, type IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import type { StationView } from '../../../dock-agent/core/station-model.ts';

interface Heard {
  readonly id: string;
  readonly event: string;
  readonly data: unknown;
}

/** A page of the kiosk without a browser: what it is told. */
export class KioskListener {
  readonly heard: Heard[] = [];
  closed = false;
  #stream: IncomingMessage | undefined;

  async open(url: string, headers: Readonly<Record<string, string>> = {}): Promise<this> {
    const stream = await new Promise<IncomingMessage>((resolve, reject) => {
      request(`${url}/events`, { headers, agent: false }, resolve).once('error', reject).end();
    });
    this.#stream = stream;
    stream.on('error', () => undefined).on('close', () => (this.closed = true));
    let [id, event] = ['', ''];
    createInterface({ input: stream })
      .on('line', (line) => {
        if (line.startsWith('id: ')) id = line.slice(4);
        if (line.startsWith('event: ')) event = line.slice(7);
        if (line.startsWith('data: ')) this.heard.push({ id, event, data: JSON.parse(line.slice(6)) });
      })
      .on('error', () => undefined);
    return this;
  }

  get station(): StationView | undefined {
    return this.heard.findLast(({ event }) => event === 'station')?.data as StationView | undefined;
  }

  close(): void {
    this.#stream?.destroy();
  }
}
