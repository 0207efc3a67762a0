import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Log } from '@mingjing/runtime';
import type { Announcement, Announcer } from '../ports/announcer.ts';

export interface SpeechSettings {
  /** ALSA playback device, such as `plughw:1,0`. Absent: the default one. */
  readonly device?: string;
  /** The agency's own words that it is being recorded, one WAV a language. */
  readonly recordings?: Readonly<Partial<Record<Announcement['language'], string>>>;
  readonly espeak?: string;
  readonly aplay?: string;
  readonly limitMs?: number;
}

const MAX_WAITING = 3;
const LIMIT_MS = 30_000;
/** Slower than its 175 words a minute: it is to be understood in the street. */
const WORDS_A_MINUTE = '150';
/**
 * Voice `cmn` of espeak-ng 1.51 (Debian 12) says the numbers of the tones in English; the one that takes letters for
 * pinyin says the same characters right, in every version.
 */
const VOICES: Readonly<Record<Announcement['language'], string>> = { 'zh-CN': 'cmn-latn-pinyin', en: 'en' };

/** A voice made by espeak-ng, or the agency's own on file, played by aplay. */
export class SpeechAnnouncer implements Announcer {
  readonly #settings: SpeechSettings;
  readonly #log: Log;
  readonly #waiting: Announcement[] = [];
  readonly #children = new Set<ChildProcess>();
  #speaking: Promise<void> | undefined;
  #closed = false;
  #trouble: string | undefined;

  constructor(settings: SpeechSettings, log: Log) {
    this.#settings = settings;
    this.#log = log;
  }

  get trouble(): string | undefined {
    return this.#trouble;
  }

  say(announcements: readonly Announcement[]): void {
    if (this.#closed) return;
    for (const announcement of announcements) {
      if (this.#waiting.length < MAX_WAITING) this.#waiting.push(announcement);
      else this.#log.warn({ language: announcement.language }, 'too much is waiting to be said; this is not');
    }
    this.#speaking ??= this.#speakAll();
  }

  /** Resolves when everything was said that waits now. */
  async finished(): Promise<void> {
    await this.#speaking;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#waiting.length = 0;
    for (const child of this.#children) child.kill('SIGKILL');
    await this.#speaking;
  }

  async #speakAll(): Promise<void> {
    for (let one = this.#waiting.shift(); one !== undefined; one = this.#waiting.shift()) {
      this.#trouble = await this.#speak(one);
      if (this.#trouble !== undefined && !this.#isClosed()) {
        this.#log.warn({ why: this.#trouble }, 'an announcement was not heard');
      }
    }
    this.#speaking = undefined;
  }

  /** Gives why it was not heard. */
  async #speak({ language, text, occasion }: Announcement): Promise<string | undefined> {
    const { recordings, espeak = 'espeak-ng' } = this.#settings;
    const file = occasion === 'recording' ? recordings?.[language] : undefined;
    if (file !== undefined && existsSync(file)) return await this.#leaves(this.#play(file));
    if (file !== undefined) this.#log.warn({ file }, 'the recorded announcement is not there');
    const voice = this.#start(
      espeak,
      ['-v', VOICES[language], '-s', WORDS_A_MINUTE, '--stdin', '--stdout'],
      true,
    );
    const player = this.#play();
    if (player.stdin !== null) voice.stdout?.pipe(player.stdin);
    // Never as an argument: what is said was written by people.
    voice.stdin?.end(text);
    const spoken = this.#leaves(voice);
    const played = await this.#leaves(player);
    // Whatever the player did not take is thrown away: a voice that waits to be heard would wait for ever.
    const isCut = voice.exitCode === null && voice.signalCode === null;
    voice.stdout?.resume();
    voice.kill('SIGKILL');
    return isCut ? played : ((await spoken) ?? played);
  }

  #play(file?: string): ChildProcess {
    const { device, aplay = 'aplay' } = this.#settings;
    const out = device === undefined ? [] : ['-D', device];
    return this.#start(aplay, ['-q', ...out, ...(file === undefined ? [] : ['--', file])], false);
  }

  #start(command: string, args: readonly string[], gives: boolean): ChildProcess {
    const child = spawn(command, args, {
      stdio: ['pipe', gives ? 'pipe' : 'ignore', 'pipe'],
    });
    this.#children.add(child);
    // Not spawn's own time limit: it would hold the process for a program that is not there.
    const limit = setTimeout(() => child.kill('SIGKILL'), this.#settings.limitMs ?? LIMIT_MS).unref();
    child.once('close', () => clearTimeout(limit));
    for (const stream of child.stdio) stream?.on('error', () => undefined);
    return child;
  }

  #leaves(child: ChildProcess): Promise<string | undefined> {
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-300);
    });
    return new Promise((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('close', (code, signal) => {
        this.#children.delete(child);
        const left = said.trim().split('\n').at(-1) || `it left (${signal ?? `status ${code ?? 'unknown'}`})`;
        resolve(code === 0 ? undefined : `${child.spawnfile}: ${left}`);
      });
    });
  }

  #isClosed(): boolean {
    return this.#closed;
  }
}
