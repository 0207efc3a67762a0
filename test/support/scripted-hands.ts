import { readCameraPolicy } from '@mingjing/protocol';
import type { Answer, AnswerCode } from '../../device/core/answers.ts';
import type { CameraView, ReportedTrouble } from '../../device/core/camera-view.ts';
import type { Button } from '../../device/core/events.ts';
import type { CameraHands } from '../../device/ports/controls.ts';

const STANDBY: CameraView = {
  device: 'cam-1',
  agency: 'agency-1',
  mode: 'standby',
  at: '2026-11-21T06:05:00.000Z',
  muted: false,
  stealth: false,
  picture: true,
  sound: true,
  warnings: [],
  policy: readCameraPolicy({}),
  ringSeconds: 30,
  journalSize: 1,
  unreceipted: 0,
  storedBytes: 0,
  attached: false,
};

/** A camera's hands that answer what they are told, and write down what is asked of them. */
export class ScriptedHands implements CameraHands {
  readonly presses: Button[] = [];
  readonly reports: (string | undefined)[] = [];
  readonly shutDowns: string[] = [];
  readonly #answers: AnswerCode[] = [];
  #held: (() => void)[] | undefined;
  #view = STANDBY;
  readonly #watchers = new Set<(view: CameraView) => void>();

  /** What the next presses come to; without one, 'marked'. */
  answer(...codes: AnswerCode[]): void {
    this.#answers.push(...codes);
  }

  /** Answers wait until `letGo`. */
  hold(): void {
    this.#held = [];
  }

  letGo(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const resolve of held) resolve();
  }

  become(change: Partial<CameraView>, ...without: readonly ('activity' | 'recording')[]): void {
    const { activity, recording, ...rest } = { ...this.#view, ...change };
    this.#view = {
      ...rest,
      ...(activity === undefined || without.includes('activity') ? {} : { activity }),
      ...(recording === undefined || without.includes('recording') ? {} : { recording }),
    };
    for (const watcher of this.#watchers) watcher(this.#view);
  }

  async press(button: Button): Promise<Answer> {
    this.presses.push(button);
    const code = this.#answers.shift() ?? 'marked';
    await new Promise<void>((resolve) => {
      if (this.#held === undefined) resolve();
      else this.#held.push(resolve);
    });
    return { code };
  }

  order(): Promise<Answer> {
    return Promise.resolve({ code: 'order-not-allowed' });
  }

  assignOfficer(): Promise<Answer> {
    return Promise.resolve({ code: 'officer-assigned' });
  }

  applyPolicy(): Promise<Answer> {
    return Promise.resolve({ code: 'policy-refused' });
  }

  dock(): Promise<void> {
    return Promise.resolve();
  }

  report(_trouble: ReportedTrouble, detail: string | undefined): void {
    this.reports.push(detail);
  }

  shutDown(reason: string): Promise<void> {
    this.shutDowns.push(reason);
    return Promise.resolve();
  }

  view(): CameraView {
    return this.#view;
  }

  watch(listener: (view: CameraView) => void): () => void {
    this.#watchers.add(listener);
    listener(this.#view);
    return () => void this.#watchers.delete(listener);
  }
}
