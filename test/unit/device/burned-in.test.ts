import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { filterValue, overlayLine, timeLine } from '../../../device/core/burned-in.ts';
import { chooseFont, KNOWN_FONTS } from '../../../device/core/font-choice.ts';

describe('the lines in the picture', () => {
  it('are officer and position, on one line', () => {
    assert.equal(
      overlayLine({ officer: '031337 王小明', position: '31.2317 121.4740' }),
      '031337 王小明  31.2317 121.4740',
    );
    assert.equal(overlayLine({ position: '31.2317' }), '31.2317');
  });

  it('are never empty, for ffmpeg would end', () => {
    assert.equal(overlayLine({}), ' ');
    assert.equal(overlayLine({ officer: '\u0000\n', position: '' }), ' ');
  });

  it('hold no character that breaks or turns a line or hides, and are of bounded length, whatever is given', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 500 }),
        fc.string({ maxLength: 500 }),
        (officer, position) => {
          const line = overlayLine({ officer, position });
          assert.doesNotMatch(line, /[\p{C}\p{Zl}\p{Zp}]/u);
          assert.ok(line.length > 0 && Array.from(line).length <= 162);
        },
      ),
    );
    assert.equal(overlayLine({ officer: 'a\u202Eb\u200Bc\r\nd\uD800' }), 'a b c d');
  });

  it('give the time with milliseconds and zone, by the offset of our clock', () => {
    const line = timeLine('cam-1', 1_795_234_822_437);
    assert.match(
      line,
      /^cam-1 {2}%\{pts:localtime:1795234822\.437:%Y-%m-%d %H\\:%M\\:%S\}\.%\{eif:.*:d:3\} %\{pts:localtime:1795234822\.437:%z\}$/,
    );
    assert.match(timeLine('cam-1', -1_500), /localtime:-1\.500:/);
  });

  it('reach ffmpeg as they are, whatever path they are at', () => {
    assert.equal(filterValue("/a:b'c,d[e];f\\g"), "/a\\\\:b\\\\\\'c\\,d\\[e\\]\\;f\\\\\\\\g");
  });
});

describe('the font of the lines', () => {
  it('is the one configured, if it is there, else the first known one that is', () => {
    assert.equal(
      chooseFont('/my.ttf', () => true),
      '/my.ttf',
    );
    assert.equal(
      chooseFont('/my.ttf', (path) => path === KNOWN_FONTS[3]),
      KNOWN_FONTS[3],
    );
    assert.equal(
      chooseFont(undefined, () => false),
      undefined,
    );
  });
});
