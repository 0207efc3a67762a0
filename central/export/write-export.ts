import { createReadStream } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  BAG_DECLARATION,
  entryFile,
  EXPORT_FILES,
  formatBagInfo,
  formatEvidenceList,
  formatManifest,
  formatStatement,
  formatTlogProof,
  noteSigner,
  archiveKeyName,
  proofFile,
  sealedFile,
  sha256,
  sha256Stream,
  signNote,
  toHex,
  toUtf8,
  type FootageMap,
} from '@mingjing/protocol';
import type { ExportSource } from './export-source.ts';
import { footageWriter } from './footage-writer.ts';
import { putInPlace } from './put-in-place.ts';
import { readmeOf } from './readme.ts';

export interface ExportProgress {
  readonly segments: number;
  readonly totalSegments: number;
}

export interface ExportOptions {
  readonly onProgress?: (progress: ExportProgress) => void;
  /** Given up when it says so, with its reason. */
  readonly signal?: AbortSignal;
}

/** Writes an export (BagIt 1.0, RFC 8493) to `out`, whole and durable or not at all. `code`: see ExportErrorCode. */
export async function writeExport(
  source: ExportSource,
  out: string,
  at: Date,
  options: ExportOptions = {},
): Promise<void> {
  await putInPlace(out, async (bag) => {
    for (const room of ['entries', 'proofs', 'certificates'])
      await mkdir(join(bag, 'data', room), { recursive: true, mode: 0o700 });
    const parts = await writeFootage(source, bag, options);
    await writeSealed(source, bag);
    await writeJournal(source, bag);
    await writeTags(source, bag, parts, at);
    options.signal?.throwIfAborted();
  });
}

async function writeFootage(
  source: ExportSource,
  bag: string,
  { onProgress, signal }: ExportOptions,
): Promise<FootageMap['parts']> {
  const { name, segments } = source;
  const { recording, opened } = source.recording;
  const writer = footageWriter(opened.body.mode, bag);
  let parts: FootageMap['parts'];
  try {
    for (const [n, segment] of segments.entries()) {
      signal?.throwIfAborted();
      await writer.segment(segment, source.plaintext(segment));
      onProgress?.({ segments: n + 1, totalSegments: segments.length });
    }
    parts = await writer.finish();
  } finally {
    await writer.close();
  }
  const map: FootageMap = { device: name.device, epoch: name.epoch, recording, parts };
  await put(bag, EXPORT_FILES.footage, `${JSON.stringify(map)}\n`);
  return parts;
}

/** What was recovered has no signed content hash: it is judged by its sealed object and the key that opens it. */
async function writeSealed(source: ExportSource, bag: string): Promise<void> {
  const recovered = source.segments.filter(({ content }) => content === undefined);
  if (recovered.length === 0) return;
  await mkdir(join(bag, 'data', 'sealed'), { mode: 0o700 });
  for (const object of new Set(recovered.map(({ object }) => object)))
    await put(bag, sealedFile(object), await source.sealed(object));
  await put(bag, EXPORT_FILES.recordingKey, `${await source.recordingKey()}\n`);
}

async function writeJournal(source: ExportSource, bag: string): Promise<void> {
  const { checkpoint } = source;
  for (const { index, bytes, proof } of source.entries) {
    await put(bag, entryFile(index), bytes);
    await put(bag, proofFile(index), formatTlogProof({ index, proof, checkpoint }));
  }
  await put(bag, EXPORT_FILES.checkpoint, checkpoint);
  if (source.receipt !== undefined) await put(bag, EXPORT_FILES.receipt, source.receipt);
  await put(bag, EXPORT_FILES.cameraChain, `${source.cameraChain.join('\n')}\n`);
  await put(bag, EXPORT_FILES.archiveChain, `${source.archive.chain.join('\n')}\n`);
}

/** Manifests, description, and the archive's signed statement over them. */
async function writeTags(
  source: ExportSource,
  bag: string,
  parts: FootageMap['parts'],
  at: Date,
): Promise<void> {
  const payload = await measure(bag, 'data');
  await put(bag, EXPORT_FILES.list, formatEvidenceList(payload));
  const files = await measure(bag, 'data');
  const tags = new Map<string, string | Uint8Array>([
    [EXPORT_FILES.declaration, BAG_DECLARATION],
    [EXPORT_FILES.info, formatBagInfo(infoOf(source, files, at))],
    [EXPORT_FILES.readme, readmeOf(source, parts)],
    [EXPORT_FILES.manifest, formatManifest(new Map(files.map(({ path, sha256: hash }) => [path, hash])))],
  ]);
  const hashes = new Map([...tags].map(([path, content]) => [path, hashOf(content)]));
  const { id, signer } = source.archive;
  const statement = signNote(
    formatStatement({ archive: id, ...source.name, recording: source.recording.recording, files: hashes }),
    noteSigner(archiveKeyName(id), signer),
  );
  tags.set(EXPORT_FILES.statement, statement);
  hashes.set(EXPORT_FILES.statement, hashOf(statement));
  for (const [path, content] of tags) await put(bag, path, content);
  await put(bag, EXPORT_FILES.tagManifest, formatManifest(hashes));
}

function infoOf(
  source: ExportSource,
  files: readonly { size: number }[],
  at: Date,
): (readonly [string, string])[] {
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  const { opened, closed } = source.recording;
  return [
    ['Source-Organization', source.archive.agency],
    ['External-Identifier', `${source.name.device}/${source.name.epoch}/${source.recording.recording}`],
    ['External-Description', `${opened.body.start} - ${closed?.body.end ?? ''}`],
    ['Bagging-Date', at.toISOString().slice(0, 10)],
    ['Payload-Oxum', `${bytes}.${files.length}`],
  ];
}

async function measure(
  bag: string,
  prefix: string,
): Promise<{ path: string; size: number; sha256: string }[]> {
  const found = await readdir(join(bag, prefix), { withFileTypes: true });
  const nested = await Promise.all(
    found.map(async (item) => {
      const path = `${prefix}/${item.name}`;
      return item.isDirectory()
        ? await measure(bag, path)
        : [{ path, ...(await measureFile(join(bag, path))) }];
    }),
  );
  return nested.flat().sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function measureFile(path: string): Promise<{ size: number; sha256: string }> {
  const hash = sha256Stream();
  let size = 0;
  for await (const part of createReadStream(path, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>) {
    hash.update(part);
    size += part.length;
  }
  return { size, sha256: toHex(hash.digest()) };
}

function hashOf(content: string | Uint8Array): string {
  return toHex(sha256(typeof content === 'string' ? toUtf8(content) : content));
}

async function put(
  bag: string,
  path: string,
  content: string | Uint8Array | AsyncIterable<Uint8Array>,
): Promise<void> {
  await writeFile(join(bag, path), content, { mode: 0o600, flag: 'wx' });
}
