import { Type, type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import type { Signer } from '../crypto/ed25519.ts';
import { sha256 } from '../crypto/sha256.ts';
import { toHex, toUtf8 } from '../encoding/bytes.ts';
import { ProtocolError } from '../errors.ts';
import { Id, Timestamp } from '../journal/entry-schema.ts';
import type { EvidenceTrust } from '../note/evidence-line.ts';
import { openDockLine, signDockLine } from '../note/dock-note.ts';
import { assignmentOrigin } from '../note/names.ts';

const closed = { additionalProperties: false } as const;
const Name = Type.String({ minLength: 1, maxLength: 128 });

/** As it stands in journals, in stamps and, if policy says so, in the picture. */
export const AssignedOfficer = Type.Object(
  {
    number: Type.String({ minLength: 1, maxLength: 64 }),
    name: Type.Optional(Name),
    certificate: Type.Optional(Name),
  },
  closed,
);
export type AssignedOfficer = Static<typeof AssignedOfficer>;

/**
 * Who has a camera from now on; `officer` null: it is back in the rack. Closed: a field that a camera does not know might
 * be a condition.
 */
export const CameraAssignment = Type.Object(
  {
    id: Type.String({ pattern: '^[0-9a-f]{32}$' }),
    camera: Id,
    issued: Timestamp,
    officer: Type.Union([AssignedOfficer, Type.Null()]),
  },
  closed,
);
export type CameraAssignment = Static<typeof CameraAssignment>;
const validator = Compile(CameraAssignment);

/** `POST /v1/assignment` of a device: a note that the dock on the line signed, and its evidence chain, leaf first. */
export const DockNote = Type.Object({
  note: Type.String({ maxLength: 16 * 1024 }),
  evidence: Type.Array(Type.String({ maxLength: 16 * 1024 }), { minItems: 1, maxItems: 4 }),
});
export type DockNote = Static<typeof DockNote>;

export interface SignedAssignment {
  readonly dock: string;
  readonly assignment: CameraAssignment;
  /** SHA-256 of the signed line, hexadecimal: the camera's journal names it by this. */
  readonly hash: string;
}

/** A signed note: the origin, then the assignment on one line of JSON. `code` 'bad-assignment' if it is none. */
export function signAssignment(
  dock: string,
  assignment: CameraAssignment,
  signer: Signer,
): { note: string; hash: string } {
  if (!validator.Check(assignment)) throw new ProtocolError('bad-assignment', 'not an assignment');
  const line = JSON.stringify(assignment);
  return { note: signDockLine(dock, assignmentOrigin(dock), line, signer), hash: hashOf(line) };
}

/** An assignment that a dock of our agency signed. Which camera it is for is not judged here. `code` 'bad-assignment'. */
export function openAssignment(delivery: DockNote, trust: EvidenceTrust): SignedAssignment {
  try {
    const { dock, line } = openDockLine(delivery, assignmentOrigin, trust);
    const assignment: unknown = JSON.parse(line);
    // One spelling: no name twice, of which two readers might take either.
    if (!validator.Check(assignment) || JSON.stringify(assignment) !== line)
      throw new ProtocolError('bad-assignment', 'it is signed, and out of schema');
    return { dock, assignment, hash: hashOf(line) };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'unreadable';
    throw new ProtocolError('bad-assignment', `not an assignment of a dock of ours: ${why}`, { cause });
  }
}

function hashOf(line: string): string {
  return toHex(sha256(toUtf8(line)));
}
