import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { readCameraPolicy } from '@mingjing/protocol';
import type { ButtonName } from '../../../device/ports/buttons.ts';
import type { Cue } from '../../../device/core/signals.ts';
import { Panel } from '../../../device/shell/panel.ts';
import { ScriptedAnnouncer } from '../../../device/simulated/scripted-announcer.ts';
import { ScriptedButtons } from '../../../device/simulated/scripted-buttons.ts';
import { ScriptedSignals } from '../../../device/simulated/scripted-signals.ts';
import { quiet } from '../../support/device-capture.ts';
import { until } from '../../support/processes.ts';
import { ScriptedHands } from '../../support/scripted-hands.ts';
import { TurnableClock } from '../../support/turnable-clock.ts';

class Case {
  readonly clock = new TurnableClock();
  readonly hands = new ScriptedHands();
  readonly buttons = new ScriptedButtons(this.clock);
  readonly signals = new ScriptedSignals();
  readonly announcer = new ScriptedAnnouncer();
  readonly panel = new Panel({
    hands: this.hands,
    clock: this.clock,
    log: quiet,
    buttons: [this.buttons],
    signals: [this.signals],
    announcers: [this.announcer],
    agencyName: '滨江区城管局',
  });

  get cues(): Cue[] {
    return this.signals.cues.map(({ cue }) => cue);
  }

  async tap(button: ButtonName): Promise<void> {
    this.buttons.edge(button, true);
    await new Promise((resolve) => setTimeout(resolve, 60));
    this.buttons.edge(button, false);
  }

  async haveCues(...cues: Cue[]): Promise<void> {
    await until(`the cues ${cues.join(', ')}`, () => this.cues.length >= cues.length, 10_000, 5);
    assert.deepEqual(this.cues, cues);
  }
}

async function withCase(use: (worn: Case) => Promise<void>): Promise<void> {
  const worn = new Case();
  try {
    await use(worn);
  } finally {
    await worn.panel.close();
  }
}

describe('panel', function () {
  this.timeout(30_000);

  it('shows what the camera is, from the first moment on, and is dark when closed', async () => {
    const worn = new Case();
    assert.equal(worn.signals.pattern.green, 'on');
    worn.hands.become({ mode: 'recording', activity: 'video', recording: '1' });
    assert.deepEqual(worn.signals.pattern, { green: 'off', yellow: 'off', red: 'on' });
    await worn.panel.close();
    assert.deepEqual(worn.signals.pattern, { green: 'off', yellow: 'off', red: 'off' });
  });

  it('says and sounds that it records when that is durable, not before', () =>
    withCase(async (worn) => {
      worn.hands.become({ officerName: '张三', officerCertificate: '1-09' });
      worn.hands.hold();
      worn.hands.answer('recording-started');
      await worn.tap('record');
      await until('the press', () => worn.hands.presses.length === 1);
      worn.hands.become({ mode: 'recording', activity: 'video', recording: '1' });
      assert.deepEqual([worn.cues, worn.announcer.said], [[], []]);
      worn.hands.letGo();
      await worn.haveCues('started');
      assert.deepEqual(worn.announcer.said, [
        {
          language: 'zh-CN',
          text: '您好，我是滨江区城管局执法人员张三，执法证号一零九。现在开始全程录音录像。',
          occasion: 'recording',
        },
      ]);
    }));

  it('stops while the button is still held', () =>
    withCase(async (worn) => {
      worn.hands.become({ mode: 'recording', activity: 'video', recording: '1' });
      worn.hands.answer('recording-stopped');
      const from = worn.clock.now().mono;
      worn.buttons.edge('record', true);
      await worn.haveCues('started', 'stopped');
      const heldMs = worn.clock.now().mono - from;
      assert.ok(heldMs >= 1_500 && heldMs < 2_500, `${heldMs} ms`);
      assert.deepEqual(worn.hands.presses, ['stop']);
    }));

  it('refuses a short press that would stop', () =>
    withCase(async (worn) => {
      worn.hands.become({ mode: 'recording', activity: 'video', recording: '1' });
      worn.hands.answer('hold-to-stop');
      await worn.tap('record');
      await worn.haveCues('started', 'refused');
      assert.deepEqual(worn.hands.presses, ['record']);
    }));

  it('stops by a press where policy says so', () =>
    withCase(async (worn) => {
      worn.hands.become({
        policy: readCameraPolicy({ stopBy: 'press' }),
        mode: 'recording',
        activity: 'video',
      });
      await worn.tap('record');
      await until('the press', () => worn.hands.presses.length === 1);
      assert.deepEqual(worn.hands.presses, ['stop']);
    }));

  it('tells of a recording that somebody else began, once, and of one that goes on as another not at all', () =>
    withCase(async (worn) => {
      worn.hands.become({ mode: 'recording', activity: 'audio', recording: '1' });
      await worn.haveCues('started');
      assert.match(worn.announcer.said[0]?.text ?? '', /全程录音。$/);
      worn.hands.become({ recording: '2' });
      worn.hands.become({ mode: 'standby' });
      await worn.haveCues('started', 'stopped');
      assert.equal(worn.announcer.said.length, 1);
    }));

  it('is dark and makes no sound in stealth, and is felt', () =>
    withCase(async (worn) => {
      worn.hands.become({ stealth: true });
      worn.hands.answer('recording-started');
      await worn.tap('record');
      worn.hands.become({
        mode: 'recording',
        activity: 'video',
        recording: '1',
        warnings: ['storage-failed'],
      });
      await worn.tap('power');
      await until('cues', () => worn.cues.includes('warning') && worn.cues.includes('started'), 5_000, 5);
      assert.ok(worn.signals.cues.every(({ silently }) => silently));
      assert.deepEqual(worn.announcer.said, []);
      assert.ok(Object.values(worn.signals.pattern).every((blink) => blink === 'off'));
    }));

  it('says nothing where policy does not let it speak', () =>
    withCase(async (worn) => {
      worn.hands.become({ policy: readCameraPolicy({ announcement: { spoken: false } }) });
      worn.hands.become({ mode: 'recording', activity: 'video', recording: '1' });
      worn.hands.become({ mode: 'standby' }, 'recording', 'activity');
      await worn.tap('power');
      await worn.haveCues('started', 'stopped', 'ready');
      assert.deepEqual(worn.announcer.said, []);
    }));

  it('says how it is when power is pressed, but not into a recording', () =>
    withCase(async (worn) => {
      worn.hands.become({ battery: { percent: 80, charging: false }, warnings: ['position-lost'] });
      await worn.tap('power');
      await until('it is said', () => worn.announcer.said.length === 1, 5_000, 5);
      assert.match(worn.announcer.said[0]?.text ?? '', /^待机。电量百分之八十。.*没有定位。$/);
      worn.hands.become({ mode: 'recording', activity: 'video', recording: '1' });
      const said = worn.announcer.said.length;
      await worn.tap('power');
      await until('the cue', () => worn.cues.filter((cue) => cue === 'warning').length >= 3, 5_000, 5);
      assert.equal(worn.announcer.said.length, said);
    }));

  it('shuts down when power is held for three seconds', () =>
    withCase(async (worn) => {
      worn.buttons.edge('power', true);
      await until('it shuts down', () => worn.hands.shutDowns.length === 1, 10_000, 10);
      assert.deepEqual(worn.hands.shutDowns, ['button']);
    }));

  it('reports buttons that cannot be heard for ten seconds, and that they can again', () =>
    withCase(async (worn) => {
      worn.buttons.lose('gpiomon left');
      // The panel has looked at least once.
      await new Promise((resolve) => setTimeout(resolve, 1_100));
      assert.deepEqual(worn.hands.reports, []);
      worn.clock.ahead += 10_000;
      await until('it is reported', () => worn.hands.reports.length === 1, 5_000, 10);
      assert.deepEqual(worn.hands.reports, ['gpiomon left']);
      worn.buttons.restore();
      await until('it is taken back', () => worn.hands.reports.length === 2, 5_000, 10);
      assert.deepEqual(worn.hands.reports, ['gpiomon left', undefined]);
    }));

  it('reports a button that is stuck, until it is free', () =>
    withCase(async (worn) => {
      worn.buttons.edge('mark', true);
      await until('the key mark', () => worn.hands.presses.includes('key-mark'), 5_000, 10);
      worn.clock.ahead += 30_000;
      worn.buttons.edge('photo', true);
      worn.buttons.edge('photo', false);
      await until('it is reported', () => worn.hands.reports.length === 1, 5_000, 10);
      assert.deepEqual(worn.hands.reports, ['the mark button stays down']);
      worn.buttons.edge('mark', false);
      await until('it is taken back', () => worn.hands.reports.at(-1) === undefined, 5_000, 10);
    }));
});
