import type { Answer } from '../core/answers.ts';
import type { CameraView, Officer, ReportedTrouble } from '../core/camera-view.ts';
import type { Button } from '../core/events.ts';
import type { CameraHands } from '../ports/controls.ts';

/** Hands that stay in place while the camera behind them is opened anew. */
export class HandsRelay implements CameraHands {
  readonly #watching = new Map<(view: CameraView) => void, () => void>();
  readonly #ended: (reason: string) => void;
  #hands: CameraHands;

  /** `ended` is called when somebody has shut the camera down through these hands, after whoever asked has the answer. */
  constructor(hands: CameraHands, ended: (reason: string) => void) {
    this.#hands = hands;
    this.#ended = ended;
  }

  become(hands: CameraHands): void {
    this.#hands = hands;
    for (const [listener, unwatch] of this.#watching) {
      unwatch();
      this.#watching.set(listener, hands.watch(listener));
    }
  }

  press(button: Button, held?: boolean): Promise<Answer> {
    return this.#hands.press(button, held);
  }

  order(kind: 'start' | 'stop', by: string): Promise<Answer> {
    return this.#hands.order(kind, by);
  }

  assignOfficer(officer: Officer | undefined): Promise<Answer> {
    return this.#hands.assignOfficer(officer);
  }

  applyPolicy(policy: Uint8Array): Promise<Answer> {
    return this.#hands.applyPolicy(policy);
  }

  dock(attached: boolean): Promise<void> {
    return this.#hands.dock(attached);
  }

  report(trouble: ReportedTrouble, detail: string | undefined): void {
    this.#hands.report(trouble, detail);
  }

  async shutDown(reason: string): Promise<void> {
    await this.#hands.shutDown(reason);
    setImmediate(() => this.#ended(reason));
  }

  view(): CameraView {
    return this.#hands.view();
  }

  watch(listener: (view: CameraView) => void): () => void {
    this.#watching.set(listener, this.#hands.watch(listener));
    return () => {
      this.#watching.get(listener)?.();
      this.#watching.delete(listener);
    };
  }
}
