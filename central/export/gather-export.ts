import {
  decodeEntry,
  JournalReplay,
  leafHash,
  MerkleTree,
  peekCheckpoint,
  type JournalName,
  type ReadEntry,
  type RecordingModel,
} from '@mingjing/protocol';
import type { OpenArchive } from '../open-archive.ts';
import type { JournalRecord } from '../ports/catalogue.ts';
import { Footage } from '../shell/footage.ts';
import { RecordingKeys } from '../shell/recording-keys.ts';
import { ExportError } from './errors.ts';
import type { ExportSource } from './export-source.ts';

/** Finds a recording by its id and gathers what an export of it is made of. `code`: see ExportErrorCode. */
export async function gatherExport(archive: OpenArchive, recording: string): Promise<ExportSource> {
  const { journal, entries, model } = await findRecording(archive, recording);
  if (model.closed === undefined) {
    throw new ExportError(
      'recording-open',
      `recording ${recording} is not closed yet: dock the camera, then export`,
    );
  }
  await requireFootage(archive, model);
  const head = await provingHead(archive, journal, model.closed.entry);
  const tree = new MerkleTree();
  for (const bytes of entries) tree.appendLeafHash(leafHash(bytes));
  const first = model.opened.entry;
  const run = entries.slice(first, model.closed.entry + 1);
  const footage = new Footage(archive.objects, archive.unsealing);
  return {
    name: journal.name,
    recording: model,
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
    recordingKey: await new RecordingKeys(archive.objects, archive.unsealing).open(model),
    plaintext: (segment) => footage.plaintext(model, segment),
    sealed: async (object) => {
      const bytes = await archive.objects.read(object);
      if (bytes === undefined)
        throw new ExportError('footage-missing', `object ${object} is not here any more`);
      return bytes;
    },
  };
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

async function findRecording(
  { catalogue }: OpenArchive,
  recording: string,
): Promise<{ journal: JournalRecord; entries: readonly Uint8Array[]; model: RecordingModel }> {
  for (const journal of await catalogue.journals()) {
    if ((await catalogue.recording(journal.name, recording)) === undefined) continue;
    const entries = await catalogue.entries(journal.name, 0, journal.size);
    const model = modelOf(journal.name, entries, recording);
    if (model !== undefined) return { journal, entries, model };
  }
  throw new ExportError(
    'recording-unknown',
    `no recording ${recording} here: see the list on the archive’s page`,
  );
}

function modelOf(
  name: JournalName,
  entries: readonly Uint8Array[],
  recording: string,
): RecordingModel | undefined {
  const replay = new JournalReplay(name);
  for (const [index, bytes] of entries.entries()) {
    const entry = readable(bytes);
    if (entry !== undefined) replay.apply(index, entry);
  }
  return replay.recordings.get(recording);
}

/** A malformed entry is evidence too: it goes out with the run, and the verdict names it. */
function readable(bytes: Uint8Array): ReadEntry | undefined {
  try {
    return decodeEntry(bytes);
  } catch {
    return undefined;
  }
}

async function requireFootage({ objects }: OpenArchive, { segments }: RecordingModel): Promise<void> {
  for (const { object, index } of segments) {
    if ((await objects.confirm(object)) === undefined) {
      throw new ExportError(
        'footage-missing',
        `segment ${index} has not arrived: dock the camera until its bay is ready, then export`,
      );
    }
  }
}
