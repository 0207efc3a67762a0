import { randomBytes, toHex } from '@mingjing/protocol';
import type { BayAlarm, DockAlarmCode, Messages } from '../ports/messages.ts';

/** More at a time say nothing new: the log has them all. */
const MAX_STANDING = 128;

type Told = Pick<BayAlarm, 'camera' | 'severity' | 'detail'>;

/** Alarms of the dock itself: each is told once, and once more when it is well again. */
export class DockAlarms {
  readonly #messages: Messages;
  readonly #standing = new Map<
    string,
    { readonly code: DockAlarmCode; readonly camera: string | undefined }
  >();

  constructor(messages: Messages) {
    this.#messages = messages;
  }

  /** `about`: what tells two alarms of one code apart. */
  raise(code: DockAlarmCode, about: string, told: Told): void {
    const key = `${code} ${about}`;
    if (this.#standing.has(key) || this.#standing.size >= MAX_STANDING) return;
    this.#standing.set(key, { code, camera: told.camera });
    this.#tell(code, told);
  }

  clear(code: DockAlarmCode, about: string): void {
    const key = `${code} ${about}`;
    const standing = this.#standing.get(key);
    if (standing === undefined) return;
    this.#standing.delete(key);
    this.#tell(code, { camera: standing.camera, severity: 'info', detail: 'well again' });
  }

  #tell(code: DockAlarmCode, { detail, ...told }: Told): void {
    const id = toHex(randomBytes(16));
    this.#messages.alarm({ bay: undefined, id, code, detail: detail.slice(0, 900), ...told });
  }
}
