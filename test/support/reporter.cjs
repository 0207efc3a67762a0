/** mocha's spec reporter that also writes its counts where script/test.ts finds them. */
const { writeFileSync } = require('node:fs');
const { reporters } = require('mocha');

module.exports = class CountingReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once('end', () => {
      const { passes, failures, pending } = runner.stats;
      const path = process.env.MINGJING_REPORT;
      if (path) writeFileSync(path, JSON.stringify({ passed: passes, failed: failures, skipped: pending }));
    });
  }
};
