import { mkdirSync, writeFileSync } from 'node:fs';
import {
  parseNote,
  signNote,
  noteSigner,
  ed25519SignerFromSeed,
  toBase64,
  toHex,
  type Evidence,
} from '@mingjing/protocol';
import { makeTestAgency } from './agency.ts';
import { CameraScript } from './camera-script.ts';

/**
 * Writes protocol/vectors/journal.json anew: `node test/support/make-vectors.ts`. Its keys are made for it and thrown
 * away. The vectors are published: change them only with the format.
 */
const agency = await makeTestAgency('vectors');
try {
  const camera = await agency.enrol('camera', 'c-1', { epoch: 1 });
  const archive = await agency.enrol('archive', 'archive-1');
  const script = new CameraScript(camera, archive, agency.recipients);
  script.powerOn();
  const recording = script.record({ segments: 3, marks: 1 });
  const other = new CameraScript(
    await agency.enrol('camera', 'c-2', { epoch: 1 }),
    archive,
    agency.recipients,
  );
  other.powerOn();
  other.record({ segments: 3, marks: 1 });
  const evidence = script.whole();
  const tree = script.tree();
  mkdirSync('protocol/vectors', { recursive: true });
  writeFileSync('protocol/vectors/journal.json', `${JSON.stringify(vectors(evidence), undefined, 1)}\n`);

  function vectors(whole: Evidence): unknown {
    const entries = script.entries.map((bytes) => new TextDecoder().decode(bytes));
    const foreign = other.entries.map((bytes) => new TextDecoder().decode(bytes));
    const stranger = noteSigner('mingjing/camera/c-1/1', ed25519SignerFromSeed(new Uint8Array(32).fill(1)));
    const at = (index: number): string => entries[index] ?? '';
    const segment = (index: number): string => recording.segments[index]?.object ?? '';
    const sameSize = recording.segments[0]?.sealed.length === recording.segments[1]?.sealed.length;
    const swapped = sameSize ? 'object-altered' : 'object-size-differs';
    const flipped = at(2).replace('"index":0', '"index":1');
    return {
      about: 'A journal that holds, and one change at a time that must be found. See docs/PROTOCOL.md.',
      journal: whole.journal,
      roots: whole.roots,
      cameraChain: whole.cameraChain,
      checkpoint: whole.checkpoint,
      receipt: whole.receipt,
      entries,
      treeRoots: Array.from({ length: tree.size + 1 }, (_, size) => toHex(tree.root(size))),
      objects: Object.fromEntries(
        [recording.keyObject, ...recording.segments].map(({ object, sealed }) => [object, toBase64(sealed)]),
      ),
      recording: {
        id: recording.id,
        identity: recording.key,
        contents: recording.segments.map(({ content }) => toBase64(content)),
      },
      tampered: [
        {
          name: 'a segment renumbered',
          entries: replaced(entries, 2, flipped),
          expect: { code: 'entry-altered' },
        },
        {
          name: 'an entry left out',
          entries: entries.filter((_, n) => n !== 3),
          expect: { code: 'entry-missing' },
        },
        {
          name: 'two segments swapped',
          entries: replaced(replaced(entries, 4, at(5)), 5, at(4)),
          expect: { code: 'segment-out-of-order', entry: 4, segment: 2 },
        },
        {
          name: 'a mark doubled',
          entries: [...entries.slice(0, 4), at(3), ...entries.slice(4)],
          expect: { code: 'entry-out-of-order' },
        },
        {
          name: 'the close cut off',
          entries: entries.slice(0, -1),
          expect: { code: 'entry-missing', entry: 6 },
        },
        {
          name: 'an entry of another camera',
          entries: replaced(entries, 5, foreign[5] ?? ''),
          expect: { code: 'recording-unknown', entry: 5 },
        },
        {
          name: 'white space in an entry',
          entries: replaced(entries, 1, ` ${at(1)}`),
          expect: { code: 'entry-malformed', entry: 1 },
        },
        {
          name: 'the whole journal of another camera',
          entries: foreign,
          expect: { code: 'other-device', entry: 0 },
        },
        {
          name: 'an older state',
          entries: entries.slice(0, 4),
          checkpoint: script.checkpoint(4),
          expect: { code: 'rolled-back', entry: 4 },
        },
        {
          name: 'a checkpoint by a stranger',
          checkpoint: signNote(parseNote(whole.checkpoint).text, stranger),
          expect: { code: 'checkpoint-unsigned' },
        },
        {
          name: 'a certificate of another camera',
          cameraChain: other.whole().cameraChain,
          expect: { code: 'certificate-of-another' },
        },
        {
          name: 'a receipt for another camera',
          receipt: other.receipt(),
          expect: { code: 'receipt-refused' },
        },
        {
          name: 'a bit of an object',
          flip: { object: segment(1), byte: 250 },
          expect: { code: 'object-altered', segment: 1 },
        },
        {
          name: 'an object cut short',
          cut: { object: segment(2), bytes: 100 },
          expect: { code: 'object-size-differs', segment: 2 },
        },
        { name: 'an object missing', missing: segment(0), expect: { code: 'footage-missing', segment: 0 } },
        {
          name: 'two objects swapped',
          swap: [segment(0), segment(1)],
          expect: { code: swapped, segment: 0 },
        },
      ],
    };
  }
} finally {
  agency.close();
}

function replaced(entries: readonly string[], index: number, entry: string): string[] {
  return entries.map((one, n) => (n === index ? entry : one));
}
