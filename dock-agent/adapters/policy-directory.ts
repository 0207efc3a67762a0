import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ArchiveNote, openPolicy } from '@mingjing/protocol';
import type { Log } from '@mingjing/runtime';
import { Compile } from 'typebox/compile';
import type { Trust } from '../core/check-camera.ts';
import type { Clock } from '../ports/clock.ts';
import type { PolicyInHand, PolicySource } from '../ports/policy-source.ts';

/** Of RFC 3339: `2026-01-31T12`. */
const HOUR_DIGITS = 13;
const MAX_FILES = 64;
const MAX_FILE_BYTES = 256 * 1024;
const note = Compile(ArchiveNote);

/** Signed policies as files `*.json`, each what an archive answers to `GET /v1/policy`. Looked at anew when one changes, and each hour: whether one holds is a question of time. */
export class PolicyDirectory implements PolicySource {
  readonly #directory: string;
  readonly #trust: Trust;
  readonly #clock: Pick<Clock, 'wall'>;
  readonly #log: Log;
  #seen: { readonly files: string; readonly latest: PolicyInHand | undefined } | undefined;

  constructor(directory: string, trust: Trust, clock: Pick<Clock, 'wall'>, log: Log) {
    this.#directory = directory;
    this.#trust = trust;
    this.#clock = clock;
    this.#log = log;
  }

  async current(): Promise<PolicyInHand | undefined> {
    try {
      const names = await this.#names();
      const marks = await Promise.all(names.map((name) => this.#mark(name)));
      const hour = this.#clock.wall().slice(0, HOUR_DIGITS);
      const files = JSON.stringify([hour, ...marks]);
      if (this.#seen?.files !== files) this.#seen = { files, latest: await this.#latest(names) };
      return this.#seen.latest;
    } catch (err) {
      this.#log.warn({ err, directory: this.#directory }, 'the policies cannot be looked at');
      return undefined;
    }
  }

  async #names(): Promise<string[]> {
    const names = (await readdir(this.#directory)).filter((name) => name.endsWith('.json')).toSorted();
    if (names.length > MAX_FILES)
      this.#log.warn({ directory: this.#directory }, `over ${MAX_FILES} policies`);
    return names.slice(0, MAX_FILES);
  }

  async #mark(name: string): Promise<readonly [string, number, number]> {
    const { mtimeMs, size } = await stat(join(this.#directory, name));
    return [name, mtimeMs, size];
  }

  async #latest(names: readonly string[]): Promise<PolicyInHand | undefined> {
    const all = await Promise.all(names.map((name) => this.#read(join(this.#directory, name))));
    return all
      .filter((one) => one !== undefined)
      .reduce<PolicyInHand | undefined>(
        (latest, one) => (latest === undefined || one.version > latest.version ? one : latest),
        undefined,
      );
  }

  async #read(path: string): Promise<PolicyInHand | undefined> {
    try {
      if ((await stat(path)).size > MAX_FILE_BYTES) throw new RangeError(`over ${MAX_FILE_BYTES} bytes`);
      const delivery: unknown = JSON.parse(await readFile(path, 'utf8'));
      if (!note.Check(delivery)) throw new TypeError('not a signed policy');
      const { policy, hash } = openPolicy(delivery, { ...this.#trust, at: this.#clock.wall() });
      return { version: policy.version, hash, delivery };
    } catch (err) {
      this.#log.warn({ err, path }, 'this policy does not hold and is handed to no camera');
      return undefined;
    }
  }
}
