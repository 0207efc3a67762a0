import { closeSync, lstatSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { fromUtf8, sha256Stream, toHex, type Finding, type FindingCode } from '@mingjing/protocol';

/** A megabyte at a time, read synchronously, is the fastest way to hash in Node. */
const READ_BYTES = 1024 * 1024;
const MAX_FILES = 2_000_000;
/** `data/certificates/camera.pem`: nothing of ours lies deeper. */
const MAX_DEPTH = 3;

/** A bag on disk, whose every byte and name may be an attacker's. Only regular files are ever opened. */
export class BagFiles {
  readonly directory: string;
  /** Path in the bag → bytes, of regular files. */
  readonly sizes: ReadonlyMap<string, number>;
  /** Whatever else lies there: links, pipes, devices, names that are no text, folders too deep. */
  readonly foreign: readonly string[];

  constructor(directory: string) {
    this.directory = directory;
    const sizes = new Map<string, number>();
    const foreign: string[] = [];
    listFiles(directory, '', MAX_DEPTH, sizes, foreign);
    this.sizes = sizes;
    this.foreign = foreign;
  }

  has(path: string): boolean {
    return this.sizes.has(path);
  }

  /** A file, whole. Throws if it is not there or larger than `limit` bytes. */
  bytes(path: string, limit: number): Uint8Array {
    const size = this.sizes.get(path);
    if (size === undefined) throw new RangeError(`${path} is missing`);
    if (size > limit) throw new RangeError(`${path} has more than ${limit} bytes`);
    return readFileSync(join(this.directory, path));
  }

  /** A file of text, whole. Throws as {@link bytes} does, and if it is not UTF-8. */
  text(path: string, limit: number): string {
    return fromUtf8(this.bytes(path, limit));
  }

  /** A run of a file, `[from, to)`. The pieces share one buffer: each is valid until the next. */
  *range(path: string, from: number, to: number): Generator<Uint8Array> {
    if (!this.has(path)) return;
    const file = openSync(join(this.directory, path), 'r');
    try {
      const buffer = new Uint8Array(Math.min(READ_BYTES, Math.max(1, to - from)));
      for (let at = from; at < to;) {
        const read = readSync(file, buffer, 0, Math.min(buffer.length, to - at), at);
        if (read === 0) return;
        yield buffer.subarray(0, read);
        at += read;
      }
    } finally {
      closeSync(file);
    }
  }

  sha256(path: string): string {
    const hash = sha256Stream();
    for (const part of this.range(path, 0, this.sizes.get(path) ?? 0)) hash.update(part);
    return toHex(hash.digest());
  }
}

export function fault(code: FindingCode, file: string, detail?: string): Finding {
  return {
    axis: 'integrity',
    code,
    severity: 'fault',
    place: { file },
    ...(detail === undefined ? {} : { detail }),
  };
}

/** What `read` gives, or a finding that the file is malformed. */
export function attempt<T>(file: string, findings: Finding[], read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    findings.push(fault('file-malformed', file, error instanceof Error ? error.message : undefined));
    return undefined;
  }
}

function listFiles(
  directory: string,
  prefix: string,
  depth: number,
  sizes: Map<string, number>,
  foreign: string[],
): void {
  for (const item of readdirSync(Buffer.from(join(directory, prefix)), {
    encoding: 'buffer',
    withFileTypes: true,
  })) {
    const name = readName(item.name);
    const path = `${prefix}${name ?? item.name.toString('latin1')}`;
    if (name !== undefined && item.isFile()) sizes.set(path, lstatSync(join(directory, path)).size);
    else if (name !== undefined && item.isDirectory() && depth > 1)
      listFiles(directory, `${path}/`, depth - 1, sizes, foreign);
    else foreign.push(path);
    if (sizes.size + foreign.length > MAX_FILES) throw new RangeError(`more than ${MAX_FILES} files`);
  }
}

function readName(name: Buffer): string | undefined {
  try {
    return fromUtf8(name);
  } catch {
    return undefined;
  }
}
