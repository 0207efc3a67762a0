import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { readRuns, readStamps, readWavHead, WAV_HEAD_BYTES } from '@mingjing/protocol';
import { AUDIO, VIDEO } from '../../support/device-media.ts';
import { NOTHING_CAPTURED_MS } from '../../../device/core/ticking.ts';
import { PIECE_MS, RecorderBench, RESERVE } from '../../support/device-recorder.ts';

const video = (policy: object = {}): RecorderBench =>
  RecorderBench.withPolicy(policy).standby().fragments(2).press('record').fragments(1);
const audio = (policy: object = {}): RecorderBench =>
  RecorderBench.withPolicy(policy).standby().fragments(2).press('audio').captureStopped().soundReady();

function stampTimes(bench: RecorderBench): number[] {
  return bench
    .all('append-fragment')
    .map(({ parts }) => readStamps(parts[0] ?? new Uint8Array())[0]?.time ?? NaN);
}

describe('recorder: a capture that restarts', () => {
  it('leaves one recording with one init segment on one timeline; a gap stays a gap', () => {
    const bench = video().lose('picture');
    assert.deepEqual(bench.all('start-capture').at(-1), {
      type: 'start-capture',
      plan: { format: 'mp4', picture: false, sound: true },
      delayMs: 0,
    });
    bench.mono += 1_000;
    bench.mediaMs = 50;
    bench.captureReady({ picture: false }).fragments(2, { sources: { picture: false } });
    const [first, second] = bench.all('begin-segment');
    assert.equal(bench.all('open-recording').length, 1);
    assert.equal(second?.init, first?.init);
    assert.deepEqual(stampTimes(bench), [0, 800, 1_600, 3_400, 4_200]);
    const runs = readRuns(bench.all('append-fragment').at(-1)?.parts[1] ?? new Uint8Array());
    assert.deepEqual(
      runs.map(({ track, decodeTime }) => [track, decodeTime]),
      [[AUDIO.id, BigInt((4_200 * AUDIO.timescale) / 1000)]],
    );
  });

  it('looks for a lost picture, takes it in again, and journals both', () => {
    const bench = video()
      .lose('picture')
      .captureReady({ picture: false })
      .fragments(1, { sources: { picture: false } });
    assert.deepEqual(bench.warnings, ['picture-lost']);
    bench.tick(5_000);
    assert.deepEqual(bench.latestTypes, ['probe-sources']);
    bench.probed(false, true).tick(1_000);
    assert.deepEqual(bench.latestTypes, []);
    bench.tick(4_000).probed(true, true);
    assert.deepEqual(bench.latestTypes, ['stop-capture']);
    bench.captureStopped().captureReady().fragments(1);
    const told = bench
      .all('journal')
      .flatMap(({ entry }) => (entry.type === 'capture-changed' ? [entry] : []));
    assert.deepEqual(
      told.map(({ picture, sound, reason, recording }) => [picture, sound, reason, recording?.at(-1)]),
      [
        [false, true, 'picture-lost', '1'],
        [true, true, 'picture-back', '1'],
      ],
    );
    assert.equal(bench.all('open-recording').length, 1);
    assert.deepEqual(bench.warnings, []);
    assert.deepEqual(
      bench.all('alarm').map(({ code }) => code),
      ['picture-lost'],
    );
  });

  it('records picture without sound when the microphone goes', () => {
    const bench = video().lose('sound').captureReady({ sound: false });
    bench.fragments(1, { sources: { sound: false } });
    const runs = readRuns(bench.all('append-fragment').at(-1)?.parts[1] ?? new Uint8Array());
    assert.deepEqual(
      runs.map(({ track }) => track),
      [VIDEO.id],
    );
  });

  it('goes on in another recording at once when what comes does not fit the init segment', () => {
    const bench = video().lose().captureReady({ codec: 'othr' }).fragments(2);
    const [first, second] = bench.all('open-recording');
    assert.equal(bench.all('close-recording')[0]?.reason, 'capture-changed');
    assert.deepEqual([second?.cause, second?.continues], ['capture-changed', first?.recording]);
    assert.deepEqual(stampTimes(bench).slice(-2), [0, 800]);
  });

  it('begins with sound alone and, when the picture comes, goes on in another recording', () => {
    const bench = new RecorderBench().happen({ type: 'recovered' }).lose('picture');
    bench.captureReady({ picture: false }).fragments(1, { sources: { picture: false } });
    bench.press('record').fragments(1, { sources: { picture: false } });
    bench.probed(true, true).captureStopped().captureReady().fragments(1);
    assert.deepEqual(
      bench.all('close-recording').map(({ reason }) => reason),
      ['capture-changed'],
    );
    assert.equal(bench.mode, 'recording');
  });

  it('closes after half a minute without anything, and goes on by itself: nobody pressed stop', () => {
    const bench = video({ preRecordSeconds: 30 }).lose();
    const { recording } = bench.state.active ?? {};
    bench.tick(NOTHING_CAPTURED_MS - 1);
    assert.equal(bench.mode, 'recording');
    bench.tick(1);
    assert.equal(bench.all('close-recording')[0]?.reason, 'capture-lost');
    bench.captureReady().fragments(3).tick();
    const reopened = bench.all('open-recording')[1];
    assert.deepEqual([reopened?.cause, reopened?.continues], ['capture-back', recording]);
    assert.equal(bench.all('append-fragment').length, 3 + 3, 'with what came before it was opened');
    assert.deepEqual(bench.journaled, ['capture-changed', 'capture-changed']);
  });

  it('does not go on by itself when stop was pressed meanwhile', () => {
    const bench = video().lose().tick(NOTHING_CAPTURED_MS).press('stop');
    assert.equal(bench.answers.at(-1), 'recording-stopped');
    bench.captureReady().fragments(1).tick();
    assert.equal(bench.all('open-recording').length, 1);
  });
});

describe('recorder: post-record', () => {
  const post = (): RecorderBench => video({ postRecordSeconds: 3 }).press('stop');

  it('answers the press at once, and ends by itself with the fragment in which the time is over', () => {
    const bench = post();
    assert.deepEqual([bench.mode, bench.answers.at(-1)], ['post-record', 'post-recording']);
    bench.fragments(3);
    assert.equal(bench.mode, 'post-record');
    bench.fragments(1);
    assert.equal(bench.mode, 'closing');
    assert.equal(bench.all('close-recording')[0]?.reason, 'stopped');
  });

  it('ends at once when stop is pressed again, and goes on when record is', () => {
    assert.equal(post().press('stop').fragments(1).answers.at(-1), 'recording-stopped');
    const bench = post().press('record');
    assert.deepEqual([bench.mode, bench.answers.at(-1)], ['recording', 'recording-continued']);
    bench.fragments(10);
    assert.equal(bench.all('open-recording').length, 1);
    assert.equal(bench.mode, 'recording');
  });
});

describe('recorder: sound alone', () => {
  it('is captured as PCM, in WAV segments that begin with a stamped head', () => {
    const bench = audio({ segmentSeconds: 4 });
    assert.equal(bench.all('start-capture').at(-1)?.plan.format, 'wav');
    bench.press('mark').pieces(8);
    const [first, second] = bench.all('begin-segment');
    assert.deepEqual([first?.format, first?.init.length], ['wav', WAV_HEAD_BYTES]);
    const { stamp } = readWavHead(first?.init ?? new Uint8Array());
    assert.deepEqual([stamp.device, stamp.officer, stamp.marks], ['cam-1', '110-77', ['mark']]);
    const pieces = Math.round(4_000 / PIECE_MS);
    assert.equal(
      readWavHead(second?.init ?? new Uint8Array()).stamp.mono,
      (first === undefined ? 0 : 1_600) + pieces * PIECE_MS,
    );
    assert.deepEqual(
      bench.all('append-fragment').map(({ last }) => last),
      [...Array<boolean>(pieces - 1).fill(false), true, false, false],
      'nothing follows the last chunk of a segment but its end',
    );
  });

  it('keeps nothing of the pre-record ring, and ends with the piece that holds the press', () => {
    const bench = audio().pieces(2).press('stop').pieces(1, 20_000);
    assert.deepEqual(
      bench.all('append-fragment').map(({ parts }) => parts.length),
      [1, 1, 1],
    );
    assert.equal(bench.answers.at(-1), 'recording-stopped');
    assert.deepEqual(bench.latestTypes.at(-1), 'stop-capture', 'the picture comes back for the ring');
  });

  it('gives way to video and the other way round, each closed before the other is opened', () => {
    const bench = audio().pieces(1).press('record').pieces(1);
    assert.deepEqual(bench.answers, ['audio-started', 'recording-started']);
    bench.captureStopped().captureReady().fragments(1).press('audio').fragments(1);
    const order = bench.commands.flatMap((one) =>
      one.type === 'open-recording' ? [one.mode] : one.type === 'close-recording' ? ['close'] : [],
    );
    assert.deepEqual(order, ['audio', 'close', 'video', 'close', 'audio']);
  });

  it('is refused where there is no microphone, and while muted', () => {
    const deaf = new RecorderBench({ sources: { picture: true, sound: false } });
    deaf.happen({ type: 'recovered' }).captureReady({ sound: false }).press('audio');
    assert.equal(deaf.answers.at(-1), 'no-sound');
    const muted = RecorderBench.withPolicy({ muteAllowed: true }).standby().press('mute').press('audio');
    assert.equal(muted.answers.at(-1), 'sound-is-muted');
  });
});

describe('recorder: sound that nobody wants', () => {
  const began = (bench: RecorderBench): number[] =>
    bench.all('append-fragment').map(({ parts }) => bench.pieceMono.get(parts[0] ?? new Uint8Array()) ?? NaN);

  it('stays out of sound alone that goes on by itself while the camera was muted', () => {
    const bench = audio({ muteAllowed: true }).pieces(2).lose();
    bench
      .tick(NOTHING_CAPTURED_MS + 1_000)
      .press('mute')
      .soundReady()
      .pieces(2);
    const { mono } = bench;
    bench.mono += 600;
    bench.press('mute').tick();
    const unmuted = bench.mono;
    bench.mono = mono;
    const kept = bench.all('append-fragment').length;
    bench.pieces(3);
    assert.notEqual(bench.state.active, undefined);
    assert.deepEqual(began(bench).slice(kept), [mono + 2 * PIECE_MS], 'one whole piece more is left out');
    assert.ok(mono + 2 * PIECE_MS - PIECE_MS >= unmuted);
  });

  it('stays out of sound alone that is begun again before the last piece has come', () => {
    const bench = audio().pieces(2).press('stop');
    const { mono } = bench;
    bench.mono += 600;
    bench.press('audio');
    bench.mono = mono;
    bench.pieces(4);
    const [, first, second] = bench.all('open-recording').map(({ recording }) => recording);
    assert.equal(second, undefined);
    const of = (recording: string | undefined): number[] =>
      bench
        .all('append-fragment')
        .filter((one) => one.recording === recording)
        .map(({ parts }) => bench.pieceMono.get(parts[0] ?? new Uint8Array()) ?? NaN);
    assert.deepEqual(of(first), [mono + 2 * PIECE_MS, mono + 3 * PIECE_MS]);
    assert.deepEqual(bench.answers, ['audio-started', 'recording-stopped', 'audio-started']);
  });

  it('stays out of sound alone that is begun while the run of the one before still ends', () => {
    const bench = audio().pieces(2).press('stop').pieces(1);
    assert.equal(bench.state.capture.phase, 'stopping');
    const { mono } = bench;
    bench.mono += 600;
    bench.press('audio');
    bench.mono = mono;
    const kept = began(bench).length;
    bench.pieces(1);
    assert.equal(began(bench).length, kept, 'it began before the press');
    bench.captureStopped().soundReady().pieces(1);
    assert.equal(began(bench).length, kept + 1, 'a run that was asked for later is heard from its beginning');
  });

  it('stays out though a fragment is handed on late, and so is believed to begin late', () => {
    const bench = video({ muteAllowed: true }).press('mute').fragments(1);
    bench.press('mute').fragments(3);
    const tracks = bench
      .all('append-fragment')
      .map(({ parts }) => readRuns(parts[1] ?? new Uint8Array()).length);
    assert.deepEqual(tracks.slice(-4), [1, 1, 2, 2], 'the one that seems to begin with the press has none');
  });
});

describe('recorder: what a recording says of itself from its beginning', () => {
  const own = (bench: RecorderBench): unknown[] =>
    bench.all('journal').flatMap(({ entry }) => {
      if (!('recording' in entry) || entry.recording !== bench.state.active?.recording) return [];
      if (entry.type === 'setting-changed') return [`${entry.setting} ${entry.on ? 'on' : 'off'}`];
      return entry.type === 'capture-changed' ? [entry.reason] : [];
    });

  it('is that the camera was muted and hidden before the press', () => {
    const set = RecorderBench.withPolicy({ muteAllowed: true, stealthAllowed: true }).standby();
    set.press('mute').press('stealth').press('record').fragments(1);
    assert.deepEqual(own(set), ['mute on', 'stealth on']);
    assert.deepEqual(own(video()), [], 'of what is as ever nothing is said');
  });

  it('is what was lost before the press, also where it continues another', () => {
    const deaf = RecorderBench.withPolicy({}).standby().fragments(1).lose('sound');
    deaf
      .captureReady({ sound: false })
      .fragments(2, { sources: { sound: false } })
      .press('record');
    assert.deepEqual(own(deaf), ['sound-lost']);
    deaf.lose().captureReady({ sound: false, codec: 'othr' });
    assert.equal(deaf.all('open-recording').length, 2);
    assert.deepEqual(own(deaf), ['sound-lost']);
  });
});

describe('recorder: where a short press ends nothing', () => {
  const gentle = { stopBy: 'long-press', postRecordSeconds: 10 };

  it('neither does one on the other button, in post-recording neither', () => {
    const bench = video(gentle).press('audio').fragments(1);
    assert.deepEqual([bench.mode, bench.answers.at(-1)], ['recording', 'hold-to-stop']);
    bench.press('stop').press('audio').fragments(1);
    assert.deepEqual([bench.mode, bench.answers.at(-1)], ['post-record', 'hold-to-stop']);
    const sound = audio(gentle).pieces(1).press('record').pieces(1);
    assert.deepEqual([sound.mode, sound.answers.at(-1)], ['recording', 'hold-to-stop']);
  });

  it('one that is held gives way to the other kind, as does what was told to end', () => {
    const sound = audio(gentle).pieces(1).hold('record').pieces(1);
    assert.equal(sound.answers.at(-1), 'recording-started');
    const ending = video({ ...gentle, postRecordSeconds: 0 })
      .press('stop')
      .press('audio')
      .fragments(1);
    assert.deepEqual(ending.answers.slice(-2), ['recording-stopped', 'audio-started']);
  });
});

describe('recorder: a medium that fails for a while', () => {
  const fail = (bench: RecorderBench, more: object): RecorderBench =>
    bench.happen({ type: 'storage-failed', full: false, detail: 'EIO', ...more });

  it('lets what nobody stopped go on by itself when it takes bytes again', () => {
    const bench = video().storageFails();
    const [first] = bench.all('open-recording');
    assert.equal(bench.tick(500).state.active, undefined, 'not before');
    bench.level(1_000 * RESERVE).tick(500);
    const second = bench.all('open-recording')[1];
    assert.deepEqual([second?.continues, second?.cause], [first?.recording, 'storage-back']);
  });

  it('lets nothing go on that was stopped, or never opened, or when it was full or docked', () => {
    const back = (bench: RecorderBench): number =>
      bench
        .level(1_000 * RESERVE)
        .tick(500)
        .all('open-recording').length;
    assert.equal(back(video().press('stop').storageFails()), 1);
    assert.equal(back(video({ postRecordSeconds: 60 }).press('stop').storageFails()), 1);
    assert.equal(back(video().storageFails().press('stop')), 1, 'stopped while it failed');
    assert.equal(back(video().storageFails(true)), 1);
    assert.equal(back(video().happen({ type: 'dock', attached: true }).storageFails()), 1);
    const unopened = video();
    const name = unopened.state.active?.recording ?? '';
    assert.equal(back(fail(unopened, { unopened: name })), 1);
    assert.equal(back(fail(video().storageFails(), { unopened: name })), 1);
  });

  it('is told anew, when it takes entries again, what holds though it could not be written', () => {
    const bench = video({ muteAllowed: true }).press('mute');
    const unwritten = bench.all('journal').at(-1)?.entry;
    fail(bench, { unwritten });
    const before = bench.commands.length;
    bench.level(1_000 * RESERVE);
    assert.deepEqual(bench.commands.slice(before, before + 2), [
      { type: 'salvage' },
      { type: 'journal', entry: { type: 'setting-changed', setting: 'mute', on: true } },
    ]);
    bench.storageFails().level(1_000 * RESERVE);
    assert.equal(bench.latestTypes.filter((type) => type === 'journal').length, 0, 'once');
  });

  it('keeps a policy for the next start only behind its entry', () => {
    const bench = RecorderBench.withPolicy({ version: 1 }).standby().apply({ version: 2 });
    assert.deepEqual(bench.latestTypes.slice(0, 2), ['journal', 'keep-policy']);
  });
});

describe('recorder: photo', () => {
  it('is the picture of the fragment that holds the press, without its sound, during video', () => {
    const bench = video();
    bench.mono += 300;
    bench.press('photo');
    bench.mono -= 300;
    bench.fragments(1);
    const [developed] = bench.all('develop-photo');
    assert.deepEqual(
      developed?.fragment.runs.map(({ track }) => track),
      [VIDEO.id],
    );
    const { recording } = developed;
    bench.happen({ type: 'photo-developed', recording, jpeg: new Uint8Array(4) });
    const [stored] = bench.all('store-photo');
    assert.equal(stored?.during, bench.state.active?.recording);
    assert.equal(stored?.stamp.mono, bench.mono - 800);
    assert.equal(bench.answers.at(-1), 'photo-taken');
    assert.equal(bench.mode, 'recording');
  });

  it('that cannot be made, or of which nothing comes, is told', () => {
    const bench = new RecorderBench().standby().press('photo').fragments(1);
    const [photo] = bench.all('develop-photo');
    bench.happen({ type: 'photo-failed', recording: photo?.recording ?? '' });
    assert.equal(bench.answers.at(-1), 'photo-failed');
    bench.press('photo').tick(2_499);
    assert.equal(bench.answers.length, 1);
    bench.tick(1);
    assert.deepEqual(bench.answers, ['photo-failed', 'photo-failed']);
  });
});

describe('recorder: what policy decides', () => {
  it('forbids mute and stealth in words, but lets them be turned off', () => {
    const bench = new RecorderBench().standby().press('mute').press('stealth');
    assert.deepEqual(bench.answers, ['mute-not-allowed', 'stealth-not-allowed']);
    const allowed = RecorderBench.withPolicy({ muteAllowed: true, version: 1 }).standby().press('mute');
    allowed.apply({ version: 2 }).press('mute');
    assert.deepEqual(allowed.answers, ['muted', 'policy-applied', 'unmuted']);
  });

  it('turns off at the next recording what it no longer allows, and journals it', () => {
    const bench = RecorderBench.withPolicy({ muteAllowed: true, stealthAllowed: true }).standby();
    bench.press('mute').press('stealth').apply({ version: 1 }).press('record');
    assert.deepEqual(
      bench
        .all('journal')
        .flatMap(({ entry }) => (entry.type === 'setting-changed' ? [[entry.setting, entry.on]] : [])),
      [
        ['mute', true],
        ['stealth', true],
        ['mute', false],
        ['stealth', false],
      ],
    );
  });

  it('holds from the next recording on', () => {
    const bench = video({ version: 1 })
      .apply({ version: 2, segmentSeconds: 2, postRecordSeconds: 9 })
      .fragments(5);
    assert.equal(bench.all('begin-segment').length, 2, 'still four seconds each');
    bench.press('stop').fragments(1);
    assert.equal(bench.mode, 'closing');
    bench.press('record').fragments(5).press('stop');
    assert.equal(bench.mode, 'post-record');
  });

  it('is never an older one, nor another under the version of an applied one', () => {
    const bench = RecorderBench.withPolicy({ version: 3 }).standby();
    bench.apply({ version: 2 }).apply({ version: 4 }).apply({ version: 4 });
    assert.deepEqual(bench.answers, ['policy-refused', 'policy-applied', 'policy-refused']);
    assert.deepEqual(bench.journaled, ['policy-applied']);
    assert.equal(bench.all('keep-policy').length, 1);
  });

  it('is none that leaves no number for the next', () => {
    const bench = RecorderBench.withPolicy({ version: 3 }).standby();
    bench.apply({ version: 0xffff_ffff }).apply({ version: 1_004 });
    assert.equal(bench.state.policy.version, 3);
    assert.match(bench.all('alarm').at(-1)?.detail ?? '', /version 1004 after 3, more than 1000 ahead/);
    bench.apply({ version: 1_003 }).apply({ version: 1_004 });
    const said = ['policy-refused', 'policy-refused', 'policy-applied', 'policy-applied'];
    assert.deepEqual(bench.answers, said);
  });

  it('restarts the capture for other pictures, but never within a recording', () => {
    const picture = { framesPerSecond: 15 };
    const idle = new RecorderBench().standby().apply({ version: 1, picture });
    assert.equal(idle.latestTypes.at(-1), 'stop-capture');
    const bench = video().apply({ version: 1, picture });
    assert.ok(!bench.latestTypes.includes('stop-capture'));
    bench.press('stop').fragments(1);
    assert.equal(bench.latestTypes.at(-1), 'stop-capture');
  });

  it('lets an order begin a recording, and an order end only what an order began', () => {
    assert.deepEqual(new RecorderBench().standby().order('start').answers, ['order-not-allowed']);
    const bench = RecorderBench.withPolicy({ startByOrder: true }).standby().order('start').fragments(1);
    assert.equal(bench.all('open-recording')[0]?.cause, 'order');
    assert.equal(bench.order('stop').fragments(1).answers.at(-1), 'recording-stopped');
    bench.press('record').order('stop');
    assert.equal(bench.answers.at(-1), 'order-not-allowed');
  });

  it('lets no order end, or take over, an officer’s recording that waits for its capture', () => {
    for (const startByOrder of [false, true]) {
      const bench = video({ startByOrder }).lose().tick(NOTHING_CAPTURED_MS);
      assert.notEqual(bench.state.resume, undefined);
      assert.equal(bench.order('stop').answers.at(-1), 'order-not-allowed');
      const start = bench.order('start').answers.at(-1);
      assert.equal(start, startByOrder ? 'already-recording' : 'order-not-allowed');
      bench.captureReady().tick(500).fragments(1);
      assert.equal(bench.mode, 'recording');
      assert.equal(bench.order('stop').answers.at(-1), 'order-not-allowed');
    }
  });

  it('lets an order end an ordered recording that goes on in another', () => {
    const bench = RecorderBench.withPolicy({ startByOrder: true }).standby().order('start').fragments(1);
    bench.lose().tick(NOTHING_CAPTURED_MS).captureReady().tick(500).fragments(1);
    assert.equal(bench.mode, 'recording');
    assert.equal(bench.order('stop').fragments(1).answers.at(-1), 'recording-stopped');
  });

  it('makes an ordered recording the officer’s who presses record', () => {
    const bench = RecorderBench.withPolicy({ startByOrder: true }).standby().order('start').fragments(1);
    assert.equal(bench.press('record').answers.at(-1), 'already-recording');
    assert.equal(bench.order('stop').answers.at(-1), 'order-not-allowed');
  });

  it('lets no ordered recording push aside the one an officer wants next', () => {
    const bench = video({ startByOrder: true }).press('audio').order('start');
    assert.equal(bench.answers.at(-1), 'already-recording');
    assert.equal(bench.state.active?.stop?.next?.mode, 'audio');
  });

  it('says how to stop when record is pressed again', () => {
    const again = (stopBy: string): string | undefined => video({ stopBy }).press('record').answers.at(-1);
    assert.equal(again('long-press'), 'hold-to-stop');
    assert.equal(again('press'), 'already-recording');
  });
});

describe('recorder: battery', () => {
  const bench = (): RecorderBench => video({ battery: { warnAtPercent: [20, 10], stopAtPercent: 5 } });
  const alarms = (b: RecorderBench): string[] => b.all('alarm').map(({ code }) => code);

  it('warns once at each level, again only after it was well above', () => {
    const b = bench().battery(20).battery(19).battery(21).battery(20);
    assert.deepEqual(alarms(b), ['battery-low']);
    assert.deepEqual(b.warnings, ['battery-low']);
    b.battery(10);
    assert.equal(alarms(b).length, 2);
    b.battery(24).battery(20);
    assert.equal(alarms(b).length, 3);
  });

  it('closes everything and asks to be shut down at the stop level', () => {
    const b = bench().battery(5).battery(4).battery(5);
    assert.equal(b.all('close-recording')[0]?.reason, 'battery-low');
    assert.deepEqual(b.latestTypes.slice(-3), ['publish-state', 'switch-off', 'stop-capture']);
    assert.equal(b.press('record').answers.at(-1), 'powered-off');
    b.happen({ type: 'shutdown', reason: 'battery-empty' });
    assert.equal(b.all('power-off')[0]?.reason, 'battery-empty');
  });

  it('believes nobody who says so once, or not in a row', () => {
    const b = bench().press('record').fragments(1).battery(60).battery(0).battery(59).battery(0).battery(0);
    assert.deepEqual([b.mode, b.all('switch-off').length], ['recording', 0]);
    b.battery(3, true).battery(0).battery(0);
    assert.deepEqual([b.mode, b.all('switch-off').length], ['recording', 0]);
    assert.equal(b.battery(0).mode, 'off');
  });

  it('does nothing of the kind while power comes from outside', () => {
    const b = bench().battery(10).battery(3, true);
    assert.equal(b.mode, 'recording');
    assert.deepEqual(b.warnings, []);
  });
});

describe('recorder: dock, space, troubles, officers', () => {
  it('takes nothing in while docked; a recording in hand goes on to its own end first', () => {
    const bench = video().happen({ type: 'dock', attached: true }).fragments(1);
    assert.equal(bench.mode, 'recording');
    bench.press('stop').fragments(1);
    assert.equal(bench.latestTypes.at(-1), 'stop-capture');
    bench.captureStopped().closedByWorld();
    assert.equal(bench.mode, 'docked');
    assert.equal(bench.press('record').answers.at(-1), 'docked');
    bench.happen({ type: 'dock', attached: false });
    assert.equal(bench.latestTypes.at(-1), 'start-capture');
  });

  it('journals when it is docked and taken out, once each, and behind the start what was before it', () => {
    const dock = (bench: RecorderBench, attached: boolean): RecorderBench =>
      bench.happen({ type: 'dock', attached });
    const bench = dock(RecorderBench.withPolicy({}), true);
    assert.deepEqual(bench.journaled, [], 'there is no journal yet');
    bench.happen({ type: 'recovered' });
    dock(dock(dock(bench, true), false), false);
    assert.deepEqual(bench.journaled, ['docked', 'undocked']);
    const off = dock(RecorderBench.withPolicy({}).standby().shutDown(), true);
    assert.deepEqual(off.journaled, [], 'power-off is the last entry');
  });

  it('warns of space once at each level of policy', () => {
    const levels = [50 * RESERVE, 20 * RESERVE];
    const bench = RecorderBench.withPolicy({ storage: { warnAtBytes: levels } }).standby();
    for (const reserves of [60, 49, 51, 49, 19, 19, 2.9, 2.9, 60, 49]) bench.level(reserves * RESERVE);
    assert.equal(bench.all('alarm').length, 4);
    assert.deepEqual(bench.warnings, ['storage-low']);
  });

  it('tells a trouble once, as long as it stands', () => {
    const bench = new RecorderBench().standby();
    const lost = { type: 'trouble', trouble: 'buttons-lost', detail: 'gone' } as const;
    bench.happen(lost).happen(lost);
    assert.deepEqual([bench.all('alarm').length, bench.warnings], [1, ['buttons-lost']]);
    bench.happen({ type: 'trouble', trouble: 'buttons-lost' });
    assert.deepEqual(bench.warnings, []);
    for (const kind of ['sound-drifts', 'sound-drifts'] as const)
      bench.happen({ type: 'capture-trouble', kind, detail: '1.2 s' });
    assert.deepEqual(bench.warnings, ['sound-drifts']);
    assert.equal(bench.all('alarm').length, 2);
  });

  it('keeps what was reported before the journal was open until it is', () => {
    const bench = new RecorderBench();
    bench.happen({ type: 'trouble', trouble: 'buttons-lost', detail: 'gone' });
    assert.equal(bench.commands.length, 0);
    bench.happen({ type: 'recovered' });
    assert.equal(bench.all('alarm')[0]?.code, 'buttons-lost');
  });

  it('hands over: the one returns it, the other has it, and the stamps say so', () => {
    const bench = new RecorderBench().standby().handTo('110-88');
    assert.deepEqual(bench.journaled, ['officer-returned', 'officer-assigned']);
    assert.equal(bench.all('keep-officer')[0]?.officer?.number, '110-88');
    bench.handTo('110-88');
    assert.deepEqual(bench.latestTypes, ['answer'], 'twice is once');
    bench.press('record').fragments(1);
    assert.equal(bench.all('open-recording')[0]?.officer, '110-88');
    const [emsg] = bench.all('append-fragment')[0]?.parts ?? [];
    assert.equal(readStamps(emsg ?? new Uint8Array())[0]?.stamp.officer, '110-88');
  });
});
