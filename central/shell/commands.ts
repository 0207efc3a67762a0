import { randomBytes } from 'node:crypto';
import { signCommand, type CommandKind } from '@mingjing/protocol';
import type { EvidenceIdentity } from '@mingjing/runtime';
import type { CustodyActor } from '../core/custody-event.ts';
import { ReviewRefused } from '../core/errors.ts';
import type { CommandSent } from '../core/review-shapes.ts';
import type { Broker } from '../ports/broker.ts';
import type { Custody } from './custody.ts';
import type { Live } from './live.ts';

/** An order that has not come by then is not obeyed any more. */
const GOOD_FOR_MILLIS = 5 * 60 * 1000;

export interface CommandOptions {
  readonly custody: Custody;
  readonly broker: Pick<Broker, 'order'>;
  readonly evidence: EvidenceIdentity;
  readonly live: Pick<Live, 'snapshot'>;
  readonly now?: () => Date;
}

/** Orders to cameras. Who gave it stands in the custody log, signed, before the camera hears of it. */
export class Commands {
  readonly #options: CommandOptions;

  constructor(options: CommandOptions) {
    this.#options = options;
  }

  /**
   * Resolves when the broker has taken it: whether the camera obeys, its state and its journal tell. `ReviewRefused`
   * 'camera-away': it is not connected, so that nothing was signed.
   */
  async send(actor: CustodyActor, camera: string, kind: CommandKind): Promise<CommandSent> {
    const { custody, broker, evidence, live, now = () => new Date() } = this.#options;
    if (live.snapshot().cameras[camera]?.online !== true)
      throw new ReviewRefused('camera-away', `camera ${camera} is not connected`);
    const issued = now();
    const id = randomBytes(16).toString('hex');
    const expires = new Date(issued.getTime() + GOOD_FOR_MILLIS).toISOString();
    // The entry's place is the sequence: durable, one for all processes of this archive, and never given twice.
    const sequence = (await custody.recordOrder(actor, { camera, kind, command: id, expires })) + 1;
    const command = { id, camera, kind, sequence, issued: issued.toISOString(), expires };
    const note = signCommand(evidence.certificate.name.id, command, evidence.signer);
    await broker.order(camera, { note, evidence: [...evidence.chain] });
    return { command: id, sequence, expires };
  }
}
