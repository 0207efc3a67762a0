import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { Position } from '@mingjing/protocol';
import { createLog } from '@mingjing/runtime';
import { NmeaGps } from '../../../device/adapters/nmea-gps.ts';
import type { TimeReading } from '../../../device/ports/time-source.ts';
import { until } from '../../support/processes.ts';
import { rmc, secondOf, sentence, SerialLine } from '../../support/serial-line.ts';
import { temporaryDirectories } from '../../support/temporary.ts';
import { TurnableClock } from '../../support/turnable-clock.ts';

const quiet = createLog('test', { level: 'silent' });
const HERE = { lat: 31.25, lon: 121.5 };
const AT = new Date('2026-11-20T08:00:00Z');

describe('NMEA receiver', function () {
  this.timeout(30_000);
  const directory = temporaryDirectories();
  let clock: TurnableClock;
  let line: SerialLine;
  let source: NmeaGps;
  let readings: TimeReading[];

  beforeEach(() => {
    clock = new TurnableClock();
    line = new SerialLine(directory());
    source = new NmeaGps({ path: line.near, baudRate: 9600 }, clock, quiet);
    readings = [];
    source.onTime((reading) => readings.push(reading));
  });

  afterEach(async () => {
    await source.close();
    await line.unplug();
  });

  /** A serial line drops what comes before it is open: said until it is heard. */
  async function settled(): Promise<Position> {
    await line.plug();
    await until(
      'a fix',
      () => {
        line.say(secondOf(HERE, AT));
        return source.latest();
      },
      10_000,
      100,
    );
    return await heard(76);
  }

  /** All that was said before is read when this is. */
  async function heard(height: number): Promise<Position> {
    line.say(sentence(`GPGGA,080000,3115.0000,N,12130.0000,E,1,08,0.9,${height},M,8,M,,`));
    return await until('the altitude behind all that', () => {
      const here = source.latest();
      return here?.alt === height ? here : undefined;
    });
  }

  it('waits for a line that is not there yet', async () => {
    assert.equal(source.health().state, 'no-line');
    assert.equal((await settled()).lat, HERE.lat);
  });

  it('believes no bad checksum, no void or made-up fix, no impossible place and no noise', async () => {
    await settled();
    const before = source.health().sentences;
    line.say(sentence(rmc({ lat: 32, lon: 122 }, AT)).replace(/\*../, '*00'));
    line.say(sentence(rmc({ lat: 33, lon: 123 }, AT, 'V')));
    line.say(sentence(rmc({ lat: 34, lon: 124 }, AT).replace(/A$/, 'S')));
    line.say(sentence('GPRMC,080000.00,A,9961.00,N,12130.0000,E,1,1,201126,,,A'));
    line.say(sentence('GPRMC,080000.00,A,xx,N,yy,E,abc,1,201126,,,A'));
    line.say(`${'#'.repeat(100_000)}\r\n$GPRMC,,,,,\r\n`);
    const here = await heard(77);
    assert.deepEqual([here.lat, here.lon], [HERE.lat, HERE.lon]);
    assert.equal(here.speed, 5.14);
    assert.equal(here.course, 84.4);
    const after = source.health().sentences;
    assert.equal(after.bad - before.bad, 3, 'the checksum, the noise, the sentence without one');
  });

  it('survives sentences whose checksum is right and nothing else', async () => {
    await settled();
    for (const body of ['GPRMC', 'GPRMC,', 'GPRMC,,,', 'GPGSA,X,9,,,,,,,,,,,,,,,', 'GPGGA,,,,,,9,,,,,,,,']) {
      line.say(sentence(body));
    }
    for (const name of ['toString', '__proto__', 'constructor']) line.say(sentence(`GP${name},1,2,3`));
    line.say(sentence('GPTXT,99,99,99,never ends'));
    await heard(78);
    assert.equal(source.health().state, 'fix');
  });

  it('tells satellites, dilution and how long the first fix took', async () => {
    await settled();
    line.say(sentence('GLGSV,1,1,03,65,40,083,46,66,17,308,41,67,07,344,39'));
    await heard(79);
    const { fix, satellitesUsed, satellitesInView, hdop, timeToFirstFix } = source.health();
    assert.deepEqual([fix, satellitesUsed, satellitesInView, hdop], ['3D', 8, 7, 0.9]);
    assert.ok(timeToFirstFix !== undefined && timeToFirstFix < 20_000);
  });

  it('is silent when nothing that makes sense has come for five seconds', async () => {
    await settled();
    clock.ahead += 5_000;
    assert.equal(source.health().state, 'silent');
    line.say(sentence('GPGSV,1,1,00'));
    await until('it speaks', () => source.health().state === 'searching');
    clock.ahead += 5_000;
    const { bad } = source.health().sentences;
    line.say('noise\r\n');
    await until('the noise is heard', () => source.health().sentences.bad > bad);
    assert.equal(source.health().state, 'silent');
  });

  it('borrows no date: a time without one is none, and ZDA stands in only beside an active fix', async () => {
    await settled();
    await until('the time is told', () => readings.length > 0);
    clock.ahead += 6_000;
    readings.length = 0;
    line.say(sentence('GPZDA,081500.00,20,11,2026,00,00'));
    line.say(sentence(rmc(HERE, AT).replace('201126', '')));
    await heard(81);
    assert.deepEqual(readings, []);
    line.say(sentence('GPZDA,081500.00,20,11,2026,00,00'));
    const reading = await until('ZDA is heard', () => readings.at(-1));
    assert.equal(reading.at, '2026-11-20T08:15:00.400Z');
  });

  it('tells the newest time of a burst that lay waiting, once', async () => {
    await settled();
    await until('the time is told', () => readings.length > 0);
    clock.ahead += 2_000;
    readings.length = 0;
    const burst = Array.from({ length: 5 }, (_, n) => sentence(rmc(HERE, new Date(+AT + n * 1_000))));
    line.say(burst.join(''));
    await until('the time is told', () => readings.length > 0);
    assert.deepEqual(
      readings.map(({ at }) => at),
      ['2026-11-20T08:00:04.400Z'],
    );
  });
});
