import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { peakMemory } from '../processes.ts';
import { BenchObjects } from './objects.ts';
import type { Figures, Job } from './stage.ts';

/** Why rsync cannot be asked; undefined: it can. */
export function whyNoRsync(): string | undefined {
  const asked = spawnSync('rsync', ['--help'], { encoding: 'utf8' });
  if (asked.error !== undefined) return 'rsync is not installed (Debian: rsync)';
  return asked.stdout.includes('--fsync') ? undefined : 'this rsync cannot sync what it writes (3.2.4 can)';
}

/**
 * An rsync daemon and a client for each stream, whole files, each synced. From files to files in one hop; no SHA-256, and
 * no TLS of its own. The processor time is that of daemon and clients with all their children.
 */
export async function runRsync(job: Job): Promise<Figures> {
  const from = `${job.directory}.source`;
  const config = `${job.directory}.conf`;
  const objects = new BenchObjects(job.count, job.size);
  const port = await freePort();
  writeFileSync(
    config,
    `port = ${port}\naddress = 127.0.0.1\nuse chroot = no\n[sink]\n${moduleOf(job.directory)}`,
  );
  for (let stream = 0; stream < job.streams; stream += 1)
    writeSource(join(from, String(stream)), objects, stream);
  spawnSync('sync');
  const daemon = spawn('rsync', ['--daemon', '--no-detach', `--config=${config}`], { stdio: 'ignore' });
  try {
    await answers(port);
    const began = performance.now();
    const client = (stream: number): string =>
      `rsync -rW --fsync ${from}/${stream}/ rsync://127.0.0.1:${port}/sink/${stream}/`;
    const all = Array.from({ length: job.streams }, (_, stream) => `${client(stream)} & p${stream}=$!`).join(
      '\n',
    );
    const waits = Array.from({ length: job.streams }, (_, stream) => `wait $p${stream} || exit 1`).join('\n');
    const shell = spawn('bash', ['-c', `${all}\n${waits}\ncat /proc/$$/stat`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let peak = 0;
    const watch = setInterval(() => (peak = Math.max(peak, peakMemory(daemon.pid ?? 0))), 50);
    let stat = '';
    shell.stdout.on('data', (part: Buffer) => (stat += part.toString()));
    const [code] = (await once(shell, 'close')) as [number | null];
    clearInterval(watch);
    if (code !== 0) throw new Error(`rsync ended with ${String(code)}`);
    const seconds = (performance.now() - began) / 1000;
    await delay(100); // the daemon's children are counted once it has waited for them
    const cpuSeconds =
      childSeconds(stat) + childSeconds(readFileSync(`/proc/${daemon.pid ?? 0}/stat`, 'latin1'));
    return { seconds, cpuSeconds, peakBytes: { daemon: peak } };
  } finally {
    daemon.kill();
    rmSync(from, { recursive: true, force: true });
    rmSync(config, { force: true });
  }
}

function moduleOf(directory: string): string {
  return `path = ${directory}\nread only = no\nuid = ${process.getuid?.() ?? 0}\ngid = ${process.getgid?.() ?? 0}\n`;
}

function writeSource(directory: string, objects: BenchObjects, stream: number): void {
  mkdirSync(directory, { recursive: true });
  for (let index = 0; index < objects.count; index += 1) {
    const file = openSync(join(directory, objects.name(stream, index)), 'w');
    for (const piece of objects.pieces(stream, index)) writeSync(file, piece);
    closeSync(file);
  }
}

/** User and system time of children that were waited for. */
function childSeconds(stat: string): number {
  const fields = stat.split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function answers(port: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const socket = connect(port, '127.0.0.1');
    const up = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
    });
    socket.destroy();
    if (up) return;
    await delay(50);
  }
  throw new Error('the rsync daemon does not answer');
}
