import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { sortStrays } from '../../../device/core/stray-files.ts';

const A = 'a'.repeat(32);
const B = 'b'.repeat(32);
const knowing = (...recordings: string[]) => ({
  journalIsNew: false,
  isRecording: (recording: string) => recordings.includes(recording),
});

describe('stray files', () => {
  it('are removed if they are no footage', () => {
    const strays = ['probe', `${A}.key.age.77.tmp`];
    assert.deepEqual(sortStrays(strays, knowing()), { unexplained: [], removable: strays });
  });

  it('are kept if they are segments, whether the journal knows the recording or not', () => {
    for (const known of [knowing(), knowing(A)])
      assert.deepEqual(sortStrays([`${A}.000000.age`], known).unexplained, [`${A}.000000.age`]);
  });

  it('may go if they are the key of a recording that was never opened', () => {
    assert.deepEqual(sortStrays([`${A}.key.age`], knowing()).removable, [`${A}.key.age`]);
  });

  it('are kept if they are a key, and anything casts doubt on the journal', () => {
    const key = `${A}.key.age`;
    assert.deepEqual(sortStrays([key], knowing(A)).unexplained, [key]);
    assert.deepEqual(sortStrays([key], { ...knowing(), journalIsNew: true }).unexplained, [key]);
    const both = [key, `${B}.000000.age`];
    assert.deepEqual(sortStrays(both, knowing()).unexplained, both);
  });

  it('are kept if they are the rest of a damaged segment, and explained where the recording is known', () => {
    const rest = `${A}.000000.age.rest`;
    assert.deepEqual(sortStrays([rest], knowing(A)), { unexplained: [], removable: [] });
    assert.deepEqual(sortStrays([rest], knowing()), { unexplained: [rest], removable: [] });
  });
});
