import type {
  BayAlarm,
  BayCharge,
  BayProgress,
  CameraFacts,
  Messages,
} from '../../../dock-agent/ports/messages.ts';

/** Notes what people would be told. */
export class NotedMessages implements Messages {
  readonly states: string[] = [];
  readonly told: BayProgress[] = [];
  readonly alarms: BayAlarm[] = [];
  readonly charges: BayCharge[] = [];
  readonly facts: CameraFacts[] = [];

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

  showCharge(charge: BayCharge): void {
    this.charges.push(charge);
  }

  showCamera(facts: CameraFacts): void {
    this.facts.push(facts);
  }

  async close(): Promise<void> {
    await Promise.resolve();
  }
}
