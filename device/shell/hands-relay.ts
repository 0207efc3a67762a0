import type { Answer } from '../core/answers.ts';
import type { CameraView, HandedBy, Officer, ReportedTrouble } from '../core/camera-view.ts';
import type { Button } from '../core/events.ts';
import type { CameraHands } from '../ports/controls.ts';

/** Hands that stay in place while the camera behind them is opened anew. */
export class HandsRelay implements CameraHands {
  readonly #watching = new Map<(view: CameraView) => void, () => void>();
  readonly #end: (reason: string) => Promise<void>;
  #hands: CameraHands;

  /** `end` ends everything around the camera, too, in order; it resolves when nothing more is journaled. */
  constructor(hands: CameraHands, end: (reason: string) => Promise<void>) {
    this.#hands = hands;
    this.#end = end;
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

  assignOfficer(officer: Officer | undefined, by?: HandedBy): Promise<Answer> {
    return this.#hands.assignOfficer(officer, by);
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

  shutDown(reason: string): Promise<void> {
    return this.#end(reason);
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
