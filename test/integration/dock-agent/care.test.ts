import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import {
  archiveKeyName,
  custodyOrigin,
  noteSigner,
  openCustodyCheckpoint,
  signCheckpoint,
  signPolicy,
  type ArchiveNote,
} from '@mingjing/protocol';
import { createLog, loadEvidenceIdentity, PeerRefusal, writeDurably } from '@mingjing/runtime';
import { PolicyDirectory } from '../../../dock-agent/adapters/policy-directory.ts';
import { systemClock } from '../../../dock-agent/adapters/system-clock.ts';
import { BayFailure } from '../../../dock-agent/core/failures.ts';
import type { CheckpointSource } from '../../../dock-agent/ports/checkpoint-source.ts';
import { careFor, type ToldCondition } from '../../../dock-agent/shell/care.ts';
import { CheckpointFetcher } from '../../../dock-agent/shell/checkpoint-fetcher.ts';
import { PolicyFetcher } from '../../../dock-agent/shell/policy-fetcher.ts';
import { SimulatedCamera } from '../../../dock-agent/simulated/camera/simulated-camera.ts';
import { SimulatedCameraLink } from '../../../dock-agent/simulated/camera/camera-link.ts';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import { eventually } from '../../support/dock-agent/eventually.ts';
import { JumpingClock } from '../../support/dock-agent/jumping-clock.ts';
import { NotedMessages } from '../../support/dock-agent/noted-messages.ts';
import { simulatedKeys } from '../../support/dock-agent/wire-camera.ts';

const quiet = createLog('test', { level: 'silent' });

describe('the care of a docked camera', () => {
  let agency: TestAgency;
  let foreign: TestAgency;
  let camera: SimulatedCamera;
  let messages: NotedMessages;
  let told: ToldCondition[];
  let ending: AbortController;
  let caring: Promise<void>;
  let policies: string;
  let forks: string[];
  let turns = 0;

  before(async () => {
    [agency, foreign] = await Promise.all([makeTestAgency('agency-a'), makeTestAgency('agency-b')]);
    await Promise.all([agency.enrol('camera', 'cam-1'), agency.enrol('archive', 'arc')]);
    await foreign.enrol('archive', 'arc');
  });
  after(() => {
    agency.close();
    foreign.close();
  });
  beforeEach(() => {
    camera = new SimulatedCamera(simulatedKeys(join(agency.dir, 'camera-cam-1')));
    messages = new NotedMessages();
    told = [];
    forks = [];
    ending = new AbortController();
    caring = Promise.resolve();
    turns += 1;
    policies = join(agency.dir, `policies-${turns}`);
    mkdirSync(policies);
  });
  afterEach(async () => {
    ending.abort();
    await caring;
  });

  const trust = (): { agency: string; roots: readonly string[] } => ({
    agency: 'agency-a',
    roots: agency.roots,
  });
  const inHand = (): PolicyDirectory => new PolicyDirectory(policies, trust(), systemClock, quiet);

  function begin(
    source: PolicyDirectory | undefined = inHand(),
    checkpoints: CheckpointSource = { latest: () => undefined },
  ): void {
    caring = careFor(
      { bay: 3, device: 'cam-1', camera: new SimulatedCameraLink(camera), signal: ending.signal },
      {
        messages,
        policies: source,
        anchoring: {
          checkpoints,
          onFork: (device, { size }) => forks.push(`${device} ${size}`),
          onAnchored: (device) => forks.push(`${device} well`),
        },
        onCondition: (one) => told.push(one),
        clock: new JumpingClock(),
        log: quiet,
      },
    );
  }

  function policy(version: number, of = agency): ArchiveNote {
    const { signer, chain } = loadEvidenceIdentity(join(of.dir, 'archive-arc'), 'archive');
    return { note: signPolicy('arc', { version }, signer), evidence: [...chain] };
  }

  function checkpoint(size: number, fill = size, of = agency): ArchiveNote {
    const { signer, chain } = loadEvidenceIdentity(join(of.dir, 'archive-arc'), 'archive');
    const log = { origin: custodyOrigin('arc'), size, root: new Uint8Array(32).fill(fill) };
    return { note: signCheckpoint(log, noteSigner(archiveKeyName('arc'), signer)), evidence: [...chain] };
  }

  /** Whatever was asked of it last. */
  class Hand implements CheckpointSource {
    delivery: ArchiveNote | undefined;

    latest(): ReturnType<CheckpointSource['latest']> {
      if (this.delivery === undefined) return undefined;
      const at = new Date().toISOString();
      const { origin, size } = openCustodyCheckpoint(this.delivery, { ...trust(), at }).checkpoint;
      return { origin, size, delivery: this.delivery };
    }
  }

  const put = (name: string, delivery: unknown): void =>
    writeDurably(join(policies, name), typeof delivery === 'string' ? delivery : JSON.stringify(delivery));

  const soon = async (is: () => boolean): Promise<void> =>
    await eventually(is, () => `told ${told.length} times, policy ${camera.policy.version}`);

  const applied = (): number => camera.policy.version;

  it('tells the room how the camera is and who has it, again and again, until it is let go', async () => {
    camera.officer = { number: '031337', name: '李明' };
    camera.body = { battery: { percent: 42, charging: true }, freeBytes: 7, warnings: [] };
    begin();
    await soon(() => messages.facts.length >= 3);
    assert.deepEqual(messages.facts[0], {
      bay: 3,
      camera: 'cam-1',
      batteryPercent: 42,
      freeBytes: 7,
      officer: { number: '031337', name: '李明' },
    });
    ending.abort();
    await caring;
    const count = messages.facts.length;
    assert.equal(told.length, count);
  });

  it('hands over the newest policy that holds, whatever else lies in the directory', async () => {
    put('one.json', policy(4));
    put('two.json', policy(6));
    put('stranger.json', policy(9, foreign));
    put('garbage.json', '{');
    put('large.json', 'x'.repeat(300_000));
    writeFileSync(join(policies, 'notes.txt'), 'not for cameras');
    begin();
    await soon(() => applied() === 6);
    const size = camera.size;
    put('three.json', policy(7));
    await soon(() => applied() === 7);
    assert.equal(camera.size, size + 1);
  });

  it('finds the policy that it took for one of tomorrow while the dock’s own clock was wrong', async () => {
    writeFileSync(join(policies, 'a.json'), JSON.stringify(policy(7)));
    let wall = '2001-01-01T00:00:00.000Z';
    const source = new PolicyDirectory(policies, trust(), { wall: () => wall }, quiet);
    assert.equal(await source.current(), undefined);
    wall = systemClock.wall();
    assert.equal((await source.current())?.version, 7);
  });

  it('hands over no older policy, and does not insist on one that is refused', async () => {
    put('one.json', policy(4));
    camera.policy = { version: 5, sha256: '00'.repeat(32) };
    begin();
    await soon(() => told.length >= 3);
    assert.equal(applied(), 5);
    let asked = 0;
    camera.lies.care = () => {
      asked += 1;
      return { ok: false, code: 'policy-refused', message: { zh: '策略无效', en: 'not valid' } };
    };
    put('two.json', policy(6));
    await soon(() => asked > 0);
    const before = told.length;
    await soon(() => told.length >= before + 3);
    assert.equal(asked, 1);
  });

  it('is tried again after a failure, and given up where the camera wants none or is another', async () => {
    let failures = 0;
    camera.lies.condition = (condition) => {
      failures += 1;
      if (failures < 4) throw new Error('the line broke');
      return condition;
    };
    begin();
    await soon(() => told.length > 0);
    ending.abort();
    await caring;
    for (const final of [new BayFailure('camera-changed', 'another'), new PeerRefusal('not-found', 'old')]) {
      camera.lies.condition = () => {
        throw final;
      };
      ending = new AbortController();
      begin();
      await caring;
      assert.equal(ending.signal.aborted, false);
    }
  });

  const anchored = (): number => camera.anchors.get(custodyOrigin('arc'))?.size ?? 0;

  it('hands over how far the archive’s log has come, once, and again where it grew', async () => {
    let asked = 0;
    camera.lies.care = () => {
      asked += 1;
      return undefined;
    };
    const hand = new Hand();
    hand.delivery = checkpoint(0);
    begin(inHand(), hand);
    await soon(() => told.length >= 3);
    assert.equal(asked, 0);
    hand.delivery = checkpoint(3);
    await soon(() => anchored() === 3);
    const before = told.length;
    await soon(() => told.length >= before + 15);
    assert.equal(asked, 1);
    hand.delivery = checkpoint(5);
    await soon(() => anchored() === 5);
    assert.equal(camera.size, 3);
    hand.delivery = undefined;
    await soon(() => told.length >= before + 40);
    assert.equal(asked, 2);
    assert.deepEqual(forks, ['cam-1 well', 'cam-1 well']);
  });

  it('says when a camera’s journal names another log, and goes on', async () => {
    camera.takeAnchor(checkpoint(5, 1));
    const hand = new Hand();
    hand.delivery = checkpoint(5, 2);
    put('one.json', policy(4));
    begin(inHand(), hand);
    await soon(() => forks.length > 0);
    const before = told.length;
    await soon(() => told.length >= before + 20);
    assert.deepEqual(forks, ['cam-1 5']);
    assert.equal(applied(), 4);
    hand.delivery = checkpoint(6);
    await soon(() => forks.length === 2);
    assert.deepEqual(forks, ['cam-1 5', 'cam-1 well']);
  });

  it('leaves a camera alone that takes no checkpoint, and cares for it all the same', async () => {
    let asked = 0;
    camera.takeAnchor = () => {
      asked += 1;
      throw new PeerRefusal('not-found', 'old');
    };
    const hand = new Hand();
    hand.delivery = checkpoint(3);
    begin(inHand(), hand);
    await soon(() => asked === 1);
    hand.delivery = checkpoint(4);
    const before = told.length;
    await soon(() => told.length >= before + 20);
    assert.equal(asked, 1);
  });

  it('has no checkpoint of an archive that is away, lies, or is of another agency', async () => {
    const answers = [
      checkpoint(4),
      undefined,
      checkpoint(5, 5, foreign),
      { ...checkpoint(6), note: 'x' },
      checkpoint(7),
    ];
    const seen: (number | undefined)[] = [];
    const fetcher = new CheckpointFetcher({
      ask: () => {
        seen.push(fetcher.latest()?.size);
        const answer = answers.shift();
        return answer === undefined ? Promise.reject(new Error('no archive')) : Promise.resolve(answer);
      },
      trust: trust(),
      clock: Object.assign(new JumpingClock(), { wall: () => systemClock.wall() }),
      log: quiet,
    });
    fetcher.start();
    await soon(() => answers.length === 0 && seen.length >= 6);
    await fetcher.stop();
    assert.deepEqual(seen.slice(0, 6), [undefined, 4, undefined, undefined, undefined, 7]);
  });

  it('has the archive’s policy kept for the days on which it cannot be reached, if it holds and is newer', async () => {
    const source = inHand();
    const answers: (ArchiveNote | undefined)[] = [
      undefined,
      policy(9, foreign),
      policy(5),
      policy(4),
      { note: 'x', evidence: [] },
    ];
    const kept: ArchiveNote[] = [];
    const fetcher = new PolicyFetcher({
      ask: () =>
        answers.length === 0 ? Promise.reject(new Error('no archive')) : Promise.resolve(answers.shift()),
      policies: source,
      keep: (delivery) => {
        kept.push(delivery);
        put('from-archive.json', delivery);
      },
      trust: trust(),
      clock: Object.assign(new JumpingClock(), { wall: () => systemClock.wall() }),
      log: quiet,
    });
    fetcher.start();
    await soon(() => answers.length === 0);
    await fetcher.stop();
    assert.deepEqual(kept.length, 1);
    assert.equal((await source.current())?.version, 5);
  });
});
