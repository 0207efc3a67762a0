import type { Bench } from './bench.ts';

/** One thing that is shown on the virtual hardware; rejects when it is not so. */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  run(bench: Bench, say: (line: string) => void): Promise<void>;
}
