/** Medians of interleaved rounds: machines are noisy, so only ratios within one run are worth reading. */
export function compare(
  title: string,
  bytes: number,
  ways: Readonly<Record<string, () => void>>,
  rounds = 7,
): void {
  const names = Object.keys(ways);
  const times = new Map<string, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const name of names) {
      const began = performance.now();
      ways[name]?.();
      if (round > 0) times.get(name)?.push(performance.now() - began); // the first round warms up
    }
  }
  const medians = names.map((name) => [name, median(times.get(name) ?? [])] as const);
  const base = medians[0]?.[1] ?? 1;
  console.log(`\n${title}`);
  for (const [name, ms] of medians) {
    const speed = bytes === 0 ? '' : `${(bytes / 1e6 / (ms / 1000)).toFixed(0).padStart(6)} MB/s`;
    console.log(`  ${name.padEnd(44)} ${ms.toFixed(1).padStart(8)} ms ${speed}  × ${(ms / base).toFixed(2)}`);
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
