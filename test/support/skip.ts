import type { Context } from 'mocha';

/** What is not run here says why, in the report. */
export function skip(context: Context, why: string): never {
  const runnable = context.test;
  if (runnable !== undefined) runnable.title += ` – skipped: ${why}`;
  context.skip();
}
