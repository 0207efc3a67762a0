/** mocha's spec reporter that also writes its counts where script/test.ts finds them. */
const { writeFileSync, writeSync } = require('node:fs');
const { reporters } = require('mocha');

/** What a test left open may end by itself in this time. */
const GRACE_MS = 20_000;

module.exports = class CountingReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once('end', () => {
      const { passes, failures, pending } = runner.stats;
      const path = process.env.MINGJING_REPORT;
      if (!path) return;
      writeFileSync(path, JSON.stringify({ passed: passes, failed: failures, skipped: pending }));
      // Nothing is waited for that never ends; it is named.
      setTimeout(() => {
        writeSync(1, `left open: ${process.getActiveResourcesInfo().join(', ')}\n`);
        process.exit(failures === 0 ? 0 : 1);
      }, GRACE_MS).unref();
    });
  }
};
