import { setTimeout as delay } from 'node:timers/promises';
import { readFileSync, rmSync } from 'node:fs';
import { splitPem, type Verdict } from '@mingjing/protocol';
import { verifyExport } from '../../provisioning/verify/verify-export.ts';
import { Fleet } from './fleet.ts';
import { until, type Program } from './processes.ts';

export interface KillRunResult {
  readonly kills: Readonly<Record<string, number>>;
  /** Presses that were acknowledged. */
  readonly recordings: number;
  readonly marks: number;
  /** What was acknowledged and is not in the archive, or does not verify: must be empty. */
  readonly lost: readonly string[];
}

interface Acknowledged {
  readonly recording: string;
  marks: number;
}

/**
 * Kills camera, dock and archive (SIGKILL) at random moments while somebody records, marks, stops, docks and undocks.
 * Then lets all three run, docks the camera, and looks for everything that was ever acknowledged.
 */
export async function killRun(options: {
  directory: string;
  kills: number;
  seconds: number;
  say?: (line: string) => void;
}): Promise<KillRunResult> {
  const { directory, seconds, say = () => undefined } = options;
  const fleet = await Fleet.prepare({ directory, preRecordSeconds: 2, segmentSeconds: 2 });
  try {
    await fleet.start();
    const acknowledged: Acknowledged[] = [];
    const kills: Record<string, number> = {};
    const end = Date.now() + seconds * 1000;
    const killer = (async () => {
      const programs = [fleet.camera, fleet.dock, fleet.archive];
      for (let n = 0; n < options.kills; n += 1) {
        const share = Math.max(0, end - Date.now()) / (options.kills - n);
        await delay(share * (0.25 + Math.random() * 1.5) * 0.9);
        const victim = programs[Math.floor(Math.random() * programs.length)] ?? fleet.camera;
        await restart(victim);
        kills[victim.name] = (kills[victim.name] ?? 0) + 1;
        say(`${n + 1}/${options.kills} ${victim.name}`);
      }
    })();
    const killed = killer.then(() => true);
    while (!(await Promise.race([killed, delay(0, false)])) || Date.now() < end)
      await useCamera(fleet, acknowledged);
    await killer;
    return {
      kills,
      recordings: acknowledged.length,
      marks: acknowledged.reduce((sum, one) => sum + one.marks, 0),
      lost: await findLost(fleet, acknowledged, say),
    };
  } finally {
    await fleet.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function restart(program: Program): Promise<void> {
  await program.kill();
  await program.start();
}

/** One step of a shift; a camera that is dead just now answers nothing, and then nothing was acknowledged. */
async function useCamera(fleet: Fleet, acknowledged: Acknowledged[]): Promise<void> {
  await delay(150 + Math.random() * 300);
  const dice = Math.random();
  try {
    if (dice < 0.35) {
      const { ok, recording } = await fleet.press('record');
      if (ok && recording !== undefined && !acknowledged.some((one) => one.recording === recording))
        acknowledged.push({ recording, marks: 0 });
    } else if (dice < 0.6) {
      const { ok, recording } = await fleet.press('mark');
      const marked = acknowledged.find((one) => one.recording === recording);
      if (ok && marked !== undefined) marked.marks += 1;
    } else if (dice < 0.8) {
      await fleet.press('stop');
    } else {
      await fleet.attach(dice < 0.87); // in the dock nothing new is recorded
    }
  } catch {
    // the camera was killed under the finger
  }
}

async function findLost(
  fleet: Fleet,
  acknowledged: readonly Acknowledged[],
  say: (line: string) => void,
): Promise<string[]> {
  await until('stop', async () => {
    await fleet.press('stop');
    return (await fleet.status()).state !== 'recording';
  });
  await fleet.attach(true);
  await until(
    'everything is in the archive',
    async () => (await fleet.status()).unreceipted === 0,
    120_000,
    500,
  );
  const roots = splitPem(readFileSync(fleet.root, 'utf8'));
  const lost: string[] = [];
  for (const { recording, marks } of acknowledged) {
    const bag = await fleet.export(recording);
    const verdict = await verifyExport(bag, roots);
    const held = marksIn(bag, verdict);
    if (verdict.answer !== 'good')
      lost.push(`${recording}: ${verdict.findings.map(({ code }) => code).join(' ')}`);
    if (held < marks) lost.push(`${recording}: ${held} of ${marks} marks`);
    rmSync(bag, { recursive: true });
  }
  say(`${acknowledged.length} recordings verified`);
  return lost;
}

function marksIn(bag: string, verdict: Verdict): number {
  if (verdict.answer === 'bad') return 0;
  return filesContaining(bag, '"type":"marked"');
}

function filesContaining(bag: string, text: string): number {
  return entryTexts(bag).filter((entry) => entry.includes(text)).length;
}

function entryTexts(bag: string): string[] {
  return readFileSync(`${bag}/manifest-sha256.txt`, 'utf8')
    .split('\n')
    .map((line) => line.slice(66))
    .filter((path) => path.startsWith('data/entries/'))
    .map((path) => readFileSync(`${bag}/${path}`, 'utf8'));
}
