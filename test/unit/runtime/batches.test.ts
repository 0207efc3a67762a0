import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { PassThrough, Readable } from 'node:stream';
import fc from 'fast-check';
import { inBatches } from '../../../runtime/batches.ts';

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('a stream in batches', () => {
  it('gives every byte, in order, in few pieces, however slow its user is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(400_000), { maxLength: 12 }), fc.boolean(), async (sizes, slow) => {
        const parts = sizes.map((size) => randomBytes(size));
        const hash = createHash('sha256');
        let pieces = 0;
        for await (const piece of inBatches(Readable.from(parts, { objectMode: false }))) {
          hash.update(piece);
          if (slow) await new Promise(setImmediate);
          pieces += 1;
        }
        const whole = Buffer.concat(parts);
        assert.equal(hash.digest('hex'), hashOf(whole));
        assert.ok(pieces <= Math.ceil(whole.length / (256 * 1024)), `${pieces} for ${whole.length} bytes`);
      }),
      { numRuns: 40 },
    );
  });

  it('reads no further ahead than its buffers', async () => {
    let read = 0;
    function* endless(): Generator<Buffer> {
      for (;;) {
        read += 16_384;
        yield Buffer.alloc(16_384);
      }
    }
    const source = Readable.from(endless(), { objectMode: false });
    await inBatches(source).next();
    for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);
    assert.ok(read < 1_500_000, `${read} bytes`);
    source.destroy();
  });

  it('hands on what a slow line gave, without waiting for more', async () => {
    const line = new PassThrough();
    const batches = inBatches(line);
    line.write('abc');
    const { value } = (await batches.next()) as { value: Uint8Array };
    assert.equal(Buffer.from(value).toString(), 'abc');
    line.destroy();
  });

  it('gives what came before a line broke, and then says so', async () => {
    for (const error of [new Error('cut'), undefined]) {
      const line = new PassThrough();
      const batches = inBatches(line);
      line.write(Buffer.alloc(300_000));
      let came = 0;
      const all = async (): Promise<void> => {
        for await (const piece of batches) {
          came += piece.length;
          if (came >= 256 * 1024) setImmediate(() => line.destroy(error));
        }
      };
      await assert.rejects(all(), error ?? /closed in the middle/);
      assert.equal(came, 300_000);
    }
  });

  it('says at once that a line is gone, or at its end', async () => {
    const gone = new PassThrough();
    gone.destroy();
    await assert.rejects(async () => await inBatches(gone).next(), /closed in the middle/);
    const empty = Readable.from([]);
    assert.equal((await inBatches(empty).next()).done, true);
  });

  it('reads and drops what its user does not want', async () => {
    const source = Readable.from(
      Array.from({ length: 200 }, () => Buffer.alloc(16_384)),
      { objectMode: false },
    );
    for await (const _piece of inBatches(source)) break;
    await new Promise((resolve) => source.once('end', resolve));
  });
});
