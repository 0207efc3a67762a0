import assert from 'node:assert/strict';
import fc from 'fast-check';
import { after, before, describe, it } from 'mocha';
import {
  archiveKeyName,
  noteSigner,
  receiptOrigin,
  sha256,
  signCheckpoint,
  toUtf8,
  type ReceiptDelivery,
} from '@mingjing/protocol';
import { loadEvidenceIdentity } from '@mingjing/runtime';
import { acceptReceipt, freedBy, type ReceiptContext } from '../../../device/core/receipt-rules.ts';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';

const JOURNAL = { device: 'cam-1', epoch: 1 };
const rootAt = (size: number): Uint8Array => sha256(toUtf8(`root ${size}`));

describe('receipt rules', function () {
  this.timeout(30_000);
  let agency: TestAgency;
  let foreign: TestAgency;
  let archive: string;
  let context: ReceiptContext;

  before(async () => {
    [agency, foreign] = await Promise.all([makeTestAgency('agency-a'), makeTestAgency('agency-b')]);
    archive = await agency.enrol('archive', 'archive-1');
    context = {
      agency: 'agency-a',
      roots: agency.roots,
      journal: JOURNAL,
      size: 10,
      first: 0,
      rootAt,
      at: now(),
    };
  });

  after(() => {
    agency.close();
    foreign.close();
  });

  function now(): string {
    return new Date().toISOString();
  }

  interface Bent {
    identity?: string;
    size?: number;
    root?: Uint8Array;
    origin?: string;
    keyName?: string;
    evidence?: string[];
  }

  function deliver(bent: Bent = {}): ReceiptDelivery {
    const { signer, chain } = loadEvidenceIdentity(bent.identity ?? archive, 'archive');
    const size = bent.size ?? 10;
    const checkpoint = {
      origin: bent.origin ?? receiptOrigin('archive-1', JOURNAL),
      size,
      root: bent.root ?? rootAt(size),
    };
    const receipt = signCheckpoint(
      checkpoint,
      noteSigner(bent.keyName ?? archiveKeyName('archive-1'), signer),
    );
    return { receipt, evidence: bent.evidence ?? [...chain] };
  }

  /** The camera plays archive for itself, with its own key and certificate. */
  function forgedBy(camera: string): ReceiptDelivery {
    const { signer, chain } = loadEvidenceIdentity(camera, 'camera');
    const checkpoint = { origin: receiptOrigin('cam-1', JOURNAL), size: 10, root: rootAt(10) };
    const receipt = signCheckpoint(checkpoint, noteSigner(archiveKeyName('cam-1'), signer));
    return { receipt, evidence: [...chain] };
  }

  function refuses(delivery: ReceiptDelivery, changed: Partial<ReceiptContext> = {}): void {
    assert.throws(() => acceptReceipt(delivery, { ...context, ...changed }), { code: 'bad-receipt' });
  }

  it('accept what an archive of the agency signed over a state we were in', () => {
    assert.deepEqual(acceptReceipt(deliver(), context), { archive: 'archive-1', size: 10, root: rootAt(10) });
    assert.equal(acceptReceipt(deliver({ size: 3 }), context).size, 3);
  });

  it('refuse more entries than we have, and a root that is not ours', () => {
    refuses(deliver({ size: 11 }));
    refuses(deliver({ root: rootAt(9) }));
  });

  it('refuse the receipt of another camera, epoch or archive', () => {
    refuses(deliver({ origin: receiptOrigin('archive-1', { device: 'cam-2', epoch: 1 }) }));
    refuses(deliver({ origin: receiptOrigin('archive-1', { device: 'cam-1', epoch: 2 }) }));
    refuses(deliver({ origin: receiptOrigin('archive-2', JOURNAL) }));
    refuses(deliver({ keyName: archiveKeyName('archive-2') }));
  });

  it('refuse an archive of another agency, and anything but archive evidence', async () => {
    refuses(deliver({ identity: await foreign.enrol('archive', 'archive-1') }));
    refuses(deliver(), { roots: foreign.roots });
    refuses(deliver(), { agency: 'agency-b' });
    const camera = await agency.enrol('camera', 'cam-1', { epoch: 1 });
    const { chain } = loadEvidenceIdentity(camera, 'camera');
    refuses(deliver({ evidence: [...chain] }));
    refuses(forgedBy(camera));
  });

  it('refuse a certificate that is not valid today', () => {
    refuses(deliver(), { at: '2001-01-01T00:00:00.000Z' });
  });

  it('refuse any receipt of which one character is changed', () => {
    const { receipt, evidence } = deliver();
    fc.assert(
      fc.property(fc.nat(receipt.length - 1), fc.integer({ min: 1, max: 126 }), (at, shift) => {
        const code = (receipt.charCodeAt(at) + shift) % 127;
        const bent = receipt.slice(0, at) + String.fromCharCode(code) + receipt.slice(at + 1);
        if (bent !== receipt) refuses({ receipt: bent, evidence });
      }),
      { numRuns: 200 },
    );
  });

  it('free what is named below the size, but nothing of a recording that is still open', () => {
    const held = [
      { object: 'a', entry: 1, recording: 'closed' },
      { object: 'b', entry: 5, recording: 'open' },
      { object: 'c', entry: 9, recording: 'closed' },
      { object: 'd', entry: 10, recording: 'closed' },
    ];
    const freed = (size: number): string[] =>
      freedBy(size, held, new Set(['open'])).map(({ object }) => object);
    assert.deepEqual(freed(0), []);
    assert.deepEqual(freed(9), ['a']);
    assert.deepEqual(freed(10), ['a', 'c']);
    assert.deepEqual(freed(11), ['a', 'c', 'd']);
  });
});
