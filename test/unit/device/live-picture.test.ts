import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import fc from 'fast-check';
import { concat, readTracks, splitInit, toUtf8 } from '@mingjing/protocol';
import { LivePicture, type PictureSink } from '../../../device/adapters/loopback/live-picture.ts';
import { mimeTypeOf } from '../../../device/core/codec-names.ts';
import type { CapturedFragment } from '../../../device/core/fragment.ts';
import type { CaptureHead } from '../../../device/ports/capture.ts';
import { cameraFilm } from '../../support/device-footage.ts';

/** A fragment whose bytes are its number. */
function fragment(n: number): CapturedFragment {
  const at = '2026-11-21T08:00:00.000Z';
  return { format: 'mp4', at, mono: n, moof: toUtf8(`<${n}`), mdat: toUtf8('>'), runs: [], durationMs: 800 };
}

function latin(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

/** A browser that takes so many bytes, then none until it has caught up. */
class Browser implements PictureSink {
  type: string | undefined;
  text = '';
  ended = false;
  room = Number.POSITIVE_INFINITY;

  begin(mimeType: string): void {
    assert.equal(this.type, undefined, 'begun twice');
    this.type = mimeType;
  }

  write(bytes: Uint8Array): boolean {
    assert.ok(this.room > 0, 'written to while it takes nothing');
    this.text += latin(bytes);
    this.room -= 1;
    return this.room > 0;
  }

  end(): void {
    this.ended = true;
  }

  /** The numbers of the fragments it got. */
  get fragments(): number[] {
    return [...this.text.matchAll(/<(\d+)>/g)].map(([, n]) => Number(n));
  }
}

describe('the live picture', () => {
  let head: CaptureHead;
  let picture: LivePicture;

  before(async () => {
    const { init } = splitInit(await cameraFilm());
    head = { format: 'mp4', init, tracks: readTracks(init) };
  });

  beforeEach(() => {
    picture = new LivePicture(3);
  });

  function look(room = Number.POSITIVE_INFINITY): Browser & { drained: () => void; leave: () => void } {
    const browser = new Browser();
    browser.room = room;
    return Object.assign(browser, picture.look(browser));
  }

  it('gives who comes late the head and the newest fragment, then every next one', () => {
    picture.ready(head);
    for (let n = 1; n <= 9; n += 1) picture.fragment(fragment(n));
    const late = look();
    picture.fragment(fragment(10));
    assert.deepEqual(late.fragments, [9, 10]);
    assert.match(late.type ?? '', /^video\/mp4; codecs="avc1\.[0-9a-f]{6}, mp4a\.40\.2"$/);
    assert.ok(head.format === 'mp4');
    assert.ok(late.text.startsWith(latin(head.init)), 'the head comes first');
  });

  it('lets who comes too early wait for the first picture', () => {
    const early = look();
    assert.equal(early.type, undefined);
    picture.ready(head);
    picture.fragment(fragment(1));
    assert.deepEqual(early.fragments, [1]);
  });

  it('leaves out for a slow one what lies between, and goes on with the newest', () => {
    picture.ready(head);
    const slow = look(1);
    for (let n = 1; n <= 20; n += 1) picture.fragment(fragment(n));
    assert.deepEqual(slow.fragments, [1]);
    slow.room = 2;
    slow.drained();
    picture.fragment(fragment(21));
    assert.deepEqual(slow.fragments, [1, 20, 21]);
  });

  it('does not let a slow one delay the others', () => {
    picture.ready(head);
    look(1);
    const quick = look();
    for (let n = 1; n <= 5; n += 1) picture.fragment(fragment(n));
    assert.deepEqual(quick.fragments, [1, 2, 3, 4, 5]);
  });

  it('never writes to one that takes nothing, nor goes back, whatever the pace', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('fragment', 'drain'), { maxLength: 60 }), (steps) => {
        picture = new LivePicture(3);
        picture.ready(head);
        const browser = look(1);
        let n = 0;
        for (const step of steps) {
          if (step === 'fragment') picture.fragment(fragment((n += 1)));
          else if (browser.room === 0) {
            browser.room = 1;
            browser.drained();
          }
        }
        const { fragments } = browser;
        assert.deepEqual(
          fragments,
          [...new Set(fragments)].sort((a, b) => a - b),
        );
      }),
    );
  });

  it('ends for everybody who saw it when the capture ends; the next one is another', () => {
    picture.ready(head);
    picture.fragment(fragment(1));
    const saw = look();
    picture.ended();
    assert.ok(saw.ended);
    const waits = look();
    picture.ready(head);
    picture.fragment(fragment(2));
    assert.deepEqual([saw.fragments, waits.fragments], [[1], [2]]);
  });

  it('lets whoever has looked longest go when there are too many', () => {
    const lookers = Array.from({ length: 5 }, () => look());
    assert.deepEqual(
      lookers.map(({ ended }) => ended),
      [true, true, false, false, false],
    );
    assert.equal(picture.lookers, 3);
    lookers[3]?.leave();
    assert.equal(picture.lookers, 2);
  });

  it('shows nothing of sound alone, nor of a head nobody can read', () => {
    const browser = look();
    picture.ready({ format: 'wav' });
    picture.fragment({ format: 'wav', at: '', mono: 0, pcm: new Uint8Array(8), durationMs: 1 });
    picture.ready({ format: 'mp4', init: toUtf8('no boxes at all'), tracks: [] });
    picture.fragment(fragment(1));
    assert.equal(browser.text, '');
    assert.ok(!browser.ended);
  });
});

describe('what a browser is told it gets', () => {
  it('names the codecs of a real film', async () => {
    const { init } = splitInit(await cameraFilm());
    assert.match(mimeTypeOf(init) ?? '', /^video\/mp4; codecs="avc1\.[0-9a-f]{6}, mp4a\.40\.2"$/);
  });

  it('says nothing of what it does not know', () => {
    assert.equal(mimeTypeOf(concat([])), undefined);
    assert.throws(() => mimeTypeOf(toUtf8('rubbish that is no box')), { code: 'bad-box' });
  });
});
