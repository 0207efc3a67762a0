import { Compile } from 'typebox/compile';
import { fromUtf8, toUtf8 } from '../encoding/bytes.ts';
import { ProtocolError } from '../errors.ts';
import { entrySchemas, type Entry, type EntryType } from './entry-schema.ts';

export const MAX_ENTRY_BYTES = 65_535;

/** An entry as it was read: known and judged, or kept whole though not understood. */
export type ReadEntry =
  | {
      readonly known: true;
      readonly entry: Entry;
      /** Fields a later version added: not judged. */ readonly unknownFields: readonly string[];
    }
  | { readonly known: false; readonly type: string; readonly at: string | undefined };

type Validator = (value: unknown) => string | undefined;

const types = Object.keys(entrySchemas) as EntryType[];
const validators = new Map<string, { check: Validator; schema: object }>(
  types.map((type) => [type, validatorOf(type)]),
);

/**
 * The bytes of an entry: exactly what JSON.stringify gives, UTF-8. They are kept for ever as they are and
 * never written anew. Throws 'bad-entry' if the entry breaks its own schema.
 */
export function encodeEntry(entry: Entry): Uint8Array {
  const bytes = toUtf8(JSON.stringify(entry));
  const read = decodeEntry(bytes);
  if (!read.known || read.unknownFields.length > 0) throw badEntry('it has fields its type does not know');
  return bytes;
}

/**
 * Reads an entry. One JSON object, spelled exactly as JSON.stringify would spell it: so there are no two
 * spellings of one entry, no duplicate names that two readers could read in two ways, and no room to hide.
 * `code`: 'entry-too-large', 'bad-entry'. An unknown type is no error.
 */
export function decodeEntry(bytes: Uint8Array): ReadEntry {
  if (bytes.length > MAX_ENTRY_BYTES) {
    throw new ProtocolError(
      'entry-too-large',
      `an entry has at most ${MAX_ENTRY_BYTES} bytes, this one has ${bytes.length}`,
    );
  }
  const value = parseObject(bytes);
  const type = value['type'];
  if (typeof type !== 'string') throw badEntry('it has no type');
  const known = validators.get(type);
  if (known === undefined) {
    const at = value['at'];
    return { known: false, type, at: typeof at === 'string' ? at : undefined };
  }
  const unknownFields: string[] = [];
  const judged = understood(value, known.schema, '', unknownFields);
  const mistake = known.check(judged);
  if (mistake !== undefined) throw badEntry(`${type}${mistake}`);
  return { known: true, entry: judged as Entry, unknownFields };
}

/** The value without the fields its schema does not know, at any depth; these go to `unknown`, by their path. */
function understood(value: unknown, schema: object, path: string, unknown: string[]): unknown {
  const { properties } = schema as { readonly properties?: Readonly<Record<string, object>> };
  if (properties === undefined || typeof value !== 'object' || value === null || Array.isArray(value))
    return value;
  const fields = Object.entries(value).filter(([field]) => {
    if (Object.hasOwn(properties, field)) return true;
    unknown.push(`${path}${field}`);
    return false;
  });
  return Object.fromEntries(
    fields.map(([field, inner]) => [
      field,
      understood(inner, properties[field] ?? {}, `${path}${field}.`, unknown),
    ]),
  );
}

function parseObject(bytes: Uint8Array): Record<string, unknown> {
  let value: unknown;
  try {
    const text = fromUtf8(bytes);
    value = JSON.parse(text);
    if (JSON.stringify(value) !== text)
      throw new ProtocolError('bad-encoding', 'not spelled as JSON.stringify spells it');
  } catch (cause) {
    throw badEntry(cause instanceof Error ? cause.message : 'unreadable', cause);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw badEntry('it is not a JSON object');
  return value as Record<string, unknown>;
}

function validatorOf(type: EntryType): { check: Validator; schema: object } {
  const schema = entrySchemas[type];
  const compiled = Compile(schema);
  return {
    check: (value) => {
      if (compiled.Check(value)) return undefined;
      const first = compiled.Errors(value)[0];
      return `${first?.instancePath ?? ''}: ${first?.message ?? 'does not fit its schema'}`;
    },
    schema,
  };
}

function badEntry(why: string, cause?: unknown): ProtocolError {
  return new ProtocolError('bad-entry', `not a journal entry: ${why}`, { cause });
}
