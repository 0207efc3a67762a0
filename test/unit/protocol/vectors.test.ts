import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import {
  ageOpen,
  fromBase64,
  Frontier,
  toBase64,
  toHex,
  toUtf8,
  verifyEvidence,
  x25519Identity,
  type Evidence,
} from '@mingjing/protocol';
import { present } from '../../support/camera-script.ts';

interface Change {
  readonly entries?: string[];
  readonly checkpoint?: string;
  readonly cameraChain?: string[];
  readonly receipt?: { note: string; chain: string[] };
  readonly flip?: { object: string; byte: number };
  readonly cut?: { object: string; bytes: number };
  readonly missing?: string;
  readonly swap?: [string, string];
}
type Base = Required<Pick<Change, 'entries' | 'checkpoint' | 'cameraChain' | 'receipt'>>;
interface Vectors extends Base {
  readonly journal: { device: string; epoch: number };
  readonly roots: string[];
  readonly treeRoots: string[];
  readonly objects: Record<string, string>;
  readonly recording: { id: string; identity: string; contents: string[] };
  readonly tampered: (Change & {
    name: string;
    expect: { code: string; entry?: number; segment?: number };
  })[];
}

const vectors = JSON.parse(
  readFileSync(new URL('../../../protocol/vectors/journal.json', import.meta.url), 'utf8'),
) as Vectors;

function evidenceOf(change: Change): Evidence {
  const entries = change.entries ?? vectors.entries;
  return {
    journal: vectors.journal,
    entries: entries.map((text, index) => ({ index, bytes: toUtf8(text) })),
    checkpoint: change.checkpoint ?? vectors.checkpoint,
    cameraChain: change.cameraChain ?? vectors.cameraChain,
    receipt: change.receipt ?? vectors.receipt,
    roots: vectors.roots,
    footage: { sealed: (object) => present(objectOf(object, change)) },
  };
}

function objectOf(object: string, change: Change): Uint8Array | undefined {
  const [a, b] = change.swap ?? [];
  const encoded = vectors.objects[object === a ? (b ?? '') : object === b ? (a ?? '') : object];
  if (encoded === undefined || change.missing === object) return undefined;
  const bytes = fromBase64(encoded);
  if (change.flip?.object === object) bytes[change.flip.byte] = (bytes[change.flip.byte] ?? 0) ^ 1;
  return change.cut?.object === object ? bytes.slice(0, change.cut.bytes) : bytes;
}

describe('the published vectors', () => {
  it('hold: the verdict on the golden journal is yes; between its segments there are seconds without footage', async () => {
    const { answer, findings } = await verifyEvidence(evidenceOf({}));
    assert.equal(answer, 'good');
    assert.deepEqual(
      findings.map(({ code, place, detail }) => [code, place.segment, detail]),
      [
        ['footage-gap', 1, '2.00 s'],
        ['footage-gap', 2, '1.00 s'],
      ],
    );
  });

  it('give the tree’s root at every size', () => {
    const tree = new Frontier();
    for (const [size, root] of vectors.treeRoots.entries()) {
      assert.equal(toHex(tree.root()), root);
      const entry = vectors.entries[size];
      if (entry !== undefined) tree.append(toUtf8(entry));
    }
  });

  it('open by the recording’s key to what the entries name', () => {
    const sealed = vectors.entries
      .map((text) => JSON.parse(text) as { type: string; object?: string })
      .filter((entry) => entry.type === 'segment-sealed');
    const opened = sealed.map(
      ({ object }) =>
        ageOpen(fromBase64(vectors.objects[object ?? ''] ?? ''), [x25519Identity(vectors.recording.identity)])
          .plaintext,
    );
    assert.deepEqual(opened.map(toBase64), vectors.recording.contents);
  });

  for (const { name, expect, ...change } of vectors.tampered) {
    it(`show ${name}`, async () => {
      const verdict = await verifyEvidence(evidenceOf(change));
      assert.equal(verdict.answer, 'bad');
      const found = verdict.findings.find(
        ({ code, place }) =>
          code === expect.code &&
          (expect.entry === undefined || place.entry === expect.entry) &&
          (expect.segment === undefined || place.segment === expect.segment),
      );
      assert.ok(found, JSON.stringify(verdict.findings, undefined, 1));
    });
  }
});
