import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeEntry, signRoster, type Entry, type RosterOfficer } from '@mingjing/protocol';
import { createLog, loadEvidenceIdentity, loadTlsIdentity, openDatabase } from '@mingjing/runtime';
import { HttpsCamera } from '../../../dock-agent/adapters/https-camera.ts';
import { buildDesk, type Desk } from '../../../dock-agent/build-desk.ts';
import type { DockConfig } from '../../../dock-agent/config.ts';
import type { CameraLink } from '../../../dock-agent/ports/camera-link.ts';
import type { Clock } from '../../../dock-agent/ports/clock.ts';
import type {
  IssueDesk,
  IssueRefusal,
  IssueRefusalCode,
  Offer,
  SignedIn,
} from '../../../dock-agent/ports/issue-desk.ts';
import { SimulatedCamera } from '../../../dock-agent/simulated/camera/simulated-camera.ts';
import { SimulatedCameraLink } from '../../../dock-agent/simulated/camera/camera-link.ts';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import { NotedMessages } from '../../support/dock-agent/noted-messages.ts';
import { simulatedKeys, WireCamera } from '../../support/dock-agent/wire-camera.ts';

const quiet = createLog('test', { level: 'silent' });
const never = new AbortController().signal;
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const LI: RosterOfficer = {
  number: '031337',
  name: '李明',
  unit: '一中队',
  certificate: 'ZF-7',
  validUntil: '2099-12-31',
  card: 'A1B2C3D4',
};
const WANG: RosterOfficer = { ...LI, number: '042042', name: '王芳', certificate: 'ZF-8', card: 'FFFF0000' };
const PIN = '258014';

/** Turned by hand. */
class HandClock implements Clock {
  #now = 0;
  readonly #start = Date.now();

  now(): number {
    return this.#now;
  }

  wall(): string {
    return new Date(this.#start + this.#now).toISOString();
  }

  after(): { cancel(): void } {
    return { cancel: () => undefined };
  }

  pass(ms: number): void {
    this.#now += ms;
  }
}

/** A camera in bay 1, reached over a line of its kind. */
interface Reach {
  open(): CameraLink;
  pull(): Promise<void>;
  close(): Promise<void>;
}

async function simulatedReach(camera: SimulatedCamera): Promise<Reach> {
  await Promise.resolve();
  return {
    open: () => new SimulatedCameraLink(camera),
    pull: async () => {
      await Promise.resolve();
      camera.gone = true;
    },
    close: () => Promise.resolve(),
  };
}

async function httpsReach(camera: SimulatedCamera, agency: TestAgency): Promise<Reach> {
  const wire = new WireCamera(camera, join(agency.dir, 'camera-cam-1'));
  await wire.insert();
  const identity = loadTlsIdentity(join(agency.dir, 'dock-dock-1'), 'dock');
  return {
    open: () => new HttpsCamera(wire.url, identity),
    pull: () => wire.pull(),
    close: () => wire.pull(),
  };
}

for (const [kind, reachOf] of [
  ['simulated', simulatedReach],
  ['HTTPS', httpsReach],
] as const) {
  describe(`an issue desk (${kind} camera)`, function () {
    this.timeout(60_000);
    let agency: TestAgency;
    let directory: string;
    let camera: SimulatedCamera;
    let clock: HandClock;
    let reach: Reach;
    let built: Desk;
    let desk: IssueDesk;
    let messages: NotedMessages;
    let rosters: number;

    before(async () => {
      agency = await makeTestAgency();
      await agency.enrol('camera', 'cam-1');
      await agency.enrol('dock', 'dock-1');
      await agency.enrol('archive', 'arc');
    });
    after(() => agency.close());

    beforeEach(async () => {
      directory = mkdtempSync(join(tmpdir(), 'mingjing-desk-'));
      camera = new SimulatedCamera(simulatedKeys(join(agency.dir, 'camera-cam-1')));
      clock = new HandClock();
      reach = await reachOf(camera, agency);
      rosters = 0;
      putRoster([LI, WANG]);
      start();
      await present('ready');
    });
    afterEach(async () => {
      await built.stop();
      await reach.close();
      rmSync(directory, { recursive: true, force: true });
    });

    function start(): void {
      messages = new NotedMessages();
      const config = {
        identityDirectory: join(agency.dir, 'dock-dock-1'),
        stateDirectory: directory,
        desk: { roster: join(directory, 'roster.json') },
      } as DockConfig;
      const trust = { agency: agency.agency, roots: agency.roots };
      const found = buildDesk(config, { openCamera: () => reach.open(), messages, trust, clock, log: quiet });
      assert.ok(found !== undefined);
      built = found;
      desk = built.desk;
    }

    async function restart(): Promise<void> {
      await built.stop();
      start();
      await present('ready');
    }

    function putRoster(officers: readonly RosterOfficer[], version = (rosters += 1)): void {
      const file = signRoster(
        'arc',
        version,
        officers,
        loadEvidenceIdentity(join(agency.dir, 'archive-arc'), 'archive'),
      );
      const path = join(directory, 'roster.json');
      writeFileSync(path, JSON.stringify(file));
      utimesSync(path, version, version); // another moment for each, however fast they come
    }

    /** As the bay shows it, and as care tells how the camera is. */
    async function present(state: 'ready' | 'transferring'): Promise<void> {
      built.messages.showBay(1, state, 'cam-1');
      const asked = clock.now();
      const link = reach.open();
      try {
        built.learn({ bay: 1, device: 'cam-1', condition: await link.condition('cam-1', never), asked });
      } finally {
        link.close();
      }
    }

    async function signedIn(officer = LI): Promise<SignedIn> {
      const first = await desk.setPin(officer.number, PIN);
      const entered = first.ok ? first : await desk.signIn(officer.number, PIN);
      assert.ok(entered.ok, JSON.stringify(entered));
      return entered;
    }

    async function refused(answer: Promise<unknown>, code: IssueRefusalCode): Promise<IssueRefusal> {
      const refusal = (await answer) as IssueRefusal;
      assert.deepEqual([refusal.ok, refusal.code], [false, code]);
      return refusal;
    }

    function entries(): Entry[] {
      return camera.entries.flatMap((bytes) => {
        const read = decodeEntry(bytes);
        return read.known && read.entry.type.startsWith('officer-') ? [read.entry] : [];
      });
    }

    function ledger(): string[] {
      const database = openDatabase(join(directory, 'desk.sqlite'), ['', '', '', '']);
      const rows = database.prepare('SELECT kind, officer, outcome FROM hand_overs ORDER BY line').all() as {
        kind: string;
        officer: string;
        outcome: string;
      }[];
      database.close();
      return rows.map(({ kind, officer, outcome }) => `${officer} ${kind} ${outcome}`);
    }

    it('asks for a PIN at first use, then knows the officer by number or card', async () => {
      await refused(desk.signIn(LI.number, PIN), 'pin-not-set');
      for (const simple of ['1234', '0000', '337', 'abcd', '1337'])
        await refused(desk.setPin(LI.number, simple), 'pin-too-simple');
      const { officer, holds } = await signedIn();
      const { number, name, unit, certificate, validUntil } = LI;
      assert.deepEqual(officer, { number, name, unit, certificate, validUntil });
      assert.deepEqual(holds, []);
      await refused(desk.setPin(LI.number, '864209'), 'pin-already-set');
      assert.ok((await desk.signIn(LI.card ?? '', PIN)).ok);
      await refused(desk.signIn('no such officer', PIN), 'unknown-officer');
    });

    it('locks an officer out after wrong PINs, longer each time, also over a restart, and nobody else', async () => {
      await signedIn();
      await signedIn(WANG);
      for (let n = 0; n < 4; n += 1) await refused(desk.signIn(LI.number, '9999'), 'wrong-pin');
      const { until } = await refused(desk.signIn(LI.number, '9999'), 'locked');
      assert.equal(until, new Date(Date.parse(clock.wall()) + MINUTE).toISOString());
      await restart();
      await refused(desk.signIn(LI.number, PIN), 'locked');
      assert.ok((await desk.signIn(WANG.number, PIN)).ok);
      clock.pass(MINUTE);
      const again = await refused(desk.signIn(LI.number, '9999'), 'locked');
      assert.equal(again.until, new Date(Date.parse(clock.wall()) + 2 * MINUTE).toISOString());
      clock.pass(2 * MINUTE);
      assert.ok((await desk.signIn(LI.number, PIN)).ok);
      await refused(desk.signIn(LI.number, '9999'), 'wrong-pin');
    });

    it('gives no more guesses to many hands at once', async () => {
      await signedIn();
      const answers = await Promise.all(
        Array.from({ length: 12 }, (_one, n) => desk.signIn(LI.number, `77${n}${n}3`)),
      );
      const codes = answers.map((answer) => ('code' in answer ? answer.code : 'ok'));
      assert.equal(codes.filter((code) => code === 'wrong-pin').length, 4);
      assert.equal(codes.filter((code) => code === 'locked').length, 8);
    });

    it('offers what is ready and free, with the check before use', async () => {
      const { session } = await signedIn();
      const [offer] = (await desk.offers(session)) as readonly Offer[];
      assert.deepEqual(offer, {
        ...{ device: 'cam-1', bay: 1, recommended: true },
        check: {
          ...{ battery: 'good', storage: 'good', clock: 'good' },
          ...{ batteryPercent: 100, freeBytes: 64_000_000_000 },
        },
      });
      await present('transferring');
      assert.deepEqual(await desk.offers(session), []);
      await refused(desk.take(session, 'cam-1'), 'camera-not-ready');
      await refused(desk.take(session, 'cam-2'), 'camera-not-here');
    });

    it('hands a camera over: signed by the dock, journaled by the camera, in the ledger, and shown', async () => {
      const { session } = await signedIn();
      const issued = await desk.take(session, 'cam-1');
      assert.ok(issued.ok);
      assert.equal(issued.check.battery, 'good');
      const [entry] = entries();
      assert.ok(entry?.type === 'officer-assigned');
      assert.deepEqual(
        [entry.officer, entry.name, entry.certificate, entry.dock],
        [LI.number, LI.name, LI.certificate, 'dock-1'],
      );
      assert.deepEqual(ledger(), ['031337 taken done']);
      const again = await desk.signIn(LI.number, PIN);
      assert.ok(again.ok && again.holds.join() === 'cam-1');
      await built.stop();
      assert.equal(messages.facts.at(-1)?.officer?.name, LI.name);
      start();
    });

    it('gives nobody a camera that another has, and takes it back from who has it', async () => {
      const li = await signedIn();
      await desk.take(li.session, 'cam-1');
      const wang = await signedIn(WANG);
      await present('ready');
      assert.deepEqual(await desk.offers(wang.session), []);
      await refused(desk.take(wang.session, 'cam-1'), 'camera-taken');
      await refused(desk.giveBack(wang.session, 'cam-1'), 'not-held');
      built.messages.showBay(1, 'refused', 'cam-1');
      await refused(desk.giveBack(li.session, 'cam-1'), 'camera-not-ready');
      await present('transferring');
      assert.ok((await desk.giveBack(li.session, 'cam-1')).ok);
      await refused(desk.giveBack(li.session, 'cam-1'), 'not-held');
      await present('ready');
      assert.ok((await desk.take(wang.session, 'cam-1')).ok);
      assert.deepEqual(
        entries().map((entry) => ('officer' in entry ? `${entry.officer ?? ''} ${entry.type}` : '')),
        ['031337 officer-assigned', '031337 officer-returned', '042042 officer-assigned'],
      );
      assert.deepEqual(ledger(), ['031337 taken done', '031337 returned done', '042042 taken done']);
    });

    it('lets no camera go to an officer whose certificate has ended, and still takes it back', async () => {
      const li = await signedIn();
      await desk.take(li.session, 'cam-1');
      putRoster([
        { ...LI, validUntil: '2020-01-01' },
        { ...WANG, validUntil: '2020-01-01' },
      ]);
      await refused(desk.offers(li.session), 'certificate-expired');
      await refused(desk.take(li.session, 'cam-1'), 'certificate-expired');
      await refused(desk.signIn(WANG.number, PIN), 'certificate-expired');
      const back = await desk.signIn(LI.number, PIN);
      assert.ok(back.ok);
      assert.ok((await desk.giveBack(back.session, 'cam-1')).ok);
      await refused(desk.signIn(LI.number, PIN), 'certificate-expired');
    });

    it('knows who is struck off at once; the camera such an officer kept may be taken', async () => {
      const li = await signedIn();
      await desk.take(li.session, 'cam-1');
      putRoster([WANG]);
      await refused(desk.giveBack(li.session, 'cam-1'), 'unknown-officer');
      await present('ready');
      const wang = await signedIn(WANG);
      assert.ok((await desk.take(wang.session, 'cam-1')).ok);
    });

    it('takes no roster that is older or that nobody signed, and keeps the one before; a PIN may be voided by one', async () => {
      await signedIn();
      putRoster([LI, WANG], 9);
      assert.ok((await desk.signIn(LI.number, PIN)).ok);
      putRoster([WANG], 3);
      assert.ok((await desk.signIn(LI.number, PIN)).ok);
      writeFileSync(join(directory, 'roster.json'), '{"format":"mingjing/roster/1"}');
      assert.ok((await desk.signIn(LI.number, PIN)).ok);
      putRoster([WANG], 3);
      await restart();
      await refused(desk.signIn(LI.number, PIN), 'no-roster');
      putRoster([{ ...LI, pinEpoch: 1 }, WANG], 10);
      await refused(desk.signIn(LI.number, PIN), 'pin-not-set');
      assert.ok((await desk.setPin(LI.number, '864209')).ok);
      await refused(desk.signIn(LI.number, PIN), 'wrong-pin');
    });

    it('ends a session a minute after its last call, when it is told to, and with the desk', async () => {
      const one = await signedIn();
      const other = await signedIn();
      clock.pass(50_000);
      assert.ok(Array.isArray(await desk.offers(one.session)));
      clock.pass(50_000);
      assert.ok(Array.isArray(await desk.offers(one.session)));
      await refused(desk.offers(other.session), 'session-ended');
      desk.signOut(one.session);
      await refused(desk.take(one.session, 'cam-1'), 'session-ended');
      const last = await signedIn();
      await restart();
      await refused(desk.offers(last.session), 'session-ended');
      assert.deepEqual(entries(), []);
    });

    it('says so when the camera refuses or is gone; then the camera is as it was', async () => {
      const { session } = await signedIn();
      camera.lies.care = () => ({
        ok: false,
        code: 'hand-over-while-recording',
        message: { zh: '正在录制', en: 'Recording' },
      });
      await refused(desk.take(session, 'cam-1'), 'camera-refused');
      assert.deepEqual(ledger(), ['031337 taken refused']);
      await reach.pull();
      await refused(desk.take(session, 'cam-1'), 'camera-unreachable');
      assert.deepEqual(entries(), []);
      assert.deepEqual(ledger(), ['031337 taken refused']);
    });

    it('learns from the camera what became of a hand-over whose answer was lost', async () => {
      const { session } = await signedIn();
      let lose = true;
      const take = camera.takeAssignment.bind(camera);
      camera.takeAssignment = (delivery) => {
        const outcome = take(delivery);
        if (lose) throw new Error('the line broke');
        return outcome;
      };
      const answer = await desk.take(session, 'cam-1');
      assert.equal(answer.ok, false);
      lose = false;
      await restart();
      assert.deepEqual(ledger(), ['031337 taken done']);
      const again = await signedIn();
      assert.deepEqual(again.holds, ['cam-1']);
    });

    it('learns from the camera who took it elsewhere, once', async () => {
      camera.officer = { number: WANG.number, name: WANG.name };
      for (let n = 0; n < 3; n += 1) await present('ready');
      assert.deepEqual(ledger(), ['042042 taken seen']);
      camera.officer = undefined;
      clock.pass(DAY);
      await present('ready');
      assert.deepEqual(ledger(), ['042042 taken seen', '042042 returned seen']);
    });
  });
}
