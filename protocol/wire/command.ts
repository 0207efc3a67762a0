import { Type, type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import type { Signer } from '../crypto/ed25519.ts';
import { ProtocolError } from '../errors.ts';
import { Count, Id, Timestamp } from '../journal/entry-schema.ts';
import { openArchiveLine, signArchiveLine } from '../note/archive-note.ts';
import type { EvidenceTrust } from '../note/evidence-line.ts';
import { commandOrigin } from '../note/names.ts';
import type { ArchiveNote } from './http.ts';

/** `locate`: say where you are. `start` and `stop`: a recording, if policy lets the archive. */
export const COMMAND_KINDS = ['locate', 'start', 'stop', 'refresh-policy'] as const;
export type CommandKind = (typeof COMMAND_KINDS)[number];

/** An order is good for so long at most. */
export const MAX_COMMAND_MILLIS = 24 * 60 * 60 * 1000;

/**
 * An order of an archive to one camera. Closed, unlike what tells: a field that a camera does not know might be a
 * condition, and an order is not to be obeyed without its conditions.
 */
export const CameraCommand = Type.Object(
  {
    id: Type.String({ pattern: '^[0-9a-f]{32}$' }),
    camera: Id,
    /** Absent: whichever the camera is in. */
    epoch: Type.Optional(Type.Integer({ minimum: 1, maximum: 999_999_999 })),
    kind: Type.Enum(COMMAND_KINDS),
    /** Grows with each order of this archive, to whichever camera: no order is taken twice, nor after a later one. */
    sequence: Count,
    issued: Timestamp,
    expires: Timestamp,
  },
  { additionalProperties: false },
);
export type CameraCommand = Static<typeof CameraCommand>;
const validator = Compile(CameraCommand);

/** A signed note: the origin, then the order on one line of JSON. */
export function signCommand(archive: string, command: CameraCommand, signer: Signer): string {
  if (!validator.Check(command)) throw new ProtocolError('bad-command', 'not an order to a camera');
  return signArchiveLine(archive, commandOrigin(archive), JSON.stringify(command), signer);
}

/**
 * An order that an archive of our agency signed. Whether it is for this camera, new and in time is not said yet.
 * `code` 'bad-command'.
 */
export function openCommand(
  delivery: ArchiveNote,
  trust: EvidenceTrust,
): { archive: string; command: CameraCommand } {
  try {
    const { archive, line } = openArchiveLine(delivery, commandOrigin, trust);
    const command: unknown = JSON.parse(line);
    // One spelling: no name twice, of which two readers might take either.
    if (!validator.Check(command) || JSON.stringify(command) !== line)
      throw new ProtocolError('bad-command', 'it is signed, and out of schema');
    return { archive, command };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'unreadable';
    throw new ProtocolError('bad-command', `not an order of an archive of ours: ${why}`, { cause });
  }
}
