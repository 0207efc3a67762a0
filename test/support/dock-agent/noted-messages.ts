import type { BayAlarm, BayProgress, Messages } from '../../../dock-agent/ports/messages.ts';

/** Notes what people would be told. */
export class NotedMessages implements Messages {
  readonly states: string[] = [];
  readonly told: BayProgress[] = [];
  readonly alarms: BayAlarm[] = [];

  get state(): string {
    return this.states.at(-1) ?? 'empty';
  }

  get codes(): string[] {
    return this.alarms.map(({ code }) => code);
  }

  showBay(_bay: number, state: string): void {
    this.states.push(state);
  }

  progress(progress: BayProgress): void {
    this.told.push(progress);
  }

  alarm(alarm: BayAlarm): void {
    this.alarms.push(alarm);
  }

  async close(): Promise<void> {
    await Promise.resolve();
  }
}
