import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { IngestState, ReceiptDelivery, type JournalPage } from '@mingjing/protocol';
import { HttpsPeer, loadTlsIdentity } from '@mingjing/runtime';
import type { JournalBuilder } from './recording-builder.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'central', 'main.ts');
const READY_MILLIS = 20_000;

/** The directories of one archive, which outlive its process. */
export interface ArchivePlace {
  readonly dir: string;
  readonly identity: string;
  readonly config: string;
  readonly state: string;
  readonly objects: string;
  remove(): void;
}

export function makeArchivePlace(identity: string): ArchivePlace {
  const dir = mkdtempSync(join(tmpdir(), 'mingjing-archive-'));
  const [config, state, objects] = ['central.json', 'state', 'objects'].map((name) => join(dir, name)) as [
    string,
    string,
    string,
  ];
  const loopback = { host: '127.0.0.1', port: 0 };
  writeFileSync(
    config,
    JSON.stringify({
      identityDirectory: identity,
      stateDirectory: state,
      objectsDirectory: objects,
      ingest: loopback,
      broker: loopback,
      review: { port: 0 },
      log: { level: 'debug', file: join(dir, 'archive.log') },
    }),
  );
  return {
    dir,
    identity,
    config,
    state,
    objects,
    remove: () => {
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** A running archive: the real process. */
export interface RunningArchive {
  readonly ingest: number;
  readonly broker: number;
  readonly review: number;
  readonly process: ChildProcess;
  /** The link for the next sign-in, as the operator finds it. */
  reviewLink(): string;
  /** SIGTERM; gives the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL, at once. */
  kill(): Promise<void>;
}

export async function startArchive(place: ArchivePlace, ...args: readonly string[]): Promise<RunningArchive> {
  const child = spawn(process.execPath, [MAIN, '--config', place.config, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (text: Buffer) => (errors += text.toString()));
  const exited = once(child, 'exit');
  const ports = await Promise.race([
    readReady(child.stdout),
    exited.then(() => {
      throw new Error(`the archive ended: ${errors}`);
    }),
    new Promise<never>((_, reject) =>
      setTimeout(() => reject(new Error(`the archive is not ready: ${errors}`)), READY_MILLIS).unref(),
    ),
  ]);
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await exited;
    return child.exitCode;
  };
  return {
    ...ports,
    process: child,
    reviewLink: () => readFileSync(join(place.state, 'review-link.txt'), 'utf8').trim(),
    stop: () => end('SIGTERM'),
    kill: async () => {
      await end('SIGKILL');
    },
  };
}

/** The next start is where docks know it. */
export function onSamePorts({ config }: ArchivePlace, { ingest, broker }: RunningArchive): void {
  const before = JSON.parse(readFileSync(config, 'utf8')) as object;
  const host = '127.0.0.1';
  const ports = { ingest: { host, port: ingest }, broker: { host, port: broker } };
  writeFileSync(config, JSON.stringify({ ...before, ...ports }));
}

async function readReady(stdout: Readable): Promise<{ ingest: number; broker: number; review: number }> {
  for await (const line of createInterface({ input: stdout })) {
    const said = JSON.parse(line) as { ready: true; ingest: number; broker: number; review: number };
    const { ingest, broker, review } = said;
    return { ingest, broker, review };
  }
  throw new Error('the archive said nothing');
}

/** The ingest API as a dock or a camera uses it. */
export class IngestClient {
  readonly peer: HttpsPeer;

  constructor(port: number, identity: string, role: 'dock' | 'camera', idleMillis = 10_000) {
    this.peer = new HttpsPeer(
      `https://127.0.0.1:${port}`,
      loadTlsIdentity(identity, role),
      'archive',
      idleMillis,
    );
  }

  state(device: string, epoch: number): Promise<IngestState> {
    return this.peer.json(
      { method: 'GET', path: `/v1/cameras/${device}/journal?epoch=${epoch}` },
      IngestState,
      1024 * 1024,
    );
  }

  post(device: string, page: JournalPage): Promise<IngestState> {
    const path = `/v1/cameras/${device}/journal`;
    return this.peer.json({ method: 'POST', path, json: page }, IngestState, 1024 * 1024);
  }

  /** Gives the status. */
  async put(object: string, bytes: Uint8Array, headers: Record<string, string> = {}): Promise<number> {
    const body = { stream: Readable.from([Buffer.from(bytes)]), length: bytes.length };
    return await this.peer.exchange(
      { method: 'PUT', path: `/v1/objects/${object}`, body, headers },
      (answer) => {
        answer.resume();
        return once(answer, 'end').then(() => answer.statusCode ?? 0);
      },
    );
  }

  receipt(device: string, epoch: number): Promise<ReceiptDelivery> {
    const path = `/v1/cameras/${device}/receipt?epoch=${epoch}`;
    return this.peer.json({ method: 'GET', path }, ReceiptDelivery, 256 * 1024);
  }

  /** Sends everything the archive asks for, like a dock. */
  async deliver(journal: JournalBuilder, pageSize = 64): Promise<IngestState> {
    const { device, epoch } = journal.name;
    let state = await this.state(device, epoch);
    while (state.size < journal.size)
      state = await this.post(
        device,
        journal.page(state.size, Math.min(journal.size, state.size + pageSize)),
      );
    while (state.missing.length > 0) {
      for (const { object } of state.missing) {
        const bytes = journal.objects.get(object);
        if (bytes === undefined) throw new Error(`the archive asks for ${object}, which nobody has`);
        await this.put(object, bytes);
      }
      state = await this.state(device, epoch);
    }
    return state;
  }

  close(): void {
    this.peer.close();
  }
}

/** A signed-in browser's requests to the review API. */
export class ReviewClient {
  readonly base: string;
  #cookie = '';

  constructor(port: number) {
    this.base = `http://127.0.0.1:${port}`;
  }

  async signIn(link: string): Promise<Response> {
    const token = new URL(link).hash.replace('#token=', '');
    const answer = await this.fetch('/api/session', { method: 'POST', body: JSON.stringify({ token }) });
    this.#cookie = (answer.headers.get('set-cookie') ?? '').split(';', 1)[0] ?? '';
    return answer;
  }

  get cookie(): string {
    return this.#cookie;
  }

  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (this.#cookie !== '') headers.set('cookie', this.#cookie);
    if (init.body !== undefined) headers.set('content-type', 'application/json');
    if (init.method !== undefined && init.method !== 'GET' && !headers.has('origin'))
      headers.set('origin', this.base);
    return await fetch(`${this.base}${path}`, { ...init, headers });
  }

  async json<T>(path: string): Promise<T> {
    const answer = await this.fetch(path);
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }
}
