import type { CameraView } from '../core/camera-view.ts';

/** Tells whoever watches, once for all that changes in one turn of the loop. */
export class Watchers {
  readonly #listeners = new Set<(view: CameraView) => void>();
  readonly #view: () => CameraView;
  #telling: NodeJS.Immediate | undefined;

  constructor(view: () => CameraView) {
    this.#view = view;
  }

  watch(listener: (view: CameraView) => void): () => void {
    this.#listeners.add(listener);
    listener(this.#view());
    return () => void this.#listeners.delete(listener);
  }

  changed(): void {
    if (this.#telling !== undefined || this.#listeners.size === 0) return;
    this.#telling = setImmediate(() => {
      this.#telling = undefined;
      const view = this.#view();
      for (const listener of this.#listeners) listener(view);
    });
  }
}
