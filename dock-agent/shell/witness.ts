import { cosigner, signatureLine, type NoteVerifier, type Signer } from '@mingjing/protocol';
import type { Log } from '@mingjing/runtime';
import { judgeCheckpoint, type HeldCheckpoint, type WitnessVerdict } from '../core/witness.ts';
import type { Clock } from '../ports/clock.ts';
import type { ForkProofs, WitnessState } from '../ports/witness-state.ts';
import type { DockAlarms } from './dock-alarms.ts';
import { keptAt } from './fork-proof.ts';

export interface WitnessParts {
  /** Its key's name. */
  readonly name: string;
  readonly signer: Signer;
  readonly state: WitnessState;
  readonly forks: ForkProofs;
  readonly alarms: DockAlarms;
  readonly clock: Clock;
  readonly log: Log;
}

export interface WitnessAnswer {
  readonly status: WitnessVerdict['status'];
  readonly type: 'text/plain; charset=utf-8' | 'text/x.tlog.size';
  readonly body: string;
}

const TEXT = 'text/plain; charset=utf-8';

/**
 * Cosigns checkpoints of the logs it was told of. One call is one step, without a pause: it looks, keeps and signs, so
 * that of two requests at once the second sees what the first has kept.
 */
export class Witness {
  readonly #parts: WitnessParts;
  readonly #keys = new Map<string, readonly NoteVerifier[]>();

  constructor(parts: WitnessParts) {
    this.#parts = parts;
  }

  /** From now on these keys sign for the log, and no others. */
  know(origin: string, keys: readonly NoteVerifier[]): void {
    this.#keys.set(origin, keys);
  }

  /** Answers `add-checkpoint`. The cosignature exists only after what it says is durable here. */
  answer(body: Uint8Array | string): WitnessAnswer {
    const { log } = this.#parts;
    const verdict = judgeCheckpoint(body, (origin) => {
      const keys = this.#keys.get(origin);
      return keys === undefined ? undefined : { keys, held: this.#held(origin) };
    });
    if (verdict.status === 200) return this.#cosign(verdict);
    log.info({ status: verdict.status, why: verdict.why }, 'checkpoint not cosigned');
    if (verdict.status !== 409) return { status: verdict.status, type: TEXT, body: `${verdict.why}\n` };
    if (verdict.contradicts) this.forked(verdict.origin, asText(body), verdict.why);
    return { status: 409, type: 'text/x.tlog.size', body: `${verdict.size}\n` };
  }

  /** Keeps the proof, and alarms. */
  forked(origin: string, offered: string, why: string): void {
    const { forks, alarms, log } = this.#parts;
    const held = this.#held(origin)?.note ?? '';
    const place = keptAt(() => forks.keep({ held, offered }), log);
    log.error({ origin, held, offered, place }, 'the log is not the one that was cosigned');
    const detail = `${origin}: ${why}. Both checkpoints: ${place}. Look into the archive; what is docked goes on`;
    alarms.raise('archive-forked', origin, { camera: undefined, severity: 'critical', detail });
  }

  wellAgain(origin: string): void {
    this.#parts.alarms.clear('archive-forked', origin);
  }

  #cosign({ origin, text, old, next }: WitnessVerdict & { status: 200 }): WitnessAnswer {
    const { name, signer, state, clock } = this.#parts;
    if (!state.advance(origin, old, next))
      return { status: 409, type: 'text/x.tlog.size', body: `${this.#held(origin)?.size ?? 0}\n` };
    const at = Math.floor(Date.parse(clock.wall()) / 1000);
    return { status: 200, type: TEXT, body: signatureLine(text, cosigner(name, signer, at)) };
  }

  #held(origin: string): HeldCheckpoint | undefined {
    return this.#parts.state.all().get(origin);
  }
}

function asText(body: Uint8Array | string): string {
  return typeof body === 'string' ? body : Buffer.from(body).toString('utf8');
}
