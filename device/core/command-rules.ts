import {
  decodeMessage,
  MAX_COMMAND_MILLIS,
  openCommand,
  ProtocolError,
  type EvidenceTrust,
  type CameraCommand,
  type ClockState,
  type JournalName,
} from '@mingjing/protocol';

/**
 * Sequences are places in an archive's record of custody. An order that left the later ones no sequence above it would be
 * the last of its archive: so far ahead of the one before it at most.
 */
export const MAX_SEQUENCE_STEP = 0x100_0000;

export interface CommandContext extends EvidenceTrust {
  readonly camera: JournalName;
  /** Who says that it is `at`. */
  readonly clock: ClockState;
  /** The latest order taken from an archive; undefined: none yet. */
  readonly lastSequence: (archive: string) => number | undefined;
}

/**
 * What the broker brought, if it is an order to this camera, new and in time. The broker is believed in nothing: it may
 * keep orders back, and can neither make one, change one, send one to another camera, nor send one twice.
 *
 * What protects from a replay is the sequence alone. Whether an order has run out is asked of the camera's clock, and
 * held against it only beyond doubt: later than its expiry by more than the clock may be wrong. A clock of which nobody
 * knows how wrong it is refuses nothing: a camera with a dead clock battery can still be found. Then a broker that
 * keeps an order back can have it obeyed late, once, and only before any later one. `code` 'bad-command'.
 */
export function acceptCommand(
  payload: Uint8Array,
  context: CommandContext,
): { readonly archive: string; readonly command: CameraCommand } {
  const { archive, command } = openCommand(readDelivery(payload), context);
  const { camera, epoch, sequence, id } = command;
  if (camera !== context.camera.device) throw bad(id, `it is for camera ${camera}`);
  if (epoch !== undefined && epoch !== context.camera.epoch) throw bad(id, `it is for epoch ${epoch}`);
  requireTime(command, context);
  const last = context.lastSequence(archive);
  if (last !== undefined && sequence <= last)
    throw bad(id, `its sequence is ${sequence}, after ${last} was taken`);
  if (sequence > (last ?? 0) + MAX_SEQUENCE_STEP)
    throw bad(id, `its sequence is ${sequence}, too far ahead of ${last ?? 'none'}`);
  return { archive, command };
}

function readDelivery(payload: Uint8Array): ReturnType<typeof decodeMessage<'command'>> {
  try {
    return decodeMessage('command', payload);
  } catch (cause) {
    throw new ProtocolError('bad-command', 'what came as an order is no signed note', { cause });
  }
}

function requireTime({ id, issued, expires }: CameraCommand, { at, clock }: CommandContext): void {
  const life = Date.parse(expires) - Date.parse(issued);
  if (!(life >= 0 && life <= MAX_COMMAND_MILLIS)) throw bad(id, `it is good from ${issued} to ${expires}`);
  const { uncertainty } = clock;
  if (uncertainty === undefined) return;
  if (Date.parse(at) - uncertainty > Date.parse(expires)) throw bad(id, `it ran out at ${expires}`);
}

function bad(id: string, why: string): ProtocolError {
  return new ProtocolError('bad-command', `order ${id} is not taken: ${why}`);
}
