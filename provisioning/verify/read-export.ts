import {
  decodeEntry,
  entryFile,
  EXPORT_FILES,
  footageFile,
  MAX_ENTRY_BYTES,
  parseFootageMap,
  parseTlogProof,
  proofFile,
  sealedFile,
  splitPem,
  WAV_HEAD_BYTES,
  wavHeadOf,
  ProtocolError,
  type Evidence,
  type Finding,
  type FootageMap,
  type RecordingMode,
  type PresentedBytes,
  type PresentedEntry,
} from '@mingjing/protocol';
import { attempt, fault, type BagFiles } from './bag-files.ts';
import { checkFootageMap } from './check-footage-map.ts';

const MAX_NOTE_BYTES = 64 * 1024;
const MAX_PROOF_BYTES = 128 * 1024;
const MAX_MAP_BYTES = 64 * 1024 * 1024;
const MAX_KEY_BYTES = 1024;

/** What an export presents; `evidence` is undefined where it presents too little to judge. */
export interface ReadExport {
  readonly evidence: Evidence | undefined;
  readonly map: FootageMap | undefined;
  readonly archiveChain: readonly string[];
  readonly findings: readonly Finding[];
}

/** Reads an export against `roots`, which come from the judge and never from the bag. */
export function readExport(bag: BagFiles, roots: readonly string[]): ReadExport {
  const findings: Finding[] = [];
  const text = (file: string, limit: number): string | undefined =>
    attempt(file, findings, () => bag.text(file, limit));
  const map = attempt(EXPORT_FILES.footage, findings, () =>
    parseFootageMap(bag.bytes(EXPORT_FILES.footage, MAX_MAP_BYTES)),
  );
  const checkpoint = text(EXPORT_FILES.checkpoint, MAX_NOTE_BYTES);
  const cameraChain = splitPem(text(EXPORT_FILES.cameraChain, MAX_NOTE_BYTES) ?? '');
  const archiveChain = splitPem(text(EXPORT_FILES.archiveChain, MAX_NOTE_BYTES) ?? '');
  if (map === undefined || checkpoint === undefined)
    return { evidence: undefined, map, archiveChain, findings };
  const receipt = bag.has(EXPORT_FILES.receipt) ? text(EXPORT_FILES.receipt, MAX_NOTE_BYTES) : undefined;
  const key = bag.has(EXPORT_FILES.recordingKey)
    ? text(EXPORT_FILES.recordingKey, MAX_KEY_BYTES)?.trim()
    : undefined;
  const entries = readEntries(bag, checkpoint, findings);
  const named = namedSegments(entries, map.recording);
  const mode = modeOf(entries, map.recording);
  findings.push(...checkFootageMap(bag, map, new Set(named.keys()), mode));
  const recovered = new Set(
    [...named.values()].flatMap(({ object, recovered: cut }) => (cut ? [object] : [])),
  );
  for (const path of unexpectedFiles(bag, map, mode, entries, recovered))
    findings.push(fault('bytes-not-covered', path, 'nothing in the journal calls for this file'));
  const evidence: Evidence = {
    journal: { device: map.device, epoch: map.epoch },
    entries,
    checkpoint,
    cameraChain,
    roots,
    recordings: [map.recording],
    footage: {
      // Sealed objects stand in for footage only where the content could not be signed.
      sealed: (object) => (recovered.has(object) ? presentFile(bag, sealedFile(object)) : undefined),
      content: (recording, segment) =>
        recording === map.recording ? presentSegment(bag, map, segment.index) : undefined,
      key: () => key,
    },
    ...(receipt === undefined ? {} : { receipt: { note: receipt, chain: archiveChain } }),
  };
  return { evidence, map, archiveChain, findings };
}

function readEntries(bag: BagFiles, checkpoint: string, findings: Finding[]): PresentedEntry[] {
  const paths = [...bag.sizes.keys()].filter((path) => path.startsWith('data/entries/')).sort();
  return paths.flatMap((path) => {
    const index = Number(/^data\/entries\/(\d{9})\.json$/.exec(path)?.[1] ?? NaN);
    const file = proofFile(index);
    const bytes = attempt(path, findings, () => bag.bytes(path, MAX_ENTRY_BYTES));
    const proof = attempt(file, findings, () => parseTlogProof(bag.bytes(file, MAX_PROOF_BYTES)));
    if (proof === undefined || bytes === undefined) return [];
    if (proof.index !== index || proof.checkpoint !== checkpoint) {
      findings.push(fault('file-malformed', file, 'it proves another entry, or against another checkpoint'));
    }
    return [{ index, bytes, proof: proof.proof }];
  });
}

/** Segments the presented entries name; whether the entries hold is judged elsewhere. */
function namedSegments(
  entries: readonly PresentedEntry[],
  recording: string,
): Map<number, { object: string; recovered: boolean }> {
  const named = new Map<number, { object: string; recovered: boolean }>();
  for (const { bytes } of entries) {
    const entry = readable(bytes);
    if (entry?.type !== 'segment-sealed' && entry?.type !== 'segment-recovered') continue;
    if (entry.recording === recording)
      named.set(entry.index, { object: entry.object, recovered: entry.type === 'segment-recovered' });
  }
  return named;
}

/** What the recording was opened as; without its opening, which the verdict misses, a video. */
function modeOf(entries: readonly PresentedEntry[], recording: string): RecordingMode {
  for (const { bytes } of entries) {
    const entry = readable(bytes);
    if (entry?.type === 'recording-opened' && entry.recording === recording) return entry.mode;
  }
  return 'video';
}

function readable(
  bytes: Uint8Array,
): Extract<ReturnType<typeof decodeEntry>, { known: true }>['entry'] | undefined {
  try {
    const read = decodeEntry(bytes);
    return read.known ? read.entry : undefined;
  } catch {
    return undefined; // the verdict names it
  }
}

/** A payload file that no rule of the export calls for could be taken for evidence, however it is listed. */
function unexpectedFiles(
  bag: BagFiles,
  map: FootageMap,
  mode: RecordingMode,
  entries: readonly PresentedEntry[],
  recovered: ReadonlySet<string>,
): string[] {
  const { footage, list, checkpoint, receipt, cameraChain, archiveChain, recordingKey } = EXPORT_FILES;
  const expected = new Set<string>([footage, list, checkpoint, receipt, cameraChain, archiveChain]);
  if (recovered.size > 0) expected.add(recordingKey);
  for (const { index } of entries) expected.add(entryFile(index)).add(proofFile(index));
  for (const object of recovered) expected.add(sealedFile(object));
  for (const part of map.parts.keys()) expected.add(footageFile(part, mode));
  return [...bag.sizes.keys()].filter((path) => path.startsWith('data/') && !expected.has(path));
}

function presentFile(bag: BagFiles, file: string): PresentedBytes | undefined {
  const size = bag.sizes.get(file);
  return size === undefined ? undefined : { bytes: bag.range(file, 0, size), place: { file } };
}

/** A segment's plaintext: the init of its part, or the head that its stamp makes; then its own range. */
function presentSegment(bag: BagFiles, map: FootageMap, index: number): PresentedBytes | undefined {
  const part = map.parts.find(({ segments }) => segments.some(({ segment }) => segment === index));
  const { bytes: range, stamp } = part?.segments.find(({ segment }) => segment === index) ?? {};
  if (part === undefined || range === undefined || !bag.has(part.file)) return undefined;
  function* bytes(
    file: string,
    init: readonly [number, number],
    own: readonly [number, number],
  ): Generator<Uint8Array> {
    if (stamp === undefined) yield* bag.range(file, ...init);
    else yield headOf(bag, file, stamp);
    yield* bag.range(file, ...own);
  }
  return { bytes: bytes(part.file, part.init, range), place: { file: part.file, bytes: range } };
}

/** Nothing, if no stamp of ours stands there: the hash of the segment then differs. */
function headOf(bag: BagFiles, file: string, [from, to]: readonly [number, number]): Uint8Array {
  if (to - from > WAV_HEAD_BYTES) return new Uint8Array();
  const stamp = Buffer.concat([...bag.range(file, from, to)].map((piece) => piece.slice()));
  try {
    return wavHeadOf(stamp);
  } catch (error) {
    if (error instanceof ProtocolError) return new Uint8Array();
    throw error;
  }
}
