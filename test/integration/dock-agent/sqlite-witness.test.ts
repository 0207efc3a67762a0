import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import Database from 'better-sqlite3';
import {
  ed25519SignerFromSeed,
  formatAddCheckpoint,
  MerkleTree,
  noteSigner,
  noteVerifier,
  signCheckpoint,
} from '@mingjing/protocol';
import { createLog } from '@mingjing/runtime';
import { systemClock } from '../../../dock-agent/adapters/system-clock.ts';
import { SqliteWitness } from '../../../dock-agent/adapters/sqlite-witness.ts';
import { ForkFiles } from '../../../dock-agent/adapters/fork-files.ts';
import type { HeldCheckpoint } from '../../../dock-agent/core/witness.ts';
import { DockAlarms } from '../../../dock-agent/shell/dock-alarms.ts';
import { Witness } from '../../../dock-agent/shell/witness.ts';
import { NotedMessages } from '../../support/dock-agent/noted-messages.ts';
import { temporaryDirectories } from '../../support/temporary.ts';

const temporary = temporaryDirectories();
const at = (size: number, root = size): HeldCheckpoint => ({
  ...{ size, root: Buffer.alloc(32, root), note: `note of ${size}` },
});

describe('the memory of a witness', () => {
  it('moves forward only, from where it is', () => {
    const path = join(temporary(), 'witness.sqlite');
    const state = new SqliteWitness(path);
    assert.deepEqual([...state.all()], []);
    assert.equal(state.advance('a', 1, at(2)), false, 'nothing is held');
    assert.equal(state.advance('a', 0, at(2)), true);
    assert.equal(state.advance('a', 0, at(3)), false, 'it is no longer at 0');
    assert.equal(state.advance('a', 2, at(1)), false, 'it shrinks');
    assert.equal(state.advance('a', 2, at(2, 9)), false, 'it is another root');
    assert.equal(state.advance('a', 2, at(2)), true, 'it is the same');
    assert.equal(state.advance('b', 0, at(0)), true);
    assert.equal(state.advance('b', 0, at(0, 9)), false);
    assert.equal(state.advance('b', 0, at(7)), true);
    state.close();
    const again = new SqliteWitness(path);
    assert.deepEqual(again.all(), new Map(Object.entries({ a: at(2), b: at(7) })));
    again.close();
  });

  it('knows what has been delivered, until there is more', () => {
    const state = new SqliteWitness(join(temporary(), 'witness.sqlite'));
    state.advance('a', 0, at(2));
    assert.equal(state.isDelivered('a'), false);
    state.delivered('a', 1);
    assert.equal(state.isDelivered('a'), false);
    state.delivered('a', 2);
    state.advance('a', 2, at(2));
    assert.equal(state.isDelivered('a'), true);
    state.advance('a', 2, at(3));
    assert.equal(state.isDelivered('a'), false);
    assert.equal(state.isDelivered('b'), false);
    state.close();
  });

  it('cannot be taken back by hand either', () => {
    const path = join(temporary(), 'witness.sqlite');
    const state = new SqliteWitness(path);
    state.advance('a', 0, at(2));
    state.close();
    const database = new Database(path);
    for (const statement of [
      'DELETE FROM logs',
      'UPDATE logs SET size = 1',
      "UPDATE logs SET root = x'00'",
      "UPDATE logs SET origin = 'b'",
    ])
      assert.throws(() => database.exec(statement), /forgets nothing|only grows/, statement);
    database.close();
  });

  it('is not begun anew when it is damaged', () => {
    const path = join(temporary(), 'witness.sqlite');
    const state = new SqliteWitness(path);
    state.advance('a', 0, at(2));
    state.close();
    const whole = readFileSync(path);
    const bent = Buffer.from(whole).fill(0x55, 4096);
    for (const bytes of [bent, Buffer.from('no database at all, though long enough')]) {
      writeFileSync(path, bytes);
      assert.throws(() => new SqliteWitness(path));
      assert.deepEqual(readFileSync(path), bytes);
    }
  });

  it('has all it said it has, wherever it was killed', async function () {
    this.timeout(60_000);
    const path = join(temporary(), 'witness.sqlite');
    const adapter = new URL('../../../dock-agent/adapters/sqlite-witness.ts', import.meta.url).href;
    const script = `
      import { SqliteWitness } from ${JSON.stringify(adapter)};
      import { writeSync } from 'node:fs';
      const state = new SqliteWitness(${JSON.stringify(path)});
      for (let size = state.all().get('a')?.size ?? 0; ; size += 1) {
        if (!state.advance('a', size, { size: size + 1, root: new Uint8Array(32), note: 'n' })) process.exit(1);
        writeSync(1, (size + 1) + '\\n');
      }`;
    let before = 0;
    for (let round = 0; round < 8; round += 1) {
      const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'pipe' });
      let said = '';
      child.stdout.on('data', (part: Buffer) => (said += part.toString()));
      await once(child.stdout, 'data');
      await delay(round * 7);
      child.kill('SIGKILL');
      await once(child, 'close');
      const last = Number(said.trim().split('\n').at(-1));
      const state = new SqliteWitness(path);
      const { size } = state.all().get('a') ?? at(0);
      state.close();
      assert.ok(last > before && size >= last, `said ${last}, holds ${size}`);
      before = size;
    }
  });
});

describe('two witnesses with one memory', () => {
  it('cosign nothing that was judged against what the other has gone beyond', () => {
    const key = ed25519SignerFromSeed(new Uint8Array(32).fill(1));
    const tree = MerkleTree.of([0, 1, 2, 3].map((n) => Uint8Array.of(n)));
    const noteOf = (size: number): string =>
      signCheckpoint({ origin: 'log', size, root: tree.root(size) }, noteSigner('log', key));
    const state = new SqliteWitness(join(temporary(), 'witness.sqlite'));
    const log = createLog('test', { level: 'silent' });
    const witness = new Witness({
      ...{ name: 'w', signer: key, clock: systemClock, log, alarms: new DockAlarms(new NotedMessages()) },
      forks: new ForkFiles(join(temporary(), 'forks')),
      state: {
        ...{
          all: () => state.all(),
          isDelivered: () => false,
          delivered: () => undefined,
          close: () => undefined,
        },
        advance: (...move) => {
          state.advance('log', 0, at(3, 9));
          return state.advance(...move);
        },
      },
    });
    witness.know('log', [noteVerifier('log', key.publicKey)]);
    const body = formatAddCheckpoint({ old: 0, proof: [], checkpoint: noteOf(4) });
    assert.deepEqual(witness.answer(body), { status: 409, type: 'text/x.tlog.size', body: '3\n' });
    assert.deepEqual(state.all().get('log'), at(3, 9));
    state.close();
  });
});

describe('proofs of a fork', () => {
  it('are kept as they are, each once, and not without end', () => {
    const directory = join(temporary(), 'forks');
    const files = new ForkFiles(directory);
    const place = files.keep({ held: 'held\n', offered: 'offered\n' });
    assert.equal(files.keep({ held: 'held\n', offered: 'offered\n' }), place);
    assert.equal(readFileSync(place, 'utf8'), 'offered\n');
    assert.equal(readFileSync(place.replace('offered.txt', 'held.txt'), 'utf8'), 'held\n');
    for (let n = 0; n < 63; n += 1) assert.notEqual(files.keep({ held: '', offered: `${n}` }), directory);
    assert.equal(files.keep({ held: '', offered: '63' }), directory);
    assert.equal(readFileSync(place, 'utf8'), 'offered\n');
  });
});
