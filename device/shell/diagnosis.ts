import { cameraOrigin, noteVerifier, openCheckpoint, type Certificate, type Track } from '@mingjing/protocol';
import type { CheckResult } from '../core/diagnosis.ts';
import {
  gradeBattery,
  gradeCertificates,
  gradeClock,
  gradeJournal,
  gradePicture,
  gradeReceiver,
  gradeSound,
  skipped,
} from '../core/diagnosis-rules.ts';
import { samplesByTrack } from '../core/run-watch.ts';
import { isBehind } from '../core/clock-rules.ts';
import type { Capture, CaptureListener, CapturePlan } from '../ports/capture.ts';
import type { Clock } from '../ports/clock.ts';
import type { FootageStore } from '../ports/footage-store.ts';
import type { Journal } from '../ports/journal.ts';
import type { PositionSource } from '../ports/position-source.ts';
import type { Power } from '../ports/power.ts';
import type { TimeReading } from '../core/time-reading.ts';

const CAPTURE_MS = 6_000;
const START_LIMIT_MS = 12_000;
/** A line that is not there is not waited for as long as the sky. */
const LINE_LIMIT_MS = 5_000;
const FIX_LIMIT_MS = 20_000;

export interface PictureAsked {
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
}

/** Some seconds of picture as it would be recorded. */
export async function checkPicture(
  capture: Capture,
  clock: Clock,
  asked: PictureAsked,
): Promise<CheckResult> {
  const began = clock.now().mono;
  let tracks: readonly Track[] = [];
  let frames = 0;
  let millis = 0;
  let bytes = 0;
  let firstMs: number | undefined;
  await runFor(capture, { format: 'mp4', picture: true, sound: false }, () => millis >= CAPTURE_MS, {
    ready: (head) => {
      if (head.format === 'mp4') tracks = head.tracks;
    },
    fragment: (fragment) => {
      if (fragment.format !== 'mp4') return;
      firstMs ??= clock.now().mono - began;
      const video = tracks.filter(({ kind }) => kind === 'video').map(({ id }) => id);
      for (const { track, samples } of samplesByTrack(fragment.moof))
        if (video.includes(track)) frames += samples;
      millis += fragment.durationMs;
      bytes += fragment.moof.length + fragment.mdat.length;
    },
  });
  const { width, height, framesPerSecond } = asked;
  return gradePicture({
    ...{ width, height, asked: framesPerSecond, frames, seconds: millis / 1000, bytes },
    ...(firstMs === undefined ? {} : { firstMs }),
  });
}

/** Two seconds of sound. */
export async function checkSound(capture: Capture): Promise<CheckResult> {
  const pieces: Uint8Array[] = [];
  let millis = 0;
  await runFor(capture, { format: 'wav' }, () => millis >= 2_000, {
    ready: () => undefined,
    fragment: (fragment) => {
      if (fragment.format !== 'wav') return;
      pieces.push(fragment.pcm);
      millis += fragment.durationMs;
    },
  });
  const bytes = Buffer.concat(pieces);
  const samples = new Int16Array(Math.floor(bytes.length / 2));
  for (let n = 0; n < samples.length; n += 1) samples[n] = bytes.readInt16LE(n * 2);
  return gradeSound(samples);
}

/** Resolves when there is enough, the run ended by itself, or nothing came for too long. */
async function runFor(
  capture: Capture,
  plan: CapturePlan,
  enough: () => boolean,
  listener: Pick<CaptureListener, 'ready' | 'fragment'>,
): Promise<void> {
  let finish = (): void => undefined;
  const done = new Promise<void>((resolve) => (finish = resolve));
  const limit = setTimeout(finish, START_LIMIT_MS + CAPTURE_MS);
  const run = capture.start(plan, {
    ready: (head) => listener.ready(head),
    fragment: (fragment) => {
      if (enough()) return;
      listener.fragment(fragment);
      if (enough()) finish();
    },
    trouble: () => undefined,
    ended: () => finish(),
  });
  await done;
  clearTimeout(limit);
  await run.stop();
}

/** Waits a while for a fix; gives with it how far the clock is off, if satellites told the time. */
export async function checkPosition(
  position: PositionSource,
  clock: Clock,
): Promise<{ readonly result: CheckResult; readonly offByMs?: number }> {
  if (position.health().state === 'none') return { result: skipped('position', 'none-there') };
  let reading: TimeReading | undefined;
  position.onTime((told) => (reading = told));
  const began = clock.now().mono;
  const settled = (): boolean => position.health().state === 'fix' && reading !== undefined;
  const limitMs = (): number => (position.health().state === 'no-line' ? LINE_LIMIT_MS : FIX_LIMIT_MS);
  while (!settled() && clock.now().mono - began < limitMs())
    await new Promise((resolve) => setTimeout(resolve, 200));
  const result = gradeReceiver(position.health());
  if (reading === undefined) return { result };
  const { at, mono } = clock.now();
  return { result, offByMs: Date.parse(at) - mono - (Date.parse(reading.at) - reading.mono) };
}

export async function checkBattery(power: Power | undefined, warnAtPercent: number): Promise<CheckResult> {
  return power === undefined
    ? skipped('battery', 'none-there')
    : gradeBattery(await power.read(), warnAtPercent);
}

export function checkClock(clock: Clock, lastEntryAt: string | undefined, offByMs?: number): CheckResult {
  const behind = lastEntryAt !== undefined && isBehind(clock.now().at, lastEntryAt);
  return gradeClock(clock.state(), offByMs, behind);
}

export function checkCertificates(
  tls: Certificate,
  evidence: Certificate,
  recipients: number,
  at: string,
): CheckResult {
  return gradeCertificates(tls, evidence, recipients, new Date(at));
}

/** Every entry that is kept hashed anew, the checkpoint checked as a stranger would, every held file looked for. */
export async function checkJournal(
  journal: Journal,
  store: FootageStore,
  evidence: Certificate,
): Promise<CheckResult> {
  const held = journal.held();
  let missingObjects = 0;
  for (const { file, size } of held) if ((await store.sizeOf(file)) !== size) missingObjects += 1;
  return gradeJournal({
    entries: journal.size,
    consistent: holds(journal, evidence),
    heldObjects: held.length,
    missingObjects,
    lostObjects: journal.lostFiles().length,
  });
}

function holds(journal: Journal, evidence: Certificate): boolean {
  try {
    journal.audit();
    const origin = cameraOrigin(journal.name);
    openCheckpoint(journal.checkpointAt(journal.size), origin, [noteVerifier(origin, evidence.publicKey)]);
    return true;
  } catch {
    return false;
  }
}
