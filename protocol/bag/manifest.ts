import { fromUtf8 } from '../encoding/bytes.ts';
import { ProtocolError } from '../errors.ts';

/** RFC 8493: the tag files of a BagIt 1.0 bag, as this project writes them. */
export const BAG_DECLARATION = 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n';
const MAX_MANIFEST_BYTES = 64 * 1024 * 1024;
const SAFE_PATH = /^[A-Za-z0-9_-][A-Za-z0-9_.-]*(?:\/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*$/;

/** Path → SHA-256, lower-case hexadecimal. */
export type Manifest = ReadonlyMap<string, string>;

/** RFC 8493 section 2.1.3, sorted by path, one spelling only. */
export function formatManifest(manifest: Manifest): string {
  const paths = [...manifest.keys()].sort();
  return paths.map((path) => `${manifest.get(path) ?? ''}  ${requireBagPath(path)}\n`).join('');
}

/** Strict: exactly what {@link formatManifest} writes. `code` 'bad-bag', naming the line. */
export function parseManifest(bytes: Uint8Array): Manifest {
  if (bytes.length > MAX_MANIFEST_BYTES) throw new ProtocolError('bad-bag', 'the manifest is too large');
  const text = fromUtf8(bytes);
  if (!text.endsWith('\n')) throw new ProtocolError('bad-bag', 'the last line of the manifest is cut');
  const manifest = new Map<string, string>();
  let previous = '';
  for (const [n, line] of text.slice(0, -1).split('\n').entries()) {
    const match = /^([0-9a-f]{64}) {2}(.+)$/.exec(line);
    const [, hash, path] = match ?? [];
    if (hash === undefined || path === undefined || !SAFE_PATH.test(path) || path <= previous) {
      throw new ProtocolError(
        'bad-bag',
        `line ${n + 1} of the manifest is malformed, doubled or out of order`,
      );
    }
    manifest.set(path, hash);
    previous = path;
  }
  return manifest;
}

/** A path that means the same on every system and stays inside the bag. */
export function requireBagPath(path: string): string {
  if (!SAFE_PATH.test(path) || path.length > 200)
    throw new ProtocolError('bad-bag', `not a path for a bag: ${JSON.stringify(path)}`);
  return path;
}

/** RFC 8493 section 2.2.2. Keys and values hold no newline. */
export function formatBagInfo(fields: readonly (readonly [key: string, value: string])[]): string {
  return fields.map(([key, value]) => `${key}: ${value.replace(/[\r\n]+/g, ' ')}\n`).join('');
}
