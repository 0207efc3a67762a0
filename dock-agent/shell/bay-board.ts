import type { CameraCondition } from '@mingjing/protocol';
import type { ShownState } from '../core/bay-model.ts';
import type { ToldCondition } from './care.ts';

/** A camera in a bay, as far as is known. */
export interface Place {
  readonly bay: number;
  readonly device: string;
  readonly state: ShownState;
  /** What it said of itself last, and when that was, RFC 3339 by the dock's clock. */
  readonly told: { readonly condition: CameraCondition; readonly at: string } | undefined;
}

/** Which camera is where, and how it is: what bays show and cameras tell, put side by side. */
export class BayBoard {
  readonly #places = new Map<number, Place>();

  showBay(bay: number, state: ShownState, device: string | undefined): void {
    const before = this.#places.get(bay);
    if (device === undefined) this.#places.delete(bay);
    else
      this.#places.set(bay, {
        bay,
        device,
        state,
        told: before?.device === device ? before.told : undefined,
      });
  }

  tell({ bay, device, condition }: ToldCondition, at: string): void {
    const place = this.#places.get(bay);
    if (place?.device === device) this.#places.set(bay, { ...place, told: { condition, at } });
  }

  places(): readonly Place[] {
    return [...this.#places.values()];
  }

  /** A camera that moved may show in two bays for a moment: the one that is ready is it. */
  find(device: string): Place | undefined {
    const found = this.places().filter((place) => place.device === device);
    return found.find(({ state }) => state === 'ready') ?? found[0];
  }
}
