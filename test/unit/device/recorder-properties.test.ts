import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { readBoxes, readRuns, readStamps, WAV_CHUNK_BYTES } from '@mingjing/protocol';
import type { Command } from '../../../device/core/commands.ts';
import { BUTTONS } from '../../../device/core/events.ts';
import { AUDIO, SOUND_BYTE, VIDEO } from '../../support/device-media.ts';
import { PIECE_MS, RecorderBench, RESERVE } from '../../support/device-recorder.ts';

type Act = (bench: RecorderBench) => void;

const FRAGMENT_MS = 800;
/** Whatever the capture gives began so much earlier than is believed: no fragment is handed on at once. */
const LATENCY_MS = 600;
const SCALES = new Map<number, number>([VIDEO, AUDIO].map(({ id, timescale }) => [id, timescale]));

const press = fc
  .tuple(fc.constantFrom(...BUTTONS), fc.integer({ min: 0, max: FRAGMENT_MS - 1 }))
  .map(([button, after]): Act => (bench) => {
    // In the middle of a fragment, which comes later.
    const { mono } = bench;
    bench.mono = Math.max(mono + after, bench.latestMono);
    bench.press(button);
    bench.mono = mono;
  });
const footage = fc.integer({ min: 1, max: 8 }).map((count): Act => (bench) => {
  for (let n = 0; n < count; n += 1) {
    const { head } = bench.state.capture;
    if (head === undefined) bench.tick(FRAGMENT_MS);
    else if (head.format === 'wav') bench.pieces(1, n === 7 ? 4_000 : WAV_CHUNK_BYTES);
    else {
      const has = (kind: string): boolean => head.tracks.some((track) => track.kind === kind);
      bench.fragments(1, { sources: { picture: has('video'), sound: has('audio') } });
    }
  }
});
/** The world does what was asked of the capture. */
const obey = fc
  .tuple(fc.constantFrom('none', 'none', 'none', 'othr'), fc.integer({ min: 0, max: 5_000 }))
  .map(([codec, mediaMs]): Act => (bench) => {
    const { phase, plan } = bench.state.capture;
    if (phase === 'stopping') bench.captureStopped();
    if (phase !== 'waiting' || plan === undefined) return;
    bench.mediaMs = mediaMs;
    bench.mono = bench.latestMono + LATENCY_MS;
    if (plan.format === 'wav') bench.soundReady();
    else bench.captureReady({ picture: plan.picture, sound: plan.sound, codec });
  });
const others = fc.constantFrom<Act>(
  (b) => b.lose(),
  (b) => b.lose('picture'),
  (b) => b.lose('sound'),
  (b) => b.probed(true, true),
  (b) => b.probed(false, true),
  (b) => b.tick(500),
  (b) => b.tick(3_000),
  (b) => b.tick(31_000),
  (b) => b.order('start'),
  (b) => b.order('stop'),
  (b) => b.handTo('110-88'),
  (b) => b.handTo(),
  (b) => {
    const { version, preRecordSound, preRecordSeconds } = b.state.policy;
    const muteAllowed = version % 2 === 1;
    b.apply({ version: version + 1, preRecordSound, preRecordSeconds, muteAllowed });
  },
  (b) => b.happen({ type: 'dock', attached: true }),
  (b) => b.happen({ type: 'dock', attached: false }),
  (b) => b.battery(15),
  (b) => b.level(0),
  (b) => b.level(1_000 * RESERVE),
  (b) => b.storageFails(),
  (b) => b.closedByWorld(),
  (b) => {
    for (const { recording, stamp } of b.state.photos)
      if (stamp !== undefined) b.happen({ type: 'photo-developed', recording, jpeg: new Uint8Array(8) });
  },
);
const lives = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: footage },
    { weight: 3, arbitrary: press },
    { weight: 3, arbitrary: obey },
    { weight: 2, arbitrary: others },
  ),
  { minLength: 5, maxLength: 60 },
);
const policies = fc.record({
  preRecordSeconds: fc.constantFrom(0, 4),
  preRecordSound: fc.boolean(),
  postRecordSeconds: fc.constantFrom(0, 0, 5),
  muteAllowed: fc.constant(true),
  stealthAllowed: fc.boolean(),
  startByOrder: fc.boolean(),
});

/** A camera's life: whatever happens, and at the end somebody switches it off, or the battery does. */
function live(policy: object, acts: readonly Act[], empties: boolean): RecorderBench {
  const bench = RecorderBench.withPolicy(policy).standby();
  for (const act of acts) act(bench);
  if (empties) bench.battery(1).battery(1).battery(1);
  return bench.shutDown().captureStopped();
}

function eachLife(check: (bench: RecorderBench) => void): void {
  fc.assert(
    fc.property(policies, lives, fc.boolean(), (policy, acts, empties) => check(live(policy, acts, empties))),
    { numRuns: 500 },
  );
}

function recordingOf(command: Command): string | undefined {
  if (!('recording' in command) || command.type === 'answer') return undefined;
  return command.type.endsWith('-photo') ? undefined : command.recording;
}

describe('recorder, whatever happens', function () {
  this.timeout(120_000);

  it('opens each recording once, puts whole segments into it, closes it once, and then leaves it alone', () => {
    eachLife((bench) => {
      const byRecording = Map.groupBy(bench.commands, recordingOf);
      for (const [recording, commands] of byRecording) {
        if (recording === undefined) continue;
        const letters: Partial<Record<Command['type'], string>> = {
          'open-recording': 'O',
          'begin-segment': 'B',
          'append-fragment': 'A',
          'seal-segment': 'S',
          'close-recording': 'C',
        };
        const told = commands.map(({ type }) => letters[type] ?? '').join('');
        assert.match(told, /^O(?:BA+S)*C$/, recording);
        const begun = commands.flatMap((one) => (one.type === 'begin-segment' ? [one.index] : []));
        assert.deepEqual(begun, [...begun.keys()]);
        assert.equal(commands[0]?.type, 'open-recording');
        assert.equal(commands.at(-1)?.type, 'close-recording');
      }
    });
  });

  it('lets decode times of a recording run forwards only, and begin at 0', () => {
    eachLife((bench) => {
      const ends = new Map<string, number>();
      for (const { recording, parts } of bench.all('append-fragment')) {
        const [, moof] = parts;
        if (moof === undefined) continue;
        for (const { track, decodeTime, duration } of readRuns(moof)) {
          const key = `${recording} ${track}`;
          const scale = SCALES.get(track) ?? 1;
          const start = Number(decodeTime) / scale;
          const end = ends.get(key) ?? 0;
          assert.ok(start >= end - 1 / scale, `${key}: ${start} after ${end}`);
          ends.set(key, start + Number(duration) / scale);
        }
      }
    });
  });

  it('keeps no sound of a time in which it was muted, nor of before a press where policy forbids it', () => {
    eachLife((bench) => {
      const quiet: [number, number][] = [];
      for (const [n, command] of bench.commands.entries()) {
        if (command.type !== 'journal' || command.entry.type !== 'setting-changed') continue;
        if (command.entry.setting !== 'mute') continue;
        const at = bench.when[n] ?? NaN;
        const still = quiet.at(-1)?.[1] === Infinity;
        if (command.entry.on) quiet.push(...(still ? [] : [[at, Infinity] satisfies [number, number]]));
        else quiet[quiet.length - 1] = [quiet.at(-1)?.[0] ?? NaN, at];
      }
      const openings = new Map(
        bench.commands.flatMap((one, n) =>
          one.type === 'open-recording' && one.continues === undefined
            ? [[one.recording, { ...one, mono: bench.when[n] ?? NaN }]]
            : [],
        ),
      );
      for (const { recording, parts } of bench.all('append-fragment')) {
        const sound = soundOf(bench, parts);
        if (sound === undefined) continue;
        const from = sound.mono - LATENCY_MS;
        const isQuiet = quiet.some(([begin, end]) => from < end && from + sound.durationMs > begin);
        assert.ok(!isQuiet, `sound of ${from} though it was muted`);
        const opening = openings.get(recording);
        if (opening === undefined) continue;
        if (opening.mode === 'audio' || !bench.settings.policy.preRecordSound)
          assert.ok(from >= opening.mono, `sound of ${from}, pressed ${opening.mono}`);
      }
      for (const { fragment } of bench.all('develop-photo')) assert.ok(!hasSound(fragment.mdat));
    });
  });

  it('answers everybody once, and journals nothing behind power-off', () => {
    eachLife((bench) => {
      const asked = bench.all('answer').map(({ request }) => request);
      assert.deepEqual(
        asked.toSorted((a, b) => a - b),
        [...Array(bench.asked).keys()].map((n) => n + 1),
      );
      const behind = bench.commands.slice(bench.commands.findIndex(({ type }) => type === 'power-off') + 1);
      for (const { type } of behind) assert.ok(['publish-state', 'stop-capture'].includes(type), type);
      assert.equal(bench.state.active, undefined);
    });
  });

  it('begins nothing in the dock, where only what was being recorded goes on', () => {
    eachLife((bench) => {
      let docked = false;
      for (const command of bench.commands) {
        if (command.type === 'journal' && /^(un)?docked$/.test(command.entry.type))
          docked = command.entry.type === 'docked';
        if (command.type === 'open-recording' && docked) assert.equal(command.cause, 'capture-changed');
      }
    });
  });

  it('leaves no run of the capture behind', () => {
    eachLife((bench) => assert.equal(bench.state.capture.phase, 'off'));
  });
});

/** When the sound of a fragment is believed to begin, if it has any: within pictures, or alone. */
function soundOf(
  bench: RecorderBench,
  [head, , mdat]: readonly Uint8Array[],
): { readonly mono: number; readonly durationMs: number } | undefined {
  if (head === undefined) return undefined;
  const mono = bench.pieceMono.get(head);
  if (mono !== undefined) return { mono, durationMs: PIECE_MS };
  if (mdat === undefined || !hasSound(mdat)) return undefined;
  return { mono: readStamps(head)[0]?.stamp.mono ?? NaN, durationMs: FRAGMENT_MS };
}

function hasSound(mdat: Uint8Array): boolean {
  return readBoxes(mdat).some(({ bytes }) => bytes.subarray(8).includes(SOUND_BYTE));
}
