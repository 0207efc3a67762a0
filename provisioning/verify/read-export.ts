import {
  archiveOf,
  archiveKeyName,
  EXPORT_FILES,
  formatStatement,
  fromUtf8,
  noteVerifier,
  openNote,
  parseFootageMap,
  parseTlogProof,
  proofFile,
  sealedFile,
  splitPem,
  uncoveredFrom,
  type Evidence,
  type Finding,
  type FootageMap,
  type PresentedBytes,
  type PresentedEntry,
} from '@mingjing/protocol';
import { fault, type BagFiles } from './bag-files.ts';

/** What an export presents, ready to be judged; undefined where it presents too little to judge. */
export interface ReadExport {
  readonly evidence: Evidence | undefined;
  readonly findings: readonly Finding[];
}

/** Reads an export against `roots`, which come from the judge and never from the bag. */
export function readExport(
  bag: BagFiles,
  hashes: ReadonlyMap<string, string>,
  roots: readonly string[],
): ReadExport {
  const findings: Finding[] = [];
  const map = attempt(EXPORT_FILES.footage, findings, () => parseFootageMap(bag.bytes(EXPORT_FILES.footage)));
  const checkpoint = attempt(EXPORT_FILES.checkpoint, findings, () =>
    fromUtf8(bag.bytes(EXPORT_FILES.checkpoint)),
  );
  const cameraChain = attempt(EXPORT_FILES.cameraChain, findings, () =>
    splitPem(fromUtf8(bag.bytes(EXPORT_FILES.cameraChain))),
  );
  const archiveChain = attempt(EXPORT_FILES.archiveChain, findings, () =>
    splitPem(fromUtf8(bag.bytes(EXPORT_FILES.archiveChain))),
  );
  if (map === undefined || checkpoint === undefined || cameraChain === undefined)
    return { evidence: undefined, findings };
  findings.push(...checkCoverage(bag, map), ...checkStatement(bag, hashes, map, archiveChain ?? [], roots));
  const evidence: Evidence = {
    journal: { device: map.device, epoch: map.epoch },
    entries: readEntries(bag, checkpoint, findings),
    checkpoint,
    cameraChain,
    roots,
    recordings: [map.recording],
    footage: {
      sealed: (object) => presentFile(bag, sealedFile(object)),
      content: (recording, segment) =>
        recording === map.recording ? presentSegment(bag, map, segment.index) : undefined,
      key: () =>
        bag.has(EXPORT_FILES.recordingKey)
          ? fromUtf8(bag.bytes(EXPORT_FILES.recordingKey)).trim()
          : undefined,
    },
    ...(bag.has(EXPORT_FILES.receipt)
      ? { receipt: { note: fromUtf8(bag.bytes(EXPORT_FILES.receipt)), chain: archiveChain ?? [] } }
      : {}),
  };
  return { evidence, findings };
}

/** The archive signed what it gave out: no file of the bag can be changed and the manifests written anew. */
function checkStatement(
  bag: BagFiles,
  hashes: ReadonlyMap<string, string>,
  map: FootageMap,
  chain: readonly string[],
  roots: readonly string[],
): Finding[] {
  if (!bag.has(EXPORT_FILES.statement)) return [fault('statement-missing', EXPORT_FILES.statement)];
  try {
    const { id } = archiveOf(chain, roots).name;
    const key = noteVerifier(archiveKeyName(id), archiveOf(chain, roots).publicKey);
    const { text } = openNote(bag.bytes(EXPORT_FILES.statement), [key]);
    const stated = [EXPORT_FILES.manifest, EXPORT_FILES.info, EXPORT_FILES.readme, EXPORT_FILES.declaration];
    const files = new Map(stated.map((file) => [file, hashes.get(file) ?? '']));
    if (
      text !==
      formatStatement({ archive: id, device: map.device, epoch: map.epoch, recording: map.recording, files })
    ) {
      throw new Error('the files are not those the archive stated');
    }
    return [];
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return [
      {
        axis: 'signer',
        code: 'statement-refused',
        severity: 'fault',
        place: { file: EXPORT_FILES.statement },
        detail,
      },
    ];
  }
}

function checkCoverage(bag: BagFiles, map: FootageMap): Finding[] {
  return map.parts.flatMap((part) => {
    const size = bag.sizes.get(part.file);
    if (size === undefined) return [fault('file-missing', part.file)];
    const from = uncoveredFrom(part, size);
    return from === undefined
      ? []
      : [
          {
            ...fault('bytes-not-covered', part.file),
            place: { file: part.file, bytes: [from, size] as const },
          },
        ];
  });
}

function readEntries(bag: BagFiles, checkpoint: string, findings: Finding[]): PresentedEntry[] {
  const paths = [...bag.sizes.keys()].filter((path) => path.startsWith('data/entries/')).sort();
  return paths.flatMap((path) => {
    const index = Number(/^data\/entries\/(\d{9,15})\.json$/.exec(path)?.[1] ?? NaN);
    const file = proofFile(index);
    const proof = attempt(file, findings, () => parseTlogProof(bag.bytes(file)));
    if (proof === undefined) return [];
    if (proof.index !== index || proof.checkpoint !== checkpoint) {
      findings.push(fault('file-malformed', file, 'it proves another entry, or against another checkpoint'));
    }
    return [{ index, bytes: bag.bytes(path), proof: proof.proof }];
  });
}

function presentFile(bag: BagFiles, file: string): PresentedBytes | undefined {
  const size = bag.sizes.get(file);
  return size === undefined ? undefined : { bytes: bag.range(file, 0, size), place: { file } };
}

/** A segment's plaintext: the init of its part, then its own range. */
function presentSegment(bag: BagFiles, map: FootageMap, index: number): PresentedBytes | undefined {
  const part = map.parts.find(({ segments }) => segments.some(({ segment }) => segment === index));
  const range = part?.segments.find(({ segment }) => segment === index)?.bytes;
  if (part === undefined || range === undefined || !bag.has(part.file)) return undefined;
  function* bytes(
    file: string,
    init: readonly [number, number],
    own: readonly [number, number],
  ): Generator<Uint8Array> {
    yield* bag.range(file, ...init);
    yield* bag.range(file, ...own);
  }
  return { bytes: bytes(part.file, part.init, range), place: { file: part.file, bytes: range } };
}

function attempt<T>(file: string, findings: Finding[], read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    findings.push(fault('file-malformed', file, error instanceof Error ? error.message : undefined));
    return undefined;
  }
}
