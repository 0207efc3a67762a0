import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort, Program, REPOSITORY } from './processes.ts';

const run = promisify(execFile);

export interface ServerPorts {
  readonly ingest: number;
  readonly broker: number;
  readonly review: number;
}

/** Runs our command line as a person would; gives its standard output. */
export async function mingjing(...args: readonly string[]): Promise<string> {
  const { stdout } = await run(join(REPOSITORY, 'bin/mingjing'), [...args], {
    cwd: REPOSITORY,
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout;
}

/** One agency's directory: a dock and an archive in it, enrolled by the command line, and their programs. */
export class ServerRoom {
  readonly directory: string;
  readonly ports: ServerPorts;
  readonly dock: Program;
  readonly archive: Program;

  private constructor(directory: string, ports: ServerPorts) {
    this.directory = directory;
    this.ports = ports;
    this.dock = this.program('dock', 'dock-agent/main.ts');
    this.archive = this.program('archive', 'central/main.ts');
  }

  /** Founds the agency, enrols dock and archive, and writes the archive's configuration. Starts nothing. */
  static async prepare(directory: string): Promise<ServerRoom> {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const [ingest, broker, review] = await Promise.all([freePort(), freePort(), freePort()]);
    const room = new ServerRoom(directory, { ingest, broker, review });
    const agency = ['--agency', 'demo', '--name', '示范执法局 Demonstration Agency'];
    await mingjing('agency', 'init', '--dir', room.path('agency'), ...agency);
    await room.enrol('dock', 'dock-1', '--out', room.path('identity/dock'));
    await room.enrol('archive', 'archive-1', '--out', room.path('identity/archive'), '--may-unseal');
    room.write('archive.json', {
      identityDirectory: room.path('identity/archive'),
      stateDirectory: room.state('archive'),
      objectsDirectory: room.state('objects'),
      ingest: { host: '127.0.0.1', port: ingest },
      broker: { host: '127.0.0.1', port: broker },
      review: { host: '127.0.0.1', port: review },
    });
    return room;
  }

  get broker(): string {
    return `mqtts://127.0.0.1:${this.ports.broker}`;
  }

  get root(): string {
    return this.path('identity/dock/root.pem');
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  program(name: string, main: string, ...more: string[]): Program {
    return new Program(
      name,
      [main, '--config', this.path(`${name}.json`), ...more],
      this.path(`${name}.log`),
    );
  }

  async enrol(...args: readonly string[]): Promise<void> {
    await mingjing('enrol', ...args, '--agency', this.path('agency'));
  }

  /** `docking`: the port of the camera of each bay; `more` goes over the rest. */
  configureDock(docking: readonly number[], more: object = {}): void {
    this.write('dock.json', {
      identityDirectory: this.path('identity/dock'),
      stateDirectory: this.state('dock'),
      archive: `https://127.0.0.1:${this.ports.ingest}`,
      broker: this.broker,
      bays: docking.map((port, n) => ({ bay: n + 1, camera: `https://127.0.0.1:${port}` })),
      witness: { everySeconds: 1 },
      ...more,
    });
  }

  /** Runs `mingjing export`; gives the directory. */
  async export(recording: string, name = `export-${recording.slice(0, 8)}`): Promise<string> {
    const out = this.path(name);
    const from = ['--config', this.path('archive.json'), '--recording', recording];
    await mingjing('export', ...from, '--out', out, '--reason', 'test');
    return out;
  }

  write(name: string, config: unknown): void {
    writeFileSync(this.path(name), JSON.stringify(config, undefined, 2), { mode: 0o600 });
  }

  state(name: string): string {
    mkdirSync(this.path(`state/${name}`), { recursive: true, mode: 0o700 });
    return this.path(`state/${name}`);
  }
}
