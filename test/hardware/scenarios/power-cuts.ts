import assert from 'node:assert/strict';
import type { RecordingModel } from '@mingjing/protocol';
import { probe } from '../../support/device-footage.ts';
import { joinSegments } from '../../support/device-program.ts';
import { until } from '../../support/processes.ts';
import type { Evidence } from '../bench/evidence.ts';
import type { Scenario } from '../bench/scenario.ts';
import type { VirtualCamera } from '../bench/virtual-camera.ts';

const LONGEST_SECONDS = 20;
/** The promise. */
const MOST_LOST_SECONDS = 1;

/** What the camera had said yes to, by light and vibration, before its battery was pulled. */
interface Cut {
  readonly afterSeconds: number;
  readonly marks: number;
  /** The machine's clock at the cut. */
  readonly at: number;
}

interface Row extends Cut {
  readonly marksFound: number;
  readonly segments: number;
  readonly savedSeconds: number;
  /** From the last picture that was saved to the cut: encoder and pipes are in it. */
  readonly lostSeconds: number;
}

/** Promise 1, by pulling the battery at random instants; prints a table for docs/. */
export function powerCuts(count: number): Scenario {
  if (!Number.isInteger(count) || count < 1 || count > 1_000) throw new RangeError('power-cuts 1 to 1000');
  return {
    name: 'power-cuts',
    title: `the battery is pulled ${count} times while recording, on one card`,
    run: async (bench, say) => {
      const camera = await bench.camera('power-cuts', { cardBytes: 1024 ** 3 });
      const cuts: Cut[] = [];
      while (cuts.length < count) {
        const cut = await recordAndCut(camera);
        cuts.push(cut);
        await requireAcknowledged(camera, cuts);
        say(`${cuts.length}: cut after ${cut.afterSeconds.toFixed(1)} s, ${cut.marks} marks acknowledged`);
      }
      await camera.switchOn();
      await camera.lights({ green: 'lit' });
      await camera.switchOff();
      const evidence = await camera.evidence();
      evidence.assertSound();
      assert.equal(evidence.recordings.length, count);
      const rows = await Promise.all(
        evidence.recordings.map(async (recording, n) => await rowOf(evidence, recording, cuts[n])),
      );
      evidence.close();
      process.stdout.write(table(rows));
      const worst = Math.max(...rows.map(({ lostSeconds }) => lostSeconds));
      assert.ok(worst <= MOST_LOST_SECONDS, `${worst.toFixed(2)} s of an open recording lost`);
    },
  };
}

/** Each boot recovers what the cut before left. */
async function recordAndCut(camera: VirtualCamera): Promise<Cut> {
  await camera.switchOn();
  await camera.lights({ green: 'lit' });
  const { eye } = camera.machine;
  await camera.press('record');
  await until('the red light', () => eye.isOn('red'), 30_000, 20);
  const began = eye.now;
  const afterMs = 1_000 + Math.random() * (LONGEST_SECONDS - 1) * 1_000;
  let marks = 0;
  while (eye.now - began < afterMs) {
    const felt = eye.pulses('vibration');
    await camera.press('mark', 150);
    const answered = (): boolean => eye.pulses('vibration') > felt;
    await until('an answer, or the end', () => answered() || eye.now - began >= afterMs, 20_000, 10);
    if (answered()) marks += 1;
  }
  const at = eye.now;
  await camera.powerCut();
  return { afterSeconds: (at - began) / 1_000, marks, at };
}

/** What is on the card, before anything but the file system is mended. */
async function requireAcknowledged(camera: VirtualCamera, cuts: readonly Cut[]): Promise<void> {
  const evidence = await camera.evidence();
  evidence.assertUnbroken();
  assert.equal(evidence.recordings.length, cuts.length, 'every recording that was acknowledged is there');
  cuts.forEach(({ marks }, n) => {
    const found = evidence.recordings[n]?.marks.length ?? 0;
    assert.ok(found >= marks, `${marks} marks were acknowledged, ${found} are there`);
  });
  evidence.close();
}

async function rowOf(evidence: Evidence, recording: RecordingModel, cut: Cut | undefined): Promise<Row> {
  assert.ok(cut !== undefined);
  assert.equal(recording.closed?.body.reason, 'power-loss');
  const start = Date.parse(recording.opened.body.start);
  const { seconds, complaints } = await probe(joinSegments(evidence.plaintext(recording)));
  assert.equal(complaints, '');
  return {
    ...cut,
    marksFound: recording.marks.length,
    segments: recording.segments.length,
    savedSeconds: seconds,
    lostSeconds: (cut.at - start) / 1_000 - seconds,
  };
}

function table(rows: readonly Row[]): string {
  const head = [
    'cut',
    'recorded, s',
    'saved with pre-record, s',
    'segments',
    'marks acknowledged / found',
    'lost of the open recording, s',
  ];
  const lines = rows.map((row, n) => [
    String(n + 1),
    row.afterSeconds.toFixed(1),
    row.savedSeconds.toFixed(1),
    String(row.segments),
    `${row.marks} / ${row.marksFound}`,
    row.lostSeconds.toFixed(2),
  ]);
  const lost = rows.map(({ lostSeconds }) => lostSeconds).toSorted((a, b) => a - b);
  const summary = `${rows.length} cuts: every boot recovered, every journal verified, nothing acknowledged was lost; of the open recording at the median ${(lost[Math.floor(lost.length / 2)] ?? 0).toFixed(2)} s, at most ${(lost.at(-1) ?? 0).toFixed(2)} s.`;
  return `${[head, head.map(() => '--:'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n\n${summary}\n`;
}
