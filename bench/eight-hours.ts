import { mkdtempSync, rmSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { RecordingModel } from '@mingjing/protocol';
import type { Journal } from '../device/ports/journal.ts';
import { makeTestAgency } from '../test/support/agency.ts';
import { auditJournal } from '../test/support/device-journal.ts';
import { CameraProgram } from '../test/support/device-program.ts';
import { trackSpans } from '../test/support/media-span.ts';
import { until } from '../test/support/processes.ts';
import { cpuSeconds, memory, peakMemory, runAsTheServiceDoes, say } from './processes.ts';

/** A whole shift in one recording, played at speed: `node bench/eight-hours.ts [hours]`. Exit 1 if anything is wrong. */
const HOURS = Number(process.argv[2] ?? 8);
const SPEED = 100;
const SEGMENT_SECONDS = 10;
const FILM_SECONDS = 24;
/** Row R-5: picture and sound within a second; segments without a gap. */
const MAX_APART_MS = 1_000;
const MAX_GAP_MS = 40;

const forget = runAsTheServiceDoes();
const directory = mkdtempSync(join(tmpdir(), 'mingjing-shift-'));
const agency = await makeTestAgency();
const identity = await agency.enrol('camera', 'cam-1', { epoch: 1 });
const film = join(directory, 'film.mp4');
const wrong: string[] = [];

function makeFilm(): void {
  const made = spawnSync('ffmpeg', [
    ...['-v', 'error', '-nostdin', '-f', 'lavfi', '-i', 'testsrc2=size=320x240:rate=25'],
    ...['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000', '-t', String(FILM_SECONDS)],
    ...['-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p', '-b:v', '150k', '-g', '20'],
    ...['-keyint_min', '20', '-sc_threshold', '0', '-bf', '0', '-c:a', 'aac', '-b:a', '32k'],
    ...['-movflags', '+empty_moov+default_base_moof+frag_keyframe', '-f', 'mp4', film],
  ]);
  if (made.status !== 0) throw new Error(`ffmpeg could not make the film: ${made.stderr.toString()}`);
}

function look(
  camera: CameraProgram,
  journal: Journal,
  recording: RecordingModel,
): { apart: number; gap: number; hours: number } {
  let apart = 0;
  let gap = 0;
  const ends = new Map<string, number>();
  for (const segment of recording.segments) {
    const here = trackSpans(camera.openSegment(journal, recording, segment, agency.unsealing));
    const [video, audio] = ['video', 'audio'].map((kind) => here.find((span) => span.kind === kind));
    if (video === undefined || audio === undefined) {
      wrong.push(`segment ${segment.index} lacks picture or sound`);
      continue;
    }
    apart = Math.max(apart, Math.abs(video.to - audio.to), Math.abs(video.from - audio.from));
    for (const span of [video, audio]) {
      const end = ends.get(span.kind);
      if (end !== undefined) gap = Math.max(gap, Math.abs(span.from - end));
      ends.set(span.kind, span.to);
    }
  }
  return { apart, gap, hours: Math.max(0, ...ends.values()) / 3_600_000 };
}

try {
  makeFilm();
  const camera = new CameraProgram(join(directory, 'camera'), identity, {
    capture: { kind: 'replay', path: film, speed: SPEED },
    policy: { preRecordSeconds: 30, segmentSeconds: SEGMENT_SECONDS, stopBy: 'press' },
  });
  await camera.start();
  await until('standby', async () => (await camera.status()).state === 'standby', 15_000, 50);
  const pid = camera.pid ?? 0;
  await camera.press('record');
  const wallMs = (HOURS * 3_600_000) / SPEED;
  const samples: number[] = [];
  const began = performance.now();
  while (performance.now() - began < wallMs) {
    await delay(Math.min(5_000, wallMs / 50));
    samples.push(memory(pid) / 1e6);
    const done = Math.min(1, (performance.now() - began) / wallMs);
    process.stderr.write(`\r${(done * HOURS).toFixed(2)} h of ${HOURS}, ${samples.at(-1)?.toFixed(0)} MB `);
  }
  process.stderr.write('\n');
  await camera.press('stop');
  const peak = peakMemory(pid) / 1e6;
  const cpu = cpuSeconds(pid) ?? NaN;
  await camera.stop();
  const journal = camera.openJournal();
  const opened = performance.now();
  const replay = auditJournal(journal, identity);
  const auditMs = performance.now() - opened;
  const [recording] = [...replay.recordings.values()];
  if (recording?.closed?.body.reason !== 'stopped') wrong.push('the recording was not closed by the press');
  if (recording === undefined) throw new Error('there is no recording');
  const { apart, gap, hours } = look(camera, journal, recording);
  const quarter = Math.ceil(samples.length / 4);
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, one) => sum + one, 0) / values.length;
  const [early, late] = [mean(samples.slice(quarter, 2 * quarter)), mean(samples.slice(-quarter))];
  if (apart > MAX_APART_MS) wrong.push(`picture and sound are ${apart} ms apart`);
  if (gap > MAX_GAP_MS) wrong.push(`there is a gap of ${gap} ms between segments`);
  say(`${HOURS} h in one recording at ${SPEED} times its speed`, 'memory flat, nothing apart', [
    ['segments', recording.segments.length, ''],
    ['journal entries', journal.size, ''],
    ['footage, by its own timeline', hours, 'h'],
    ['picture and sound apart, at most', apart, 'ms'],
    ['gap between segments, at most', gap, 'ms'],
    ['memory, second quarter', early, 'MB'],
    ['memory, last quarter', late, 'MB'],
    ['memory, peak', peak, 'MB'],
    ['CPU per hour of footage', cpu / HOURS, 's'],
    ['whole journal checked in', auditMs / 1000, 's'],
  ]);
  journal.close();
  for (const one of wrong) console.error(`✘ ${one}`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
} finally {
  agency.close();
  rmSync(directory, { recursive: true, force: true });
  forget();
}
