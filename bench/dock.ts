import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { makeTestAgency, type TestAgency } from '../test/support/agency.ts';
import { runOurs } from './dock/ours.ts';
import type { Figures, Job } from './dock/stage.ts';
import { allWays, type Way } from './dock/ways.ts';

/**
 * Cameras on loopback through the dock into the archive, beside other ways of moving the same bytes into synced files.
 * `node bench/dock.ts [--size bytes] [--object bytes] [--rounds n] [--streams 1,8] [--ways dock,bare] [--dribble] [--memory]`
 *
 * `--size`: of each camera; `--object`: of one object. Medians of interleaved rounds; only ratios within one run are
 * worth reading. Two hops: source → relay → sink, hashed by relay and sink; one hop: source → sink, hashed by the sink.
 */
const { values } = parseArgs({
  options: {
    size: { type: 'string', default: String(1024 ** 3) },
    object: { type: 'string', default: String(8 * 1024 ** 2) },
    rounds: { type: 'string', default: '5' },
    streams: { type: 'string', default: '1,8' },
    ways: { type: 'string' },
    directory: { type: 'string', default: tmpdir() },
    dribble: { type: 'boolean', default: false },
    memory: { type: 'boolean', default: false },
  },
});
const SIZE = Number(values.size);
const OBJECT = Number(values.object);
const ROUNDS = Number(values.rounds);
const wanted = values.ways?.split(',');

const agency = await makeTestAgency();
const directory = mkdtempSync(join(values.directory, 'mingjing-dock-bench-'));
let runs = 0;

async function jobOf(
  identities: Job['identities'],
  streams: number,
  tls: boolean,
  object = OBJECT,
): Promise<Job> {
  runs += 1;
  const own = join(directory, String(runs));
  mkdirSync(own);
  const count = Math.max(1, Math.round(SIZE / object));
  return await Promise.resolve({ streams, count, size: object, tls, identities, directory: own });
}

async function once(way: Pick<Way, 'run'>, job: Job): Promise<Figures> {
  try {
    return await way.run(job);
  } finally {
    rmSync(job.directory, { recursive: true, force: true });
  }
}

async function enrol(made: TestAgency): Promise<Job['identities']> {
  return {
    camera: await made.enrol('camera', 'source'),
    dock: await made.enrol('dock', 'dock-1'),
    archive: await made.enrol('archive', 'archive-1'),
  };
}

/** The middle one by time. */
function median(figures: readonly Figures[]): Figures | undefined {
  return figures.toSorted((a, b) => a.seconds - b.seconds)[Math.floor((figures.length - 1) / 2)];
}

const mega = (bytes: number): string => (bytes / 1e6).toFixed(0);

async function compareWays(identities: Job['identities'], streams: number): Promise<void> {
  const ways = allWays(agency).filter(({ name }) => wanted?.includes(name) ?? true);
  const all = new Map<Way, Figures[]>(ways.map((way) => [way, []]));
  for (let round = 0; round < ROUNDS; round += 1)
    for (const way of ways) {
      if (way.skipped !== undefined) continue;
      process.stderr.write(`\r${streams} stream(s), round ${round + 1} of ${ROUNDS}: ${way.name}          `);
      all.get(way)?.push(await once(way, await jobOf(identities, streams, way.tls)));
    }
  process.stderr.write('\r');
  const bytes = streams * Math.max(1, Math.round(SIZE / OBJECT)) * OBJECT;
  const speedOf = (figures: Figures | undefined): number => bytes / 1e6 / (figures?.seconds ?? NaN);
  const dock = speedOf(median(all.get(ways.find(({ name }) => name === 'dock') as Way) ?? []));
  console.log(
    `\n${streams} stream(s), ${mega(bytes)} MB in objects of ${mega(OBJECT)} MB, median of ${ROUNDS}`,
  );
  console.log('  way       hops  TLS     MB/s  dock beside it  CPU s/GB  peak MB (CPU s/GB)');
  for (const [way, figures] of all) {
    const head = `  ${way.name.padEnd(9)} ${way.hops}     ${way.tls ? 'yes' : 'no '}`;
    const middle = median(figures);
    if (middle === undefined) {
      console.log(`${head}  skipped: ${way.skipped ?? 'nothing was measured'}`);
      continue;
    }
    const gigabytes = bytes / 1e9;
    const peaks = Object.entries(middle.peakBytes).map(([name, peak]) => {
      const cpu = middle.cpuOf?.[name];
      return `${name} ${mega(peak)}${cpu === undefined ? '' : ` (${(cpu / gigabytes).toFixed(2)})`}`;
    });
    const speed = speedOf(middle);
    console.log(
      `${head}  ${speed.toFixed(0).padStart(7)}  ${(dock / speed).toFixed(2).padStart(13)}×` +
        `  ${(middle.cpuSeconds / gigabytes).toFixed(2).padStart(8)}  ${peaks.join(', ')}`,
    );
  }
}

/** Seven cameras, without and with an eighth that gives a kilobyte a second. */
async function besideDribbler(identities: Job['identities']): Promise<void> {
  const figures: [Figures[], Figures[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1)
    for (const dribbling of [0, 1] as const)
      figures[dribbling].push(
        await once({ run: (job) => runOurs(job, agency, dribbling) }, await jobOf(identities, 7, true)),
      );
  const [alone, beside] = figures.map((all) => median(all)?.seconds ?? NaN) as [number, number];
  console.log(`\nseven cameras: ${alone.toFixed(2)} s; beside one that gives 1 kB/s: ${beside.toFixed(2)} s`);
  console.log(`  throughput beside it: ${(alone / beside).toFixed(2)} ×`);
}

/** The same bytes in objects of other sizes, and twice as many of them. */
async function memory(identities: Job['identities']): Promise<void> {
  console.log('\nmemory of dock and archive, eight streams');
  for (const object of [1, 8, 64, 256].map((mebibytes) => mebibytes * 1024 ** 2)) {
    const job = await jobOf(identities, 8, true, object);
    const { peakBytes } = await once({ run: (one) => runOurs(one, agency) }, job);
    const peaks = Object.entries(peakBytes).map(([name, peak]) => `${name} ${mega(peak)} MB`);
    console.log(`  ${job.count} × ${mega(object)} MB a camera: ${peaks.join(', ')}`);
  }
}

try {
  const identities = await enrol(agency);
  if (values.dribble) await besideDribbler(identities);
  if (values.memory) await memory(identities);
  if (!values.dribble && !values.memory)
    for (const streams of values.streams.split(',').map(Number)) await compareWays(identities, streams);
} finally {
  agency.close();
  rmSync(directory, { recursive: true, force: true });
}
