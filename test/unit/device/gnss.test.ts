import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { nmeaTime } from '../../../device/core/gnss-time.ts';
import { LineSplitter } from '../../../device/core/line-splitter.ts';
import { ReceiverTrack } from '../../../device/core/receiver-track.ts';

describe('line splitter', () => {
  it('gives the same lines however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-z]{1,20}$/)),
        fc.array(fc.nat(30), { minLength: 1 }),
        (lines, cuts) => {
          const text = lines.map((line) => `${line}\r\n`).join('');
          const splitter = new LineSplitter(22);
          const got: string[] = [];
          let from = 0;
          for (let n = 0; from < text.length; n += 1) {
            const to = from + 1 + (cuts[n % cuts.length] ?? 0);
            got.push(...splitter.take(text.slice(from, to)));
            from = to;
          }
          assert.deepEqual(got, lines);
        },
      ),
    );
  });

  it('passes over what is too long, to its end, and counts it once', () => {
    const splitter = new LineSplitter(5);
    assert.deepEqual(splitter.take('abcdefgh'), []);
    assert.deepEqual(splitter.take('ijk\nabc'), []);
    assert.deepEqual(splitter.take('de\n\n123456\nok\n'), ['abcde', 'ok']);
    assert.equal(splitter.dropped, 2);
  });
});

describe('NMEA time', () => {
  it('is every second of the calendar, and its year of two digits begins in 1980', () => {
    const seconds = fc.date({
      min: new Date('1980-01-06'),
      max: new Date('2079-12-31'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(seconds, (date) => {
        const iso = date.toISOString();
        const [year = '', month = '', day = ''] = iso.slice(0, 10).split('-');
        const time = iso.slice(11, 23).replaceAll(':', '');
        assert.equal(nmeaTime(time, day, month, year), date.getTime());
        assert.equal(nmeaTime(time, day, month, year.slice(2)), date.getTime());
      }),
    );
  });

  it('is nothing that the calendar has not, and borrows nothing', () => {
    for (const [time, day, month, year] of [
      ['080000', '', '', ''],
      ['', '20', '11', '26'],
      ['080000', '30', '02', '26'],
      ['080000', '20', '13', '26'],
      ['240000', '20', '11', '26'],
      ['080060', '20', '11', '26'],
      ['080000', '20', '11', '126'],
      ['080000.x', '20', '11', '26'],
      ['8', '20', '11', '26'],
    ] as const) {
      assert.equal(nmeaTime(time, day, month, year), undefined, [time, day, month, year].join());
    }
  });
});

describe('receiver track', () => {
  it('goes from no line over searching, fix and silence back', () => {
    const track = new ReceiverTrack(1_000);
    assert.equal(track.health(1_000).state, 'no-line');
    track.lineOpened(2_000);
    assert.equal(track.health(2_000).state, 'searching');
    assert.equal(track.health(7_000).state, 'silent');
    track.understood(8_000);
    assert.equal(track.health(8_000).state, 'searching');
    assert.ok(track.fix({ lat: 31, lon: 121 }, 9_000));
    track.understood(9_000);
    assert.equal(track.health(9_000).state, 'fix');
    assert.equal(track.health(9_000).timeToFirstFix, 8_000);
    track.understood(13_999);
    assert.equal(track.health(13_999).state, 'fix');
    assert.equal(track.health(14_000).state, 'searching', 'it speaks of other things only');
    track.lineLost();
    assert.equal(track.health(14_000).state, 'no-line');
    assert.equal(track.latest(14_000)?.age, 5_000);
  });

  it('lets an altitude ride along with a fix of the same time only', () => {
    const track = new ReceiverTrack(0);
    track.altitude(12.34, 1_000);
    track.fix({ lat: 31, lon: 121 }, 4_000);
    assert.equal(track.latest(4_000)?.alt, 12.3);
    track.fix({ lat: 31, lon: 121 }, 4_001);
    assert.equal(track.latest(4_001)?.alt, undefined);
  });

  it('takes no number that cannot be', () => {
    const track = new ReceiverTrack(0);
    for (const bad of [NaN, Infinity, 91, -91]) assert.equal(track.fix({ lat: bad, lon: 0 }, 1), false);
    assert.equal(track.latest(1), undefined);
    assert.ok(track.fix({ lat: 0, lon: 0, speed: -1, course: 361 }, 1));
    assert.deepEqual(track.latest(1), { lat: 0, lon: 0, age: 0 });
    track.lineOpened(1);
    track.sky({ hdop: NaN, satellitesUsed: -1, satellitesInView: 1e9 }, 1);
    const { hdop, satellitesUsed, satellitesInView } = track.health(1);
    assert.deepEqual([hdop, satellitesUsed, satellitesInView], [undefined, undefined, undefined]);
  });
});
