import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, it } from 'mocha';
import { readCameraPolicy } from '@mingjing/protocol';
import { SpeechAnnouncer } from '../../../device/adapters/speech-announcer.ts';
import { recordingWords, stateWords } from '../../../device/core/announcement.ts';
import type { Announcement } from '../../../device/ports/announcer.ts';
import { quiet } from '../../support/device-capture.ts';
import { withDirectory } from '../../support/device-footage.ts';
import { until } from '../../support/processes.ts';

const run = promisify(execFile);
const SPEAKER = { agency: '滨江区城管局', name: '张三', certificate: '浙A-1092345678' };
const WORDS = recordingWords(
  readCameraPolicy({ announcement: { languages: ['zh-CN', 'en'] } }),
  SPEAKER,
  'picture-and-sound',
);

function announcement(
  language: Announcement['language'],
  occasion: Announcement['occasion'] = 'recording',
): Announcement {
  const text = WORDS.find((one) => one.language === language)?.text ?? '';
  return { language, text, occasion };
}

/** A player that keeps what it is given, beside the options it was given it with. */
function keepingPlayer(directory: string, script = ''): string {
  const path = join(directory, 'aplay');
  const keep = `n=$(ls ${directory} | grep -c '^heard' || true); echo "$@" > ${directory}/options; `;
  const play = `for last; do :; done; if [ -f "$last" ]; then cat "$last"; else cat; fi > ${directory}/part; mv ${directory}/part ${directory}/heard-$n.wav`;
  writeFileSync(path, `#!/bin/sh\n${script === '' ? keep + play : script}\n`);
  chmodSync(path, 0o700);
  return path;
}

interface Sound {
  readonly seconds: number;
  readonly meanDb: number;
  readonly maxDb: number;
}

async function measure(path: string): Promise<Sound> {
  const { stderr } = await run('ffmpeg', [
    '-nostdin',
    '-hide_banner',
    '-i',
    path,
    '-af',
    'volumedetect',
    '-f',
    'null',
    '-',
  ]);
  const figure = (pattern: RegExp): number => Number(pattern.exec(stderr)?.[1] ?? Number.NaN);
  const samples = figure(/n_samples: (\d+)/);
  return {
    seconds: samples / 22_050,
    meanDb: figure(/mean_volume: (-?[\d.]+) dB/),
    maxDb: figure(/max_volume: (-?[\d.]+) dB/),
  };
}

describe('speech', function () {
  this.timeout(60_000);

  it('makes Chinese and English that can be heard, as long as they take to say', () =>
    withDirectory(async (directory) => {
      const announcer = new SpeechAnnouncer({ aplay: keepingPlayer(directory) }, quiet);
      announcer.say([announcement('zh-CN'), announcement('en')]);
      const [zh, en] = [join(directory, 'heard-0.wav'), join(directory, 'heard-1.wav')];
      await until('both were played', () => existsSync(zh) && existsSync(en), 30_000, 50);
      for (const path of [zh, en]) {
        const { seconds, meanDb, maxDb } = await measure(path);
        assert.ok(seconds > 6 && seconds < 30, `${path}: ${seconds} s`);
        assert.ok(meanDb > -30 && maxDb > -6, `${path}: ${meanDb} dB, ${maxDb} dB at most`);
      }
      await announcer.close();
      assert.equal(announcer.trouble, undefined);
    }));

  it('says Chinese in Chinese: no tone is said as an English number', async () => {
    const state = stateWords(
      {
        mode: 'standby',
        muted: false,
        stealth: false,
        picture: true,
        battery: { percent: 79, charging: true },
        warnings: ['position-lost', 'storage-low', 'battery-low'],
        freeBytes: 27e9,
        policy: readCameraPolicy({}),
      },
      { month: 12, day: 31, hour: 23, minute: 59 },
    );
    for (const text of [announcement('zh-CN').text, state[0]?.text ?? '']) {
      const { stdout } = await run('espeak-ng', [
        '-v',
        'cmn-latn-pinyin',
        '--ipa',
        '-q',
        text.replaceAll(/[A-Z]/g, ''),
      ]);
      assert.doesNotMatch(stdout, /\(en\)/);
      // A syllable for each character, about; whoever spells them makes many more.
      const characters = text.replaceAll(/[^\p{Script=Han}]/gu, '').length;
      const syllables = stdout.split(/\s+/).filter((word) => word !== '').length;
      assert.ok(
        syllables > characters * 0.8 && syllables < characters * 1.3,
        `${syllables} for ${characters}: ${stdout}`,
      );
    }
  });

  it('plays through ALSA', () =>
    withDirectory(async () => {
      const announcer = new SpeechAnnouncer({ device: 'null' }, quiet);
      announcer.say([{ language: 'en', text: 'yes', occasion: 'state' }]);
      await announcer.finished();
      assert.equal(announcer.trouble, undefined);
      await announcer.close();
    }));

  it('says why nothing was heard: no sound device, no voice', () =>
    withDirectory(async (directory) => {
      const noDevice = new SpeechAnnouncer({ device: 'hw:29' }, quiet);
      noDevice.say([announcement('en', 'state')]);
      await noDevice.finished();
      assert.match(noDevice.trouble ?? '', /audio open error/);
      const noVoice = new SpeechAnnouncer(
        { aplay: keepingPlayer(directory), espeak: '/nowhere/espeak-ng' },
        quiet,
      );
      noVoice.say([announcement('en', 'state')]);
      await noVoice.finished();
      assert.match(noVoice.trouble ?? '', /ENOENT/);
      await Promise.all([noDevice.close(), noVoice.close()]);
    }));

  it('plays the words the agency has on file when a recording begins, and makes a voice where there is no file', () =>
    withDirectory(async (directory) => {
      const file = join(directory, 'own words.wav');
      writeFileSync(file, 'not looked into');
      const recordings = { 'zh-CN': file, en: join(directory, 'missing.wav') };
      const announcer = new SpeechAnnouncer(
        { device: 'plughw:1,0', recordings, aplay: keepingPlayer(directory) },
        quiet,
      );
      announcer.say([announcement('zh-CN')]);
      await announcer.finished();
      assert.equal(readFileSync(join(directory, 'heard-0.wav'), 'utf8'), 'not looked into');
      assert.equal(readFileSync(join(directory, 'options'), 'utf8'), `-q -D plughw:1,0 -- ${file}\n`);
      announcer.say([announcement('en'), announcement('zh-CN', 'state')]);
      await announcer.finished();
      for (const n of [1, 2])
        assert.equal(readFileSync(join(directory, `heard-${n}.wav`)).toString('latin1', 0, 4), 'RIFF');
      await announcer.close();
    }));

  it('passes what is said as text, never as an option or to a shell', () =>
    withDirectory(async (directory) => {
      const espeak = join(directory, 'espeak-ng');
      writeFileSync(espeak, `#!/bin/sh\necho "$@" > ${directory}/asked\ncat\n`);
      chmodSync(espeak, 0o700);
      const announcer = new SpeechAnnouncer({ espeak, aplay: keepingPlayer(directory) }, quiet);
      announcer.say([{ language: 'en', text: '--version; $(touch x)', occasion: 'state' }]);
      await announcer.finished();
      assert.equal(readFileSync(join(directory, 'asked'), 'utf8'), '-v en -s 150 --stdin --stdout\n');
      assert.equal(readFileSync(join(directory, 'heard-0.wav'), 'utf8'), '--version; $(touch x)');
      await announcer.close();
    }));

  it('lets three wait and no more, ends what takes too long, and is silent when closed', () =>
    withDirectory(async (directory) => {
      const aplay = keepingPlayer(directory, `echo x >> ${directory}/begun; exec sleep 1000`);
      const announcer = new SpeechAnnouncer({ aplay, limitMs: 300 }, quiet);
      announcer.say(Array.from({ length: 9 }, () => announcement('en', 'state')));
      await announcer.finished();
      assert.equal(readFileSync(join(directory, 'begun'), 'utf8').length / 2, 3);
      assert.match(announcer.trouble ?? '', /SIGKILL/);
      const slow = new SpeechAnnouncer({ aplay }, quiet);
      slow.say([announcement('en', 'state'), announcement('en', 'state')]);
      await until(
        'it has begun',
        () => readFileSync(join(directory, 'begun'), 'utf8').length / 2 === 4,
        10_000,
        20,
      );
      await slow.close();
      slow.say([announcement('en', 'state')]);
      assert.equal(readFileSync(join(directory, 'begun'), 'utf8').length / 2, 4);
    }));
});
