import { readFileSync } from 'node:fs';
import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { Default } from 'typebox/value';
import { RuntimeError } from './errors.ts';

/**
 * Reads a JSON configuration against a closed schema. Every mistake is told at once, by its path.
 * `code` 'bad-config'.
 */
export function readConfig<T extends TSchema>(schema: T, path: string): Static<T> {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new RuntimeError('bad-config', `${path} cannot be read as JSON`, { cause });
  }
  return checkConfig(schema, value, path);
}

export function checkConfig<T extends TSchema>(schema: T, value: unknown, name: string): Static<T> {
  const filled = Default(schema, value);
  const validator = Compile(schema);
  if (validator.Check(filled)) return filled;
  const mistakes = validator
    .Errors(filled)
    .map((error) => `  ${error.instancePath || '/'}: ${error.message}`);
  throw new RuntimeError('bad-config', `${name} has ${mistakes.length} mistake(s):\n${mistakes.join('\n')}`);
}
