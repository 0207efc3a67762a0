/** What is to be said, and in which language. */
export interface Announcement {
  readonly language: 'zh-CN' | 'en';
  readonly text: string;
}

/** Speaks. MUST NOT block or throw; a new announcement waits for the one before it. */
export interface Announcer {
  say(announcements: readonly Announcement[]): void;
  close(): Promise<void>;
}
