import type { Announcement, Announcer } from '../ports/announcer.ts';

const MAX_KEPT = 1_000;

/** Writes down what is said. */
export class ScriptedAnnouncer implements Announcer {
  trouble: string | undefined;
  #said: Announcement[] = [];

  get said(): readonly Announcement[] {
    return this.#said;
  }

  say(announcements: readonly Announcement[]): void {
    this.#said = [...this.#said, ...announcements].slice(-MAX_KEPT);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
