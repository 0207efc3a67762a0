import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestAgency } from '../../test/support/agency.ts';
import { startArchive, type ArchivePlace } from '../../test/support/central-process.ts';
import { DockProcess } from '../../test/support/dock-agent/dock-process.ts';
import type { Cameras } from './cameras.ts';
import { meter, Role, type Figures, type Job } from './stage.ts';

const CAMERAS = join(import.meta.dirname, 'cameras.ts');

/**
 * The real thing: cameras' process → `dock-agent/main.ts` → `central/main.ts`, with journal, catalogue and receipts. From
 * the first object a camera is asked for to the last receipt a camera has taken.
 */
export async function runOurs(job: Job, agency: TestAgency, dribbling = 0): Promise<Figures> {
  const place = makePlace(job.directory, job.identities.archive);
  const enrolled: string[] = [];
  for (let n = 0; n < job.streams + dribbling; n += 1)
    enrolled.push(await agency.enrol('camera', `cam-${runs}-${n}`, { epoch: 1 }));
  runs += 1;
  const more: Cameras = { enrolled, dribbling };
  const cameras = new Role(CAMERAS, 'cameras', job, more);
  const archive = await startArchive(place);
  const { ports } = (await cameras.hear()) as { ports: number[] };
  const state = join(job.directory, 'dock');
  mkdirSync(state);
  const dock = new DockProcess(state, {
    identityDirectory: job.identities.dock,
    stateDirectory: state,
    archive: `https://127.0.0.1:${archive.ingest}`,
    bays: ports.map((port, n) => ({ bay: n + 1, camera: `https://127.0.0.1:${port}` })),
    log: { level: 'warn' },
  });
  try {
    await dock.start();
    cameras.tell({ go: true });
    await cameras.hear();
    const processes = [
      cameras,
      { name: 'dock', pid: dock.pid },
      { name: 'archive', pid: archive.process.pid ?? 0 },
    ];
    const read = meter(processes);
    await cameras.hear();
    return read();
  } finally {
    await dock.end(profiling ? 'SIGTERM' : 'SIGKILL');
    await (profiling ? archive.stop() : archive.kill());
    await cameras.end();
  }
}

let runs = 0;
/** A profile is written at a process's own end. */
const profiling = process.env['NODE_OPTIONS']?.includes('prof') === true;

function makePlace(directory: string, identity: string): ArchivePlace {
  const [config, state, objects] = ['central.json', 'state', 'objects'].map((name) =>
    join(directory, name),
  ) as [string, string, string];
  const loopback = { host: '127.0.0.1', port: 0 };
  writeFileSync(
    config,
    JSON.stringify({
      ...{ identityDirectory: identity, stateDirectory: state, objectsDirectory: objects },
      ...{ ingest: loopback, broker: loopback, review: { port: 0 } },
      log: { level: 'warn', file: join(directory, 'archive.log') },
    }),
  );
  return { dir: directory, identity, config, state, objects, remove: () => undefined };
}
