import assert from 'node:assert/strict';
import { createLog } from '@mingjing/runtime';
import { SimulatedPresence } from '../../../dock-agent/simulated/presence.ts';
import { BaySwitch } from '../../../dock-agent/shell/bay-switch.ts';
import { RecentLog } from '../../../dock-agent/shell/recent-log.ts';
import { Service } from '../../../dock-agent/shell/service.ts';

const log = createLog('test', { level: 'silent' });

describe('a bay’s switch', () => {
  let contact: SimulatedPresence;
  let told: boolean[];

  function begin(on: boolean): BaySwitch {
    contact = new SimulatedPresence();
    told = [];
    const made = new BaySwitch(contact, on);
    made.start((present) => told.push(present));
    return made;
  }

  it('passes on what the contact says, in turn', async () => {
    const bay = begin(true);
    contact.insert();
    contact.pull();
    contact.insert();
    assert.deepEqual(told, [true, false, true]);
    await bay.stop();
    bay.turn(false);
    assert.deepEqual(told, [true, false, true]);
  });

  it('switched off looks empty, and is as it is when it is on again', () => {
    const bay = begin(true);
    contact.insert();
    bay.turn(false);
    contact.pull();
    contact.insert();
    bay.turn(true);
    bay.turn(true);
    assert.deepEqual(told, [true, false, true]);
  });

  it('begins off, and begins anew with the camera that is there', () => {
    const bay = begin(false);
    contact.insert();
    assert.deepEqual(told, []);
    bay.shake();
    assert.deepEqual(told, []);
    bay.turn(true);
    bay.shake();
    assert.deepEqual(told, [true, false, true]);
  });

  it('is kept by number, and says when it could not be kept', () => {
    const switches = new Map([
      [1, begin(true)],
      [2, begin(true)],
    ]);
    const kept: (readonly number[])[] = [];
    const common = { switches, recent: new RecentLog(), onSwitched: () => undefined, log };
    const service = new Service({ ...common, keep: (off) => kept.push(off) });
    assert.equal(service.switchBay(2, false), true);
    assert.equal(service.switchBay(9, false), false);
    assert.equal(service.retry(2), false);
    assert.equal(service.retry(1), true);
    assert.deepEqual(kept, [[2]]);
    const full = new Service({
      ...common,
      keep: () => {
        throw new Error('ENOSPC');
      },
    });
    assert.throws(() => full.switchBay(1, false), { code: 'storage-failed' });
    assert.equal(switches.get(1)?.on, false);
  });
});

describe('the latest lines of the log', () => {
  it('are held, the newest last, and read without harm when they are cut short', () => {
    const recent = new RecentLog();
    const lines = createLog('test', { level: 'info', file: '/dev/null' }, recent.add);
    for (let count = 0; count < 1_000; count += 1) lines.info({ count }, 'counted');
    lines.warn({ long: 'x'.repeat(100_000) }, 'long');
    const read = recent.lines();
    assert.equal(read.length, 400);
    assert.equal(read.at(-2)?.message, 'counted');
    assert.equal(read.at(-2)?.fields, '{"count":999}');
    assert.equal(read.at(-2)?.level, 'info');
    assert.ok((read.at(-1)?.message.length ?? 0) <= 4_096);
  });
});
