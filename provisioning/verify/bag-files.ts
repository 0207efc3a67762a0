import { closeSync, lstatSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import {
  BAG_DECLARATION,
  EXPORT_FILES,
  parseManifest,
  sha256Stream,
  toHex,
  type Finding,
  type FindingCode,
  type Manifest,
} from '@mingjing/protocol';

/** A megabyte at a time, read synchronously, is the fastest way to hash in Node. */
const READ_BYTES = 1024 * 1024;
const MAX_TEXT_BYTES = 64 * 1024 * 1024;
const MAX_FILES = 2_000_000;

/** A bag on disk, whose every byte may be an attacker's. Only regular files count; links are foreign. */
export class BagFiles {
  readonly directory: string;
  /** Path in the bag → bytes. */
  readonly sizes: ReadonlyMap<string, number>;

  constructor(directory: string) {
    this.directory = directory;
    this.sizes = listFiles(directory);
  }

  has(path: string): boolean {
    return this.sizes.has(path);
  }

  /** A small file, whole. Throws if it is not there or too large. */
  bytes(path: string): Uint8Array {
    if ((this.sizes.get(path) ?? Infinity) > MAX_TEXT_BYTES)
      throw new RangeError(`${path} is missing or too large`);
    return readFileSync(join(this.directory, path));
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

/** RFC 8493: every file is listed, every listed file is there, and is what its manifest says. */
export function checkBag(
  bag: BagFiles,
  onFile: (path: string) => void,
): { findings: Finding[]; hashes: ReadonlyMap<string, string> } {
  const findings: Finding[] = [];
  const hashes = new Map<string, string>();
  const listed = new Set<string>([EXPORT_FILES.tagManifest]);
  for (const name of [EXPORT_FILES.tagManifest, EXPORT_FILES.manifest]) {
    for (const [path, expected] of readManifest(bag, name, findings)) {
      listed.add(path);
      if (path.startsWith('data/') !== (name === EXPORT_FILES.manifest))
        findings.push(fault('file-malformed', name, `${path} is in the wrong manifest`));
      if (!bag.has(path)) {
        findings.push(fault('file-missing', path));
        continue;
      }
      const actual = bag.sha256(path);
      hashes.set(path, actual);
      if (actual !== expected) findings.push(fault('file-altered', path));
      onFile(path);
    }
  }
  for (const path of bag.sizes.keys()) if (!listed.has(path)) findings.push(fault('file-not-listed', path));
  if (
    bag.has(EXPORT_FILES.declaration) &&
    Buffer.from(bag.bytes(EXPORT_FILES.declaration)).toString() !== BAG_DECLARATION
  ) {
    findings.push(fault('file-malformed', EXPORT_FILES.declaration, 'not a BagIt 1.0 bag'));
  }
  return { findings, hashes };
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

function readManifest(bag: BagFiles, name: string, findings: Finding[]): Manifest {
  if (!bag.has(name)) {
    findings.push(fault('file-missing', name));
    return new Map();
  }
  try {
    return parseManifest(bag.bytes(name));
  } catch (error) {
    findings.push(fault('file-malformed', name, error instanceof Error ? error.message : undefined));
    return new Map();
  }
}

function listFiles(directory: string): Map<string, number> {
  const files = new Map<string, number>();
  const walk = (prefix: string): void => {
    for (const name of readdirSync(join(directory, prefix))) {
      const path = prefix === '' ? name : `${prefix}/${name}`;
      const stat = lstatSync(join(directory, path));
      if (stat.isDirectory()) walk(path);
      else files.set(path, stat.isFile() ? stat.size : -1);
      if (files.size > MAX_FILES) throw new RangeError(`more than ${MAX_FILES} files`);
    }
  };
  walk('');
  return files;
}
