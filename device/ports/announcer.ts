/** What is to be said, and in which language. */
export interface Announcement {
  readonly language: 'zh-CN' | 'en';
  readonly text: string;
  /** `recording`: that it is being recorded, and by whom; an agency may have its own words for it on file. */
  readonly occasion: 'recording' | 'state';
}

/** Speaks. MUST NOT block or throw; a new announcement waits for the one before it, and not many wait. */
export interface Announcer {
  say(announcements: readonly Announcement[]): void;
  /** Why the last one was not heard, if so. */
  readonly trouble?: string | undefined;
  close(): Promise<void>;
}
