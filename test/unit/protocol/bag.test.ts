import assert from 'node:assert/strict';
import {
  formatEvidenceList,
  formatManifest,
  fromUtf8,
  parseFootageMap,
  parseManifest,
  ProtocolError,
  toUtf8,
  uncoveredFrom,
} from '@mingjing/protocol';

const hash = 'a'.repeat(64);

describe('bag manifests', () => {
  it('come back as they went', () => {
    const manifest = new Map([
      ['data/b', hash],
      ['data/a', hash],
    ]);
    assert.deepEqual(parseManifest(toUtf8(formatManifest(manifest))), manifest);
  });

  it('have one spelling, and no path that leads out of the bag', () => {
    const bad = [
      '',
      `${hash}  data/a`,
      `${hash} data/a\n`,
      `${hash.toUpperCase()}  data/a\n`,
      `${hash}  ../a\n`,
      `${hash}  /etc/a\n`,
      `${hash}  data/./a\n`,
      `${hash}  data/a\r\n`,
      `${hash}  b\n${hash}  a\n`,
      `${hash}  a\n${hash}  a\n`,
    ];
    for (const text of bad) assert.throws(() => parseManifest(toUtf8(text)), ProtocolError, text);
  });
});

describe('the map of an export’s footage', () => {
  const part = {
    file: 'data/recording-1.mp4',
    init: [0, 10] as [number, number],
    segments: [{ segment: 0, bytes: [10, 50] as [number, number] }],
  };

  it('covers every byte exactly once', () => {
    assert.equal(uncoveredFrom(part, 50), undefined);
    assert.equal(uncoveredFrom(part, 51), 50);
    assert.equal(uncoveredFrom({ ...part, segments: [{ segment: 0, bytes: [11, 50] }] }, 50), 10);
    assert.equal(uncoveredFrom({ ...part, segments: [{ segment: 0, bytes: [9, 50] }] }, 50), 10);
  });

  it('is refused out of schema', () =>
    assert.throws(() => parseFootageMap(toUtf8('{"parts":[]}')), ProtocolError));
});

describe('the list of electronic evidence', () => {
  it('names kind, format and integrity value of each file (A-4)', () => {
    const text = fromUtf8(formatEvidenceList([{ path: 'data/recording-1.mp4', size: 5, sha256: hash }]));
    assert.ok(
      text.includes(
        `"1","data/recording-1.mp4","视听资料(录音录像) / footage","MP4 (H.264, AAC)","5","${hash}"`,
      ),
    );
  });
});
