import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { untilExists } from './processes.ts';

const LISTEN =
  '$| = 1; socket(S, AF_UNIX, SOCK_DGRAM, 0); bind(S, sockaddr_un($ARGV[0])); ' +
  'print "$m\\n" while defined recv(S, $m, 4096, 0);';

/**
 * Where a service speaks to systemd. Debian's own systemd-notify speaks to whoever has the socket; Perl reads it as
 * systemd does: the pipe that comes along is let go of, and so the speaker knows that it was heard. (socat keeps it.)
 */
export class NotifySocket {
  readonly path: string;
  #heard = '';
  readonly #listener: ChildProcess;

  private constructor(path: string) {
    this.path = path;
    this.#listener = spawn('perl', ['-MSocket', '-e', LISTEN, path], { stdio: ['ignore', 'pipe', 'ignore'] });
    this.#listener.stdout?.on('data', (bytes: Buffer) => (this.#heard += bytes.toString()));
  }

  static async open(path: string): Promise<NotifySocket> {
    const socket = new NotifySocket(path);
    await untilExists(path);
    return socket;
  }

  get heard(): string {
    return this.#heard;
  }

  count(word: string): number {
    return this.#heard.split(word).length - 1;
  }

  async close(): Promise<void> {
    const gone = once(this.#listener, 'exit');
    this.#listener.kill();
    await gone;
  }
}

/** While `act` runs, processes that are started have these variables. */
export async function withEnvironment<T>(
  variables: Readonly<Record<string, string>>,
  act: () => Promise<T>,
): Promise<T> {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  try {
    return await act();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  }
}
