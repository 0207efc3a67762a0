import {
  decodeEntry,
  JournalReplay,
  leafHash,
  MerkleTree,
  peekCheckpoint,
  successorOf,
  type JournalName,
  type ReadEntry,
  type RecordingModel,
  type SegmentModel,
} from '@mingjing/protocol';
import type { OpenArchive } from '../open-archive.ts';
import type { JournalRecord } from '../ports/catalogue.ts';
import { Footage } from '../shell/footage.ts';
import { RecordingKeys } from '../shell/recording-keys.ts';
import { ExportError } from './errors.ts';
import type { ExportSource } from './export-source.ts';

/**
 * Finds a recording by its id and gathers what an export of it is made of, without opening anything. `code`: see
 * ExportErrorCode.
 */
export async function gatherExport(archive: OpenArchive, recording: string): Promise<ExportSource> {
  const { journal, entries, model, lostObjects, successor } = await findRecording(archive, recording);
  if (model.closed === undefined) {
    throw new ExportError(
      'recording-open',
      `recording ${recording} is not closed yet: dock the camera, then export`,
    );
  }
  const { segments, lost } = await findFootage(archive, model, lostObjects);
  if (segments.length > 0) await requireKey(archive, model);
  const head = await provingHead(archive, journal, model.closed.entry);
  const tree = new MerkleTree();
  for (const bytes of entries) tree.appendLeafHash(leafHash(bytes));
  const first = model.opened.entry;
  const run = entries.slice(first, lastOf(model.closed.entry, successor, head.size) + 1);
  const footage = new Footage(archive.objects, archive.unsealing);
  const keys = new RecordingKeys(archive.objects, archive.unsealing);
  return {
    name: journal.name,
    recording: model,
    segments,
    lost,
    entries: run.map((bytes, n) => ({
      index: first + n,
      bytes,
      proof: tree.inclusionProof(first + n, head.size),
    })),
    checkpoint: head.checkpoint,
    ...(head.receipt === undefined ? {} : { receipt: head.receipt }),
    cameraChain: journal.evidence,
    archive: {
      id: archive.archive,
      agency: archive.agency,
      chain: archive.evidence.chain,
      signer: archive.evidence.signer,
    },
    recordingKey: () => keys.open(model),
    plaintext: (segment) => footage.plaintext(model, segment),
    sealed: async (object) => {
      const bytes = await archive.objects.read(object);
      if (bytes === undefined)
        throw new ExportError('footage-missing', `object ${object} is not here any more`);
      return bytes;
    },
  };
}

/** How far behind a recording's end the opening of the one that goes on from it is still given along. */
const MAX_ENTRIES_BETWEEN = 1_000;

/** The run ends with the recording; or, where another goes on from it, with the opening of that one, which says so. */
function lastOf(closed: number, successor: number | undefined, size: number): number {
  if (successor === undefined || successor >= size) return closed;
  return successor > closed && successor - closed <= MAX_ENTRIES_BETWEEN ? successor : closed;
}

/** The receipt and the camera's checkpoint of the same size; without a receipt that covers it, the newest checkpoint. */
async function provingHead(
  { catalogue }: OpenArchive,
  journal: JournalRecord,
  last: number,
): Promise<{ checkpoint: string; size: number; receipt?: string }> {
  const receipt = journal.receipt !== undefined && journal.receipted > last ? journal.receipt : undefined;
  const size = receipt === undefined ? journal.size : peekCheckpoint(receipt).size;
  const checkpoint = await catalogue.checkpointAtMost(journal.name, size);
  if (checkpoint === undefined || checkpoint.size <= last) {
    throw new ExportError(
      'recording-open',
      'the camera has not signed the end of this recording yet: dock it, then export',
    );
  }
  const matching = receipt !== undefined && checkpoint.size === size ? { receipt } : {};
  return { checkpoint: checkpoint.note, size: checkpoint.size, ...matching };
}

interface FoundRecording {
  readonly journal: JournalRecord;
  readonly entries: readonly Uint8Array[];
  readonly model: RecordingModel;
  readonly lostObjects: ReadonlySet<string>;
  /** Entry in which the recording that goes on from it was opened. */
  readonly successor: number | undefined;
}

async function findRecording({ catalogue }: OpenArchive, recording: string): Promise<FoundRecording> {
  for (const journal of await catalogue.journals()) {
    if ((await catalogue.recording(journal.name, recording)) === undefined) continue;
    const entries = await catalogue.entries(journal.name, 0, journal.size);
    const replay = replayOf(journal.name, entries);
    const model = replay.recordings.get(recording);
    if (model === undefined) continue;
    const successor = successorOf(model, replay)?.opened.entry;
    return { journal, entries, model, lostObjects: replay.lost, successor };
  }
  throw new ExportError(
    'recording-unknown',
    `no recording ${recording} here: see the list on the archive’s page`,
  );
}

function replayOf(name: JournalName, entries: readonly Uint8Array[]): JournalReplay {
  const replay = new JournalReplay(name);
  for (const [index, bytes] of entries.entries()) {
    const entry = readable(bytes);
    if (entry !== undefined) replay.apply(index, entry);
  }
  return replay;
}

/** A malformed entry is evidence too: it goes out with the run, and the verdict names it. */
function readable(bytes: Uint8Array): ReadEntry | undefined {
  try {
    return decodeEntry(bytes);
  } catch {
    return undefined;
  }
}

/** A loss the camera signed is no reason to withhold the rest; what is merely under way is worth waiting for. */
async function findFootage(
  { objects }: OpenArchive,
  recording: RecordingModel,
  lostObjects: ReadonlySet<string>,
): Promise<{ segments: SegmentModel[]; lost: SegmentModel[] }> {
  const segments: SegmentModel[] = [];
  const lost: SegmentModel[] = [];
  for (const segment of inOrder(recording)) {
    const { object, index } = segment;
    if ((await objects.confirm(object)) !== undefined) segments.push(segment);
    else if (lostObjects.has(object)) lost.push(segment);
    else {
      throw new ExportError(
        'footage-missing',
        `segment ${index} has not arrived: dock the camera until its bay is ready, then export`,
      );
    }
  }
  return { segments, lost };
}

/** A journal may be faulty: of two segments with one index, which the verdict will name, the first is taken. */
function inOrder({ segments }: RecordingModel): SegmentModel[] {
  const byIndex = new Map<number, SegmentModel>();
  for (const segment of segments) if (!byIndex.has(segment.index)) byIndex.set(segment.index, segment);
  return [...byIndex.values()].sort((a, b) => a.index - b.index);
}

async function requireKey({ objects, unsealing }: OpenArchive, recording: RecordingModel): Promise<void> {
  if (unsealing.length === 0) {
    throw new ExportError(
      'cannot-unseal',
      'this archive was enrolled without the right to open footage: export where it may be opened',
    );
  }
  if ((await objects.confirm(recording.opened.body.key.object)) === undefined) {
    throw new ExportError(
      'key-missing',
      'the key of this recording is not here: without it nobody can open its footage',
    );
  }
}
