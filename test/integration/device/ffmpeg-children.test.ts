import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import { until, REPOSITORY } from '../../support/processes.ts';

const PROGRAM = `${REPOSITORY}test/support/capture-and-wait.ts`;
const STAND_IN = `${REPOSITORY}test/support/rpicam-vid`;
const SETTINGS = { 'test pattern': { kind: 'test-pattern' }, 'pipeline of two programs': { kind: 'rpicam' } };

/** Every process that descends from this one, also when whoever is between has gone: they keep our mark. */
function marked(mark: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`).includes(`CAPTURE_MARK=${mark}`);
      } catch {
        return false; // gone meanwhile
      }
    })
    .map(Number);
}

async function start(settings: object, mark: string, end: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [PROGRAM, JSON.stringify(settings), STAND_IN, end], {
    cwd: REPOSITORY,
    env: { ...process.env, CAPTURE_MARK: mark },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

for (const [name, settings] of Object.entries(SETTINGS)) {
  describe(`programs of a capture: ${name}`, function () {
    this.timeout(30_000);

    for (const how of ['SIGKILL', 'exit'] as const) {
      it(`are gone when the camera is, by ${how}`, async () => {
        const mark = `${process.pid}-${Date.now()}-${how}`;
        const child = await start(settings, mark, how);
        if (how === 'SIGKILL') {
          assert.ok(marked(mark).length >= 2);
          child.kill('SIGKILL');
        }
        await until('nobody is left', () => marked(mark).length === 0, 5_000, 50);
      });
    }
  });
}
