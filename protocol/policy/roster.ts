import { Type, type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import type { Signer } from '../crypto/ed25519.ts';
import { sha256 } from '../crypto/sha256.ts';
import { toHex, toUtf8 } from '../encoding/bytes.ts';
import { ProtocolError } from '../errors.ts';
import { Count, Sha256Hex } from '../journal/entry-schema.ts';
import { openArchiveLine, signArchiveLine } from '../note/archive-note.ts';
import type { EvidenceTrust } from '../note/evidence-line.ts';
import { rosterOrigin } from '../note/names.ts';
import { AssignedOfficer } from '../wire/assignment.ts';

const closed = { additionalProperties: false } as const;
const Name = Type.String({ minLength: 1, maxLength: 128 });
/** RFC 3339 full-date. */
const FullDate = Type.String({ pattern: '^[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])$' });

/** A roster in one file, as it lies on a dock. */
export const MAX_ROSTER_BYTES = 8 * 1024 * 1024;
const MAX_OFFICERS = 20_000;

/** Who may enforce: F-11. */
export const RosterOfficer = Type.Object(
  {
    number: AssignedOfficer.properties.number,
    name: Name,
    unit: Type.Optional(Name),
    /** Number of the certificate of enforcement, 执法证号. */
    certificate: Name,
    /** Last day on which the certificate is valid. */
    validUntil: FullDate,
    /** What a card reader types for this officer. */
    card: Type.Optional(Type.String({ minLength: 4, maxLength: 64 })),
    /** Raised when the PIN was forgotten: one set under a lower number is void. */
    pinEpoch: Type.Optional(Count),
  },
  closed,
);
export type RosterOfficer = Static<typeof RosterOfficer>;

const RosterLine = Type.Object(
  { version: Type.Integer({ minimum: 1, maximum: 0xffff_ffff }), officers: Sha256Hex },
  closed,
);

/**
 * The file: the officers as JSON, exact to the byte, and a signed note over their hash: a note itself is too small for all
 * of a county's.
 */
export const RosterFile = Type.Object(
  {
    format: Type.Literal('mingjing/roster/1'),
    note: Type.String({ maxLength: 16 * 1024 }),
    evidence: Type.Array(Type.String({ maxLength: 16 * 1024 }), { minItems: 1, maxItems: 4 }),
    officers: Type.String({ maxLength: MAX_ROSTER_BYTES }),
  },
  closed,
);
export type RosterFile = Static<typeof RosterFile>;

export interface Roster {
  readonly archive: string;
  /** Counts the agency's rosters: a lower one is an old one. */
  readonly version: number;
  readonly officers: readonly RosterOfficer[];
}

const lineShape = Compile(RosterLine);
const fileShape = Compile(RosterFile);
const officersShape = Compile(Type.Array(RosterOfficer, { maxItems: MAX_OFFICERS }));

/** `code` 'bad-roster': an officer is out of schema, or two share a number or a card. */
export function signRoster(
  archive: string,
  version: number,
  officers: unknown,
  { signer, chain }: { readonly signer: Signer; readonly chain: readonly string[] },
): RosterFile {
  const text = JSON.stringify(requireOfficers(officers));
  const line = { version, officers: toHex(sha256(toUtf8(text))) };
  if (!lineShape.Check(line)) throw bad(`a roster has a version from 1, not ${version}`);
  const note = signArchiveLine(archive, rosterOrigin(archive), JSON.stringify(line), signer);
  const file: RosterFile = { format: 'mingjing/roster/1', note, evidence: [...chain], officers: text };
  if (toUtf8(JSON.stringify(file)).length > MAX_ROSTER_BYTES)
    throw bad(`a roster has at most ${MAX_ROSTER_BYTES} bytes`);
  return file;
}

/** A roster that an archive of our agency signed. `code` 'bad-roster'. */
export function openRoster(file: unknown, trust: EvidenceTrust): Roster {
  if (!fileShape.Check(file)) throw bad('not a file of format mingjing/roster/1');
  try {
    const { archive, line } = openArchiveLine(file, rosterOrigin, trust);
    const told: unknown = JSON.parse(line);
    if (!lineShape.Check(told)) throw bad('it is signed, and out of schema');
    if (toHex(sha256(toUtf8(file.officers))) !== told.officers)
      throw bad('the officers are not those that were signed');
    return { archive, version: told.version, officers: requireOfficers(JSON.parse(file.officers)) };
  } catch (cause) {
    if (cause instanceof ProtocolError && cause.code === 'bad-roster') throw cause;
    const why = cause instanceof Error ? cause.message : 'unreadable';
    throw bad(`not a roster of an archive of ours: ${why}`, cause);
  }
}

function requireOfficers(value: unknown): readonly RosterOfficer[] {
  if (!officersShape.Check(value)) {
    const where = officersShape
      .Errors(value)
      .slice(0, 8)
      .map(({ instancePath, message }) => `${instancePath === '' ? '/' : instancePath} ${message}`);
    throw bad(`not officers: ${where.join('; ')}`);
  }
  const names = value.flatMap(({ number, card }) => (card === undefined ? [number] : [number, card]));
  const seen = new Set<string>();
  const twice = names.find((name) => seen.size === seen.add(name).size);
  if (twice !== undefined) throw bad(`two officers go by ${JSON.stringify(twice)}`);
  return value;
}

function bad(why: string, cause?: unknown): ProtocolError {
  return new ProtocolError('bad-roster', why, { cause });
}
