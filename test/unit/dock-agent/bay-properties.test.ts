import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { IngestState } from '@mingjing/protocol';
import { step } from '../../../dock-agent/core/bay.ts';
import {
  EMPTY_BAY,
  type BayCommand,
  type BayEvent,
  type BayState,
} from '../../../dock-agent/core/bay-model.ts';
import { RULES, type FailureCode } from '../../../dock-agent/core/failures.ts';
import { shown } from '../../../dock-agent/core/shown.ts';

const CAMERA = { device: 'cam-1', epoch: 1 };
const CODES = Object.keys(RULES) as FailureCode[];
type Work = Extract<BayCommand, { docking: number }>;

/** Camera and archive as the plan sees them: counts and names. Entry `n` names object `n` if it is in `naming`. */
class World {
  now = 0;
  size: number;
  readonly naming: ReadonlySet<number>;
  held = 0;
  receipted = 0;
  /** Given to the camera. */
  covered = 0;
  readonly stored = new Set<number>();

  constructor(size: number, naming: ReadonlySet<number>) {
    this.size = size;
    this.naming = naming;
  }

  #archive(): IngestState {
    const missing = [...this.naming].filter((entry) => entry < this.held && !this.stored.has(entry));
    if (missing.length === 0) this.receipted = this.held;
    return {
      epoch: 1,
      size: this.held,
      receipted: this.receipted,
      missing: missing.map((entry) => ({ object: nameOf(entry), size: 10 })),
    };
  }

  /** What good peers answer. */
  answer(work: Work, page: number): BayEvent {
    const about = { docking: work.docking, at: this.now };
    switch (work.type) {
      case 'wait':
        this.now += work.ms;
        return { type: 'wake', docking: work.docking, at: this.now };
      case 'look':
        return { type: 'looked', ...about, camera: CAMERA, size: this.size };
      case 'ask-archive':
        return { type: 'archive-answered', ...about, archive: this.#archive() };
      case 'push-journal': {
        const end = Math.min(this.size, work.from + page, work.to ?? Infinity);
        const naming = [...this.naming].filter((entry) => entry >= work.from && entry < end);
        this.held = Math.max(this.held, end);
        const checkpoint = { size: end, root: new Uint8Array(32) };
        const named = naming.length === 0 ? undefined : Math.max(...naming) + 1;
        return { type: 'journal-pushed', ...about, archive: this.#archive(), checkpoint, named };
      }
      case 'move-object':
        this.stored.add(parseInt(work.object, 16));
        return { type: 'object-moved', ...about, object: work.object, size: work.size };
      case 'hand-receipt':
        if (this.receipted <= work.beyond) return { type: 'receipt-pending', ...about };
        assert.ok(this.receipted <= work.atMost);
        // The camera erases what is covered and writes it down, as long as there is something.
        if ([...this.naming].some((entry) => entry >= this.covered && entry < this.receipted)) this.size += 1;
        this.covered = Math.max(this.covered, this.receipted);
        return { type: 'receipt-handed', ...about, size: this.receipted };
      case 'let-go':
        throw new Error('not work');
      default:
        return work satisfies never;
    }
  }
}

function nameOf(entry: number): string {
  return entry.toString(16).padStart(64, '0');
}

const world = fc
  .tuple(fc.integer({ min: 0, max: 40 }), fc.array(fc.nat({ max: 39 })))
  .map(([size, naming]) => new World(size, new Set(naming.filter((entry) => entry < size))));
const happening = fc.oneof(
  { weight: 6, arbitrary: fc.constant('good' as const) },
  { weight: 4, arbitrary: fc.constantFrom(...CODES) },
  { weight: 1, arbitrary: fc.constantFrom('pull' as const, 'lost-answer' as const) },
);

describe('a bay, whatever happens in whatever order', () => {
  it('has exactly one thing under way while a camera is in, and ends ready when faults end', () => {
    fc.assert(
      fc.property(world, fc.array(happening), fc.integer({ min: 1, max: 9 }), (peers, script, page) => {
        let state: BayState = EMPTY_BAY;
        let work: Work | undefined;
        const take = (event: BayEvent): void => {
          const next = step(state, event);
          const begun = next.commands.filter((one): one is Work => 'docking' in one && one.type !== 'let-go');
          const present = next.state.phase.name !== 'empty';
          assert.equal(
            begun.length,
            present ? 1 : 0,
            `after ${event.type}: ${begun.map(({ type }) => type).join()}`,
          );
          state = next.state;
          work = begun[0];
        };
        take({ type: 'docked', at: 0 });
        for (const one of script) {
          if (work === undefined) break;
          if (one === 'pull') {
            take({ type: 'undocked', at: peers.now });
            assert.equal(shown(state).state, 'empty');
            take({ type: 'docked', at: peers.now });
          } else if (one === 'good') {
            take(peers.answer(work, page));
          } else if (one === 'lost-answer') {
            peers.answer(work, page); // it happened over there, and nobody here knows
            take(failureOf(work, 'archive-unreachable', peers.now));
          } else {
            take(failureOf(work, one, peers.now));
          }
        }
        for (let n = 0; shown(state).state !== 'ready'; n += 1) {
          assert.ok(n < 2_000, `no end: ${JSON.stringify(shown(state))}, ${work?.type ?? 'nothing'}`);
          assert.ok(work !== undefined);
          take(peers.answer(work, page));
        }
        assert.equal(peers.held, peers.size);
        for (const entry of peers.naming) {
          assert.ok(peers.stored.has(entry), 'an object was given up');
          assert.ok(entry < peers.covered, 'the camera has no receipt for an object');
        }
      }),
      { numRuns: 5_000 },
    );
  });
});

function failureOf(work: Work, code: FailureCode, at: number): BayEvent {
  if (work.type === 'wait') return { type: 'wake', docking: work.docking, at };
  const object = work.type === 'move-object' ? { object: work.object } : {};
  return { type: 'failed', docking: work.docking, at, code, detail: code, ...object };
}
