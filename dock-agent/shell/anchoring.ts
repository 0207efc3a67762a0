import { PeerRefusal, type Log } from '@mingjing/runtime';
import type { CameraLink } from '../ports/camera-link.ts';
import type { CheckpointInHand, CheckpointSource } from '../ports/checkpoint-source.ts';
import type { Clock } from '../ports/clock.ts';

export interface AnchoringParts {
  readonly checkpoints: CheckpointSource;
  /** A camera's journal names another root of this size. Never throws. */
  readonly onFork: (device: string, offered: CheckpointInHand, why: string) => void;
  /** The camera took a checkpoint. Never throws. */
  readonly onAnchored: (device: string) => void;
  readonly clock: Clock;
}

/** A log that grows with every look is no reason to tell each camera each minute. */
const AGAIN_MS = 10 * 60_000;

/** Hands one camera, for one docking, how far the archive's log has come: at first, and where it grew. */
export class Anchoring {
  readonly #parts: AnchoringParts;
  readonly #log: Log;
  #handed: { readonly note: string; readonly at: number } | undefined;
  #ended = false;

  constructor(parts: AnchoringParts, log: Log) {
    this.#parts = parts;
    this.#log = log;
  }

  /** Rejects where the line failed; a refusal is dealt with. */
  async hand(camera: Pick<CameraLink, 'handAnchor'>, device: string, signal: AbortSignal): Promise<void> {
    const { checkpoints, clock, onAnchored } = this.#parts;
    const latest = checkpoints.latest();
    if (this.#ended || latest === undefined || latest.size === 0 || !this.#isDue(latest)) return;
    const { origin, size, delivery } = latest;
    this.#handed = { note: textOf(latest), at: clock.now() };
    try {
      const { ok, code, message } = await camera.handAnchor(device, delivery, signal);
      this.#log[ok ? 'info' : 'warn']({ origin, size, code }, `the archive’s checkpoint: ${message.en}`);
      if (ok) onAnchored(device);
    } catch (error) {
      if (!(error instanceof PeerRefusal)) {
        this.#handed = undefined;
        throw error;
      }
      this.#refused(device, latest, error);
    }
  }

  #refused(device: string, latest: CheckpointInHand, error: PeerRefusal): void {
    const { origin, size } = latest;
    // A camera of before anchors.
    if (error.refusal === 'not-found') this.#ended = true;
    else this.#log.warn({ origin, size, err: error }, 'the camera does not take the archive’s checkpoint');
    if (error.refusal === 'archive-forked') this.#parts.onFork(device, latest, error.message);
  }

  #isDue(latest: CheckpointInHand): boolean {
    if (this.#handed === undefined) return true;
    return this.#handed.note !== textOf(latest) && this.#parts.clock.now() - this.#handed.at >= AGAIN_MS;
  }
}

/** Without signatures: another cosignature is no other state. */
function textOf({ delivery: { note } }: CheckpointInHand): string {
  return note.slice(0, note.indexOf('\n\n'));
}
