import { readRuns, shiftDecodeTimes, type Track } from '@mingjing/protocol';
import type { ReadFragment } from './fragment-reader.ts';

/** The same fragments for ever, on one timeline without a gap or a step back. */
export function* loopFragments(
  fragments: readonly ReadFragment[],
  tracks: readonly Track[],
): Generator<ReadFragment, never> {
  const micros = loopMicros(fragments, tracks);
  for (let round = 0n; ; round += 1n) {
    const shifts = new Map(
      tracks.map(({ id, timescale }) => [id, -((round * micros * BigInt(timescale)) / 1_000_000n)]),
    );
    const millis = Number((round * micros) / 1000n);
    for (const fragment of fragments) {
      const moof = shiftDecodeTimes(fragment.moof, shifts);
      yield {
        ...fragment,
        moof,
        runs: readRuns(moof),
        startMs: fragment.startMs + millis,
        endMs: fragment.endMs + millis,
      };
    }
  }
}

/** Length of a round: that of the longest track, so that no track overlaps itself. */
function loopMicros(fragments: readonly ReadFragment[], tracks: readonly Track[]): bigint {
  const lengths = tracks.map(({ id, timescale }) => {
    const runs = fragments.flatMap((fragment) => fragment.runs).filter(({ track }) => track === id);
    const [first] = runs;
    const last = runs.at(-1);
    if (first === undefined || last === undefined) return 0n;
    const units = last.decodeTime + last.duration - first.decodeTime;
    return (units * 1_000_000n + BigInt(timescale) - 1n) / BigInt(timescale);
  });
  return lengths.reduce((most, length) => (length > most ? length : most), 0n);
}
