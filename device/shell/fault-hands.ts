import type { CameraPolicy } from '@mingjing/protocol';
import type { Answer } from '../core/answers.ts';
import type { CameraView } from '../core/camera-view.ts';
import type { CameraHands } from '../ports/controls.ts';

/** Who the camera is, though it can remember nothing. */
export interface Nameplate {
  readonly device: string;
  readonly agency: string;
  readonly policy: CameraPolicy;
  readonly now: () => string;
}

const NOTICE = {
  zh: '存储无法使用,设备正在自动重试。请检查存储卡,或换用其他记录仪',
  en: 'The storage cannot be used; it is being tried again. Check the card, or take another camera',
};

/**
 * A camera whose storage cannot be opened: it shows what is wrong and refuses, instead of being off. Nothing is recorded,
 * for nothing could be kept.
 */
export class FaultHands implements CameraHands {
  readonly #nameplate: Nameplate;

  constructor(nameplate: Nameplate) {
    this.#nameplate = nameplate;
  }

  press(): Promise<Answer> {
    return this.#refuse();
  }

  order(): Promise<Answer> {
    return this.#refuse();
  }

  assignOfficer(): Promise<Answer> {
    return this.#refuse();
  }

  applyPolicy(): Promise<Answer> {
    return this.#refuse();
  }

  dock(): Promise<void> {
    return Promise.resolve();
  }

  report(): void {
    // there is no journal to tell
  }

  shutDown(): Promise<void> {
    return Promise.resolve();
  }

  view(): CameraView {
    const { device, agency, policy, now } = this.#nameplate;
    return {
      device,
      agency,
      policy,
      mode: 'fault',
      at: now(),
      muted: false,
      stealth: false,
      picture: false,
      sound: false,
      warnings: ['storage-failed'],
      ringSeconds: 0,
      journalSize: 0,
      unreceipted: 0,
      storedBytes: 0,
      attached: false,
      notice: NOTICE,
    };
  }

  watch(listener: (view: CameraView) => void): () => void {
    listener(this.view());
    return () => undefined;
  }

  #refuse(): Promise<Answer> {
    return Promise.resolve({ code: 'storage-failed' });
  }
}
