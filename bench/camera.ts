import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { makeTestAgency } from '../test/support/agency.ts';
import { CameraProgram } from '../test/support/device-program.ts';
import { until } from '../test/support/processes.ts';
import { cpuSeconds, peakMemory, runAsTheServiceDoes, say } from './processes.ts';

/**
 * The camera beside `ffmpeg -f segment`, which writes the same footage as plain files: what signing, sealing and
 * syncing cost. One run, one machine, so that the ratios mean something. `node bench/camera.ts [seconds]`
 */
const FOOTAGE_SECONDS = Number(process.argv[2] ?? 120);
const SPEED = 8;
const STARTS = 7;
const PRESSES = 100;
/** 1080p30 at the default 5 Mbit/s, 12 s of it, played round and round. */
const FILM_SECONDS = 12;

const forget = runAsTheServiceDoes();

const directory = mkdtempSync(join(tmpdir(), 'mingjing-bench-'));
const agency = await makeTestAgency();
const identity = await agency.enrol('camera', 'cam-1', { epoch: 1 });
const film = join(directory, 'film.mp4');
let cameras = 0;

function camera(policy: object = {}): CameraProgram {
  cameras += 1;
  return new CameraProgram(join(directory, `camera-${cameras}`), identity, {
    capture: { kind: 'replay', path: film, speed: SPEED },
    policy: { preRecordSeconds: 0, segmentSeconds: 10, stopBy: 'press', ...policy },
  });
}

async function standby(one: CameraProgram): Promise<void> {
  await until('standby', async () => (await one.status()).state === 'standby', 15_000, 5);
}

function makeFilm(): void {
  const size = `-b:v 5M -maxrate 5M -bufsize 5M -g 24 -keyint_min 24 -sc_threshold 0 -bf 0`.split(' ');
  const made = spawnSync('ffmpeg', [
    ...[
      '-v',
      'error',
      '-nostdin',
      '-f',
      'lavfi',
      '-i',
      'testsrc2=size=1920x1080:rate=30,noise=alls=12:allf=t',
    ],
    ...['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000', '-t', String(FILM_SECONDS)],
    ...[
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
      '-pix_fmt',
      'yuv420p',
      ...size,
      '-c:a',
      'aac',
      '-b:a',
      '64k',
    ],
    ...['-movflags', '+empty_moov+default_base_moof+frag_keyframe', '-f', 'mp4', film],
  ]);
  if (made.status !== 0) throw new Error(`ffmpeg could not make the film: ${made.stderr.toString()}`);
}

async function starts(): Promise<void> {
  const bare: number[] = [];
  const ready: number[] = [];
  const shown: number[] = [];
  for (let n = 0; n < STARTS; n += 1) {
    let began = performance.now();
    spawnSync(process.execPath, ['-e', '0']);
    bare.push(performance.now() - began);
    const one = camera();
    began = performance.now();
    await one.start();
    ready.push(performance.now() - began);
    await standby(one);
    shown.push(performance.now() - began);
    await one.stop();
  }
  say('start', 'target: ready within 2 s', [
    ['an empty Node program', median(bare), 'ms'],
    ['camera: buttons answered', median(ready), 'ms'],
    ['camera: pre-recording, may record', median(shown), 'ms'],
  ]);
}

async function presses(): Promise<void> {
  const one = camera({ preRecordSeconds: 30 });
  await one.start();
  await until('a full ring', async () => (await one.status()).ringSeconds >= 30, 60_000);
  const times: Record<'asking' | 'record' | 'mark' | 'stop', number[]> = {
    asking: [],
    record: [],
    mark: [],
    stop: [],
  };
  const time = async (kind: keyof typeof times, act: () => Promise<unknown>): Promise<void> => {
    const began = performance.now();
    await act();
    times[kind].push(performance.now() - began);
  };
  for (let n = 0; n < PRESSES; n += 1) {
    await time('asking', () => one.status());
    await time('record', () => one.press('record'));
    await time('mark', () => one.press('mark'));
    await time('stop', () => one.press('stop'));
    await until('the ring fills again', async () => (await one.status()).ringSeconds >= 10, 60_000);
  }
  await one.stop();
  const row = (name: string, values: number[]): [string, number, string][] => [
    [`${name}, median`, median(values), 'ms'],
    [`${name}, p99`, quantile(values, 0.99), 'ms'],
  ];
  say(`${PRESSES} presses with pre-record, through the control port`, 'target: record p99 ≤ 50 ms', [
    ...row('asking for the state: the port alone', times.asking),
    ...row('record, acknowledged', times.record),
    ...row('mark, acknowledged', times.mark),
    ...row('stop, saved', times.stop),
  ]);
}

/** The same bytes through `ffmpeg -f segment`, and through the camera. */
async function footage(): Promise<void> {
  const plain = join(directory, 'plain');
  mkdirSync(plain);
  const rounds = Math.ceil(FOOTAGE_SECONDS / FILM_SECONDS) - 1;
  const child = spawn('ffmpeg', [
    ...['-v', 'error', '-nostdin', '-stream_loop', String(rounds), '-i', film, '-c', 'copy'],
    ...['-f', 'segment', '-segment_time', '10', '-segment_format', 'mp4', join(plain, '%05d.mp4')],
  ]);
  let plainCpu = 0;
  const watch = setInterval(() => (plainCpu = cpuSeconds(child.pid) ?? plainCpu), 5);
  await once(child, 'close');
  clearInterval(watch);
  const one = camera();
  await one.start();
  await standby(one);
  const pid = one.pid ?? 0;
  const idle = await spent(pid, 10_000 / SPEED);
  await one.press('record');
  const wall = (FOOTAGE_SECONDS * 1000) / SPEED;
  const busy = await spent(pid, wall);
  await one.press('stop');
  const memory = peakMemory(pid);
  await one.stop();
  const minutes = FOOTAGE_SECONDS / 60;
  const written = sizeOf(plain);
  const sealed = sizeOf(one.footage);
  const perMinute = (plainCpu / (FILM_SECONDS * (rounds + 1))) * 60;
  say(`${FOOTAGE_SECONDS} s of 1080p30 at 5 Mbit/s`, 'encoding left out on both sides', [
    ['ffmpeg -f segment, plain files: CPU per minute', perMinute, 's'],
    ['camera, standby: CPU per minute of footage', idle / (10 / 60), 's'],
    ['camera, recording: CPU per minute of footage', busy / minutes, 's'],
    ['camera beside ffmpeg', busy / minutes / perMinute, '×'],
    ['camera, peak memory (target ≤ 120)', memory / 1e6, 'MB'],
    ['plain files', written / 1e6, 'MB'],
    ['sealed files', sealed / 1e6, 'MB'],
  ]);
}

/** CPU seconds a process spends in so many milliseconds. */
async function spent(pid: number, millis: number): Promise<number> {
  const before = cpuSeconds(pid) ?? 0;
  await delay(millis);
  return (cpuSeconds(pid) ?? 0) - before;
}

function sizeOf(path: string): number {
  return readdirSync(path).reduce((sum, file) => sum + statSync(join(path, file)).size, 0);
}

function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? NaN;
}

try {
  makeFilm();
  console.log(`film: ${(readFileSync(film).length / 1e6).toFixed(1)} MB in ${FILM_SECONDS} s`);
  await starts();
  await presses();
  await footage();
} finally {
  agency.close();
  rmSync(directory, { recursive: true, force: true });
  forget();
}
