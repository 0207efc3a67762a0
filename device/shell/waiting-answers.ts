import type { Answer } from '../core/answers.ts';
import type { RequestNumber } from '../core/events.ts';

/** Whoever pressed, and has no answer yet. */
export class WaitingAnswers {
  readonly #waiting = new Map<RequestNumber, (answer: Answer) => void>();
  #last = 0;

  /** Asks under a fresh number. */
  ask(send: (request: RequestNumber) => void): Promise<Answer> {
    const request = (this.#last += 1);
    return new Promise((resolve) => {
      this.#waiting.set(request, resolve);
      send(request);
    });
  }

  answer(request: RequestNumber, answer: Answer): void {
    this.#waiting.get(request)?.(answer);
    this.#waiting.delete(request);
  }
}
