import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { blindCheck, restCheck } from '../../../protocol/transfer/blind-check.ts';

async function* pieces(bytes: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  for (const [n, from] of places.slice(0, -1).entries())
    yield await Promise.resolve(bytes.subarray(from, places[n + 1]));
}
const nameOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** What came out before it ended or threw. */
async function pass(
  source: AsyncIterable<Uint8Array>,
  object: string,
  size: number,
): Promise<{ out: Buffer; code: string | undefined }> {
  const out: Uint8Array[] = [];
  try {
    for await (const piece of blindCheck(source, object, size)) out.push(piece);
    return { out: Buffer.concat(out), code: undefined };
  } catch (error) {
    return { out: Buffer.concat(out), code: (error as { code: string }).code };
  }
}

const bytesAndCuts = fc.tuple(
  fc.uint8Array({ minLength: 1, maxLength: 300 }),
  fc.array(fc.nat(), { maxLength: 5 }),
);

describe('the blind check of an object', () => {
  it('lets the right bytes through, however they are cut', async () => {
    await fc.assert(
      fc.asyncProperty(bytesAndCuts, async ([bytes, cuts]) => {
        const { out, code } = await pass(pieces(bytes, cuts), nameOf(bytes), bytes.length);
        assert.equal(code, undefined);
        assert.deepEqual(out, Buffer.from(bytes));
      }),
    );
  });

  it('never lets as many bytes through as were announced, unless they are right', async () => {
    const change = fc.constantFrom('flip', 'cut', 'append', 'swap-name');
    await fc.assert(
      fc.asyncProperty(bytesAndCuts, change, fc.nat(), async ([bytes, cuts], how, where) => {
        const sent = Uint8Array.from(bytes);
        const at = where % bytes.length;
        let said = sent;
        if (how === 'flip') sent[at] = (sent[at] ?? 0) ^ 1;
        if (how === 'cut') said = sent.subarray(0, at);
        if (how === 'append') said = Uint8Array.from([...sent, 7]);
        const name = how === 'swap-name' ? nameOf(Buffer.from([...bytes, 1])) : nameOf(bytes);
        const { out, code } = await pass(pieces(said, cuts), name, bytes.length);
        assert.equal(
          code,
          {
            flip: 'object-altered',
            cut: 'object-cut',
            append: 'object-too-long',
            'swap-name': 'object-altered',
          }[how],
        );
        assert.ok(out.length < bytes.length);
      }),
    );
  });

  it('stops an endless answer at its announced size', async () => {
    let read = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        read += 10;
        yield await Promise.resolve(new Uint8Array(10));
      }
    }
    const { code } = await pass(endless(), '00'.repeat(32), 1_000);
    assert.equal(code, 'object-too-long');
    assert.ok(read <= 1_020);
  });

  it('passes a broken line on as it is', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(new Uint8Array(10));
      throw Object.assign(new Error('cut'), { code: 'peer-unreachable' });
    }
    assert.equal((await pass(broken(), '00'.repeat(32), 1_000)).code, 'peer-unreachable');
  });

  it('of a rest lets its right length through, and never the whole of a wrong one', async () => {
    await fc.assert(
      fc.asyncProperty(
        bytesAndCuts,
        fc.nat(),
        fc.integer({ min: -1, max: 1 }),
        async ([bytes, cuts], at, more) => {
          const from = at % bytes.length;
          const size = bytes.length + more;
          const out: Uint8Array[] = [];
          let code: string | undefined;
          try {
            const rest = pieces(bytes.subarray(from), cuts);
            for await (const piece of restCheck(rest, nameOf(bytes), { size, from })) out.push(piece);
          } catch (error) {
            ({ code } = error as { code: string });
          }
          const given = Buffer.concat(out);
          assert.equal(code, { '-1': 'object-too-long', '0': undefined, '1': 'object-cut' }[String(more)]);
          if (more === 0) assert.deepEqual(given, Buffer.from(bytes.subarray(from)));
          else assert.ok(given.length < size - from || size - from <= 0);
        },
      ),
    );
  });
});
