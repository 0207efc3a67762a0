import assert from 'node:assert/strict';
import { concludeVerdict, type Finding } from '@mingjing/protocol';
import { formatVerdict } from '../../../provisioning/verify/report.ts';

const COUNTS = { entries: 0, recordings: 0, segments: 0, bytes: 0 };
const altered: Finding = {
  axis: 'integrity',
  code: 'content-altered',
  severity: 'fault',
  place: { segment: 3 },
};

function junk(file: string): Finding {
  return { axis: 'integrity', code: 'file-not-listed', severity: 'fault', place: { file }, detail: file };
}

describe('the verdict in a terminal', () => {
  it('lets no name in a bag move the cursor, change colour or turn the text around', () => {
    const text = formatVerdict(concludeVerdict([junk('\x1b[2J\x1b[H✔\u202e\x9b')], COUNTS), 'en', false);
    assert.doesNotMatch(text.replaceAll('\n', ''), /[\p{Cc}\p{Cf}]/u);
  });

  it('is not hidden behind heaps of foreign files', () => {
    const heap = Array.from({ length: 60 }, (_, n) => junk(`junk-${n}`));
    assert.match(
      formatVerdict(concludeVerdict([...heap, altered], COUNTS), 'en', false),
      /\[content-altered\]/,
    );
  });
});
