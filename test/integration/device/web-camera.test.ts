import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import { HOLD_TO_STOP_MS } from '../../../device/core/gestures.ts';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import { CameraProgram } from '../../support/device-program.ts';
import { auditJournal } from '../../support/device-journal.ts';
import { until } from '../../support/processes.ts';
import { temporaryDirectories } from '../../support/temporary.ts';
import { WebPage } from '../../support/web-page.ts';

describe('the web camera', () => {
  const temporary = temporaryDirectories();
  let agency: TestAgency;
  let identity: string;
  let camera: CameraProgram;
  let page: WebPage;

  before(async () => {
    agency = await makeTestAgency();
    identity = await agency.enrol('camera', 'cam-1', { epoch: 1 });
  });

  after(() => agency.close());

  beforeEach(async () => {
    camera = await CameraProgram.fast(temporary(), identity, { web: { port: 0 } });
    await camera.start();
    page = await WebPage.enter(camera.web);
    await page.listen();
    await page.untilView('it is in standby', ({ mode }) => mode === 'standby');
  });

  afterEach(async () => {
    page.leave();
    await camera.stop();
  });

  /** As a finger does it. */
  async function hold(button: string, millis: number): Promise<void> {
    await page.push(button, true);
    await new Promise((resolve) => setTimeout(resolve, millis));
    await page.push(button, false);
  }

  const tap = (button: string): Promise<void> => hold(button, 80);

  it('records from the page’s button down to its long press, and the journal knows', async () => {
    await tap('record');
    const { recording = '' } = await page.untilView('it records', ({ mode }) => mode === 'recording');
    assert.deepEqual((page.last('lights') as { red: unknown }).red, 'on');
    await tap('mark');
    await until('the mark is felt', () => JSON.stringify(page.last('cue')).includes('marked'));
    await tap('record');
    await page.untilView(
      'a short press is answered in words',
      ({ notice }) => notice?.zh.includes('长按') === true,
    );
    assert.equal(page.view?.mode, 'recording');
    await hold('record', HOLD_TO_STOP_MS + 200);
    await page.untilView('it has stopped', ({ mode }) => mode === 'standby');
    page.leave();
    assert.ok(await camera.stop());
    const journal = camera.openJournal();
    const model = auditJournal(journal, identity).recordings.get(recording);
    journal.close();
    assert.equal(model?.closed?.body.reason, 'stopped');
    assert.equal(model.closed.body.marks, 1);
  });

  it('shows the picture as it comes, to a late comer from the head on', async () => {
    const { type, start } = await page.look(20_000);
    assert.match(type, /^video\/mp4; codecs="avc1\./);
    assert.equal(start.toString('latin1', 4, 8), 'ftyp');
    assert.ok(start.includes('moof'));
  });

  it('goes on with sound when the camera is unplugged, says so, and finds the picture again', async () => {
    // A recording that begins with sound alone goes on in another when the picture comes.
    await page.untilView('it has seen something', ({ ringSeconds }) => ringSeconds > 0);
    await tap('record');
    const { recording } = await page.untilView('it records', ({ mode }) => mode === 'recording');
    await page.order('/world', { picture: false });
    await page.untilView(
      'it warns',
      ({ warnings, mode }) => warnings.includes('picture-lost') && mode === 'recording',
    );
    await page.order('/world', { picture: true });
    const healed = await page.untilView(
      'the picture is back',
      (view) => view.picture && view.mode === 'recording',
    );
    assert.equal(healed.recording, recording);
    assert.ok(!healed.warnings.includes('picture-lost'));
  });

  it('ends in order when the battery is empty', async () => {
    await tap('record');
    await page.untilView('it records', ({ mode }) => mode === 'recording');
    await page.order('/world', { battery: 15 });
    await page.untilView('it warns', ({ warnings }) => warnings.includes('battery-low'));
    await page.order('/world', { battery: 4 });
    await page.untilView('it is off', ({ mode }) => mode === 'off');
    await until('the process has ended', () => !camera.running);
    const journal = camera.openJournal();
    assert.equal(journal.last?.type, 'power-off');
    const reasons = [...auditJournal(journal, identity).recordings.values()].map(
      ({ closed }) => closed?.body.reason,
    );
    journal.close();
    assert.deepEqual(reasons, ['battery-low']);
  });

  it('loses its power when the battery is pulled, and says so at the next start', async () => {
    await tap('record');
    await page.untilView('it records', ({ mode }) => mode === 'recording');
    assert.equal((await page.order('/power-cut', {})).status, 200);
    await until('the process is gone', () => !camera.running);
    await camera.start();
    page = await WebPage.enter(
      readFileSync(join(camera.directory, 'state/web-camera-link.txt'), 'utf8').trim(),
    );
    await page.listen();
    await page.untilView('it is in standby', ({ mode }) => mode === 'standby');
    page.leave();
    await camera.stop();
    const journal = camera.openJournal();
    const reasons = [...auditJournal(journal, identity).recordings.values()].map(
      ({ closed }) => closed?.body.reason,
    );
    journal.close();
    assert.deepEqual(reasons, ['power-loss']);
  });

  it('docks, moves and has its clock set by hand', async () => {
    await page.order('/world', { position: { lat: 30.25, lon: 120.16 } });
    await page.untilView('it knows where it is', ({ position }) => position?.lat === 30.25);
    const before = Date.parse(page.view?.at ?? '');
    await page.order('/world', { clockJumpMs: 3_600_000 });
    await page.untilView('its clock has jumped', ({ at }) => Date.parse(at) - before > 3_500_000);
    await page.order('/dock', { attached: true });
    await page.untilView('it is docked', ({ mode, attached }) => mode === 'docked' && attached);
    await tap('record');
    await page.untilView('it refuses in words', ({ notice }) => notice?.zh.includes('采集站') === true);
    await page.order('/dock', { attached: false });
    await page.untilView('it is out again', ({ mode }) => mode === 'standby');
  });
});
