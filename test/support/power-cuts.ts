import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { RecordingModel } from '@mingjing/protocol';
import type { Journal } from '../../device/ports/journal.ts';
import { makeTestAgency, type TestAgency } from './agency.ts';
import { cameraFilm } from './device-footage.ts';
import { auditJournal } from './device-journal.ts';
import { CameraProgram, judge } from './device-program.ts';
import { trackSpans } from './media-span.ts';
import { until } from './processes.ts';

export interface PowerCutResult {
  readonly cuts: number;
  /** Starts after a cut that did not come to stand by. */
  readonly failedBoots: number;
  /** Journals that do not verify to a stranger with the agency's root, footage and all. */
  readonly badJournals: number;
  readonly acknowledged: { readonly recordings: number; readonly marks: number };
  /** What was acknowledged and is not there. */
  readonly lost: readonly string[];
  /** Of each cut: from the last picture that plays to the cut, milliseconds; pre-event footage is in it. */
  readonly lostMs: readonly number[];
}

interface Cut {
  readonly recording: string;
  readonly marks: number;
  /** Wall clock, milliseconds. */
  readonly at: number;
}

/** One camera that is cut while it records, over and over, on one journal. The film is real and plays in real time. */
export async function cutCamera(options: {
  readonly directory: string;
  readonly cuts: number;
  readonly say?: (line: string) => void;
}): Promise<PowerCutResult> {
  const { directory, cuts, say = () => undefined } = options;
  const agency = await makeTestAgency();
  try {
    mkdirSync(directory, { recursive: true });
    const film = join(directory, 'film.mp4');
    writeFileSync(film, await cameraFilm());
    const identity = await agency.enrol('camera', 'cam-1', { epoch: 1 });
    const camera = new CameraProgram(directory, identity, {
      capture: { kind: 'replay', path: film, speed: 1 },
      policy: { preRecordSeconds: 1, segmentSeconds: 2 },
    });
    const done: Cut[] = [];
    let failedBoots = 0;
    for (let n = 0; n < cuts; n += 1) {
      try {
        await boot(camera);
        done.push(await recordAndCut(camera));
      } catch (error) {
        failedBoots += 1;
        say(`boot ${n}: ${error instanceof Error ? error.message : 'failed'}`);
        await camera.kill();
      }
      say(`${n + 1}/${cuts}`);
    }
    await boot(camera);
    await camera.stop();
    return { cuts, failedBoots, ...(await find(camera, done, agency)) };
  } finally {
    agency.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function boot(camera: CameraProgram): Promise<void> {
  await camera.start();
  await until('standby', async () => (await camera.status()).state === 'standby', 20_000, 20);
}

/** At any instant from the press on; sometimes right behind an acknowledgement, sometimes within a press. */
async function recordAndCut(camera: CameraProgram): Promise<Cut> {
  const { recording } = await camera.press('record');
  if (recording === undefined) throw new Error('the recording was not acknowledged');
  const end = performance.now() + Math.random() * 4_000;
  let marks = 0;
  while (performance.now() < end) {
    await delay(Math.random() * 300);
    const pressed = camera.press(Math.random() < 0.5 ? 'mark' : 'key-mark').then(
      ({ ok }) => ok,
      () => false, // cut while it was under way: it may be there or not
    );
    const isLast = performance.now() >= end && Math.random() < 0.5;
    if (isLast) break;
    if (await pressed) marks += 1;
  }
  const at = Date.now();
  await camera.kill();
  return { recording, marks, at };
}

async function find(
  camera: CameraProgram,
  cuts: readonly Cut[],
  agency: TestAgency,
): Promise<Pick<PowerCutResult, 'badJournals' | 'acknowledged' | 'lost' | 'lostMs'>> {
  const journal = camera.openJournal();
  try {
    const { recordings } = auditJournal(journal, camera.identity);
    const lost: string[] = [];
    const lostMs: number[] = [];
    for (const cut of cuts) {
      const recording = recordings.get(cut.recording);
      if (recording === undefined) lost.push(`recording ${cut.recording}`);
      else {
        if (recording.marks.length < cut.marks)
          lost.push(`${cut.marks - recording.marks.length} marks of ${cut.recording}`);
        lostMs.push(cut.at - endOf(camera, journal, recording, agency));
      }
    }
    const verdict = await judge(camera, journal, agency.unsealing);
    const marks = cuts.reduce((sum, one) => sum + one.marks, 0);
    // The camera was never docked, so no archive has signed for the time: that axis says so, and nothing else may.
    const { integrity, signer, sequence } = verdict.axes;
    const isGood = [integrity, signer, sequence].every((answer) => answer === 'good');
    if (!isGood) lost.push(...verdict.findings.slice(0, 5).map(({ code }) => `verdict: ${code}`));
    return {
      badJournals: isGood ? 0 : 1,
      acknowledged: { recordings: cuts.length, marks },
      ...{ lost, lostMs },
    };
  } finally {
    journal.close();
  }
}

/** Wall clock of the end of the last picture that plays. */
function endOf(
  camera: CameraProgram,
  journal: Journal,
  recording: RecordingModel,
  agency: TestAgency,
): number {
  const start = Date.parse(recording.opened.body.start);
  for (const segment of recording.segments.toReversed()) {
    const content = camera.openSegment(journal, recording, segment, agency.unsealing);
    const ends = content.length === 0 ? [] : trackSpans(content).map(({ to }) => to);
    if (ends.length > 0) return start + Math.max(...ends);
  }
  return start;
}
