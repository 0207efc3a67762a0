import { GPS, type GGA, type GSA, type GSV, type NMEA, type RMC } from 'gps';
import { SerialPort } from 'serialport';
import type { Position } from '@mingjing/protocol';
import type { Log } from '@mingjing/runtime';
import { BURST_MS, nmeaTime, OneASecond } from '../core/gnss-time.ts';
import { LineSplitter } from '../core/line-splitter.ts';
import { ReceiverTrack } from '../core/receiver-track.ts';
import type { Clock } from '../ports/clock.ts';
import type { PositionSource, ReceiverHealth } from '../ports/position-source.ts';
import type { TimeListener } from '../ports/time-source.ts';

export interface NmeaSettings {
  readonly path: string;
  readonly baudRate: number;
}

/** NMEA 0183 allows 82; makers' own sentences are longer. */
const MAX_LINE_CHARACTERS = 256;
const REOPEN_MS = 2_000;
const KMH_TO_MS = 1 / 3.6;
/** After an RMC that tells date and time, ZDA has nothing to add. */
const RMC_TIME_LASTS_MS = 5_000;
/** Of satellites in view each system speaks for itself. */
const SYSTEM_LASTS_MS = 10_000;
/** What RMC calls its mode when the place is not measured: no fix, whatever its status says. */
const NOT_MEASURED: ReadonlySet<unknown> = new Set(['not valid', 'simulated', 'manual input']);
/** `GPS.Parse` looks names up in a plain object: nothing else is let near it. */
const SENTENCE = /^\$[A-Z]{2}(RMC|GGA|GSA|GSV|ZDA|GLL|VTG|GST|GNS|TXT|GBS|GRS|HDT),/;

/**
 * Position and time from NMEA 0183 on a serial line. Sentences are read one by one, without the parser's own memory:
 * it keeps altitude and speed of a fix that is gone. RMC alone says where; GGA adds how high; RMC, or else ZDA beside
 * an active fix, what time it is. Times are read from the fields themselves: where a date is empty the parser borrows
 * today's.
 */
export class NmeaGps implements PositionSource {
  readonly #settings: NmeaSettings;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #track: ReceiverTrack;
  readonly #lines = new LineSplitter(MAX_LINE_CHARACTERS);
  readonly #times = new OneASecond();
  readonly #inView = new Map<string, { readonly count: number; readonly mono: number }>();
  #rmcTimeMono = -Infinity;
  #port: SerialPort | undefined;
  #reopen: NodeJS.Timeout | undefined;
  #burst: NodeJS.Timeout | undefined;
  #listener: TimeListener | undefined;
  #closed = false;

  constructor(settings: NmeaSettings, clock: Clock, log: Log) {
    this.#settings = settings;
    this.#clock = clock;
    this.#log = log;
    this.#track = new ReceiverTrack(clock.now().mono);
    this.#open();
  }

  latest(): Position | undefined {
    return this.#track.latest(this.#clock.now().mono);
  }

  health(): ReceiverHealth {
    return this.#track.health(this.#clock.now().mono);
  }

  onTime(listener: TimeListener): void {
    this.#listener = listener;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#listener = undefined;
    clearTimeout(this.#burst);
    clearTimeout(this.#reopen);
    const port = this.#port;
    if (port?.isOpen !== true) return;
    await new Promise<void>((resolve) => port.close(() => resolve()));
  }

  #open(): void {
    const { path, baudRate } = this.#settings;
    const port = new SerialPort({ path, baudRate, autoOpen: false });
    this.#port = port;
    port.on('data', (bytes: Buffer) => this.#take(bytes.toString('latin1')));
    port.on('error', (error) => this.#log.warn({ path, reason: error.message }, 'GPS line'));
    port.on('close', () => this.#later('the GPS line is gone'));
    port.open((error) => {
      if (error !== null) this.#later(error.message);
      else if (this.#closed) port.close();
      else this.#opened(port);
    });
  }

  #opened(port: SerialPort): void {
    // What lay there before is of another time.
    port.flush();
    this.#lines.forget();
    this.#track.lineOpened(this.#clock.now().mono);
    this.#log.info(this.#settings, 'GPS line open');
  }

  #later(reason: string): void {
    if (this.#closed) return;
    this.#track.lineLost();
    this.#log.warn({ path: this.#settings.path, reason }, 'GPS is tried again');
    clearTimeout(this.#reopen);
    this.#reopen = setTimeout(() => this.#open(), REOPEN_MS);
  }

  #take(text: string): void {
    const dropped = this.#lines.dropped;
    const { mono } = this.#clock.now();
    for (const line of this.#lines.take(text)) this.#read(line, mono);
    this.#track.notUnderstood(this.#lines.dropped - dropped);
  }

  #tell(at: number, mono: number): void {
    if (!this.#times.offer(at, mono)) return;
    this.#burst = setTimeout(() => {
      const reading = this.#times.take();
      if (reading !== undefined) this.#listener?.({ source: 'gnss', ...reading });
    }, BURST_MS);
  }

  #read(line: string, mono: number): void {
    const sentence = parse(line);
    if (sentence === 'bad') {
      this.#track.notUnderstood();
      return;
    }
    this.#track.understood(mono);
    if (sentence === 'other') return;
    if (sentence.type === 'RMC') this.#readRmc(sentence, line, mono);
    else if (sentence.type === 'GGA') this.#readGga(sentence, mono);
    else if (sentence.type === 'GSA') this.#readGsa(sentence, mono);
    else if (sentence.type === 'GSV') this.#readGsv(sentence, mono);
    else if (sentence.type === 'ZDA') this.#readZda(line, mono);
  }

  #readRmc({ status, faa, lat, lon, speed, track }: RMC, line: string, mono: number): void {
    const place = {
      lat: lat ?? NaN,
      lon: lon ?? NaN,
      ...(speed === null ? {} : { speed: speed * KMH_TO_MS }),
      ...(track === null ? {} : { course: track }),
    };
    const measured = status === 'active' && !NOT_MEASURED.has(faa);
    if (!measured || !this.#track.fix(place, mono)) {
      this.#track.noFix();
      return;
    }
    const [, time = '', , , , , , , , date = ''] = fieldsOf(line);
    const at = nmeaTime(time, date.slice(0, 2), date.slice(2, 4), date.slice(4));
    if (at === undefined) return;
    this.#tell(at, mono);
    this.#rmcTimeMono = mono;
  }

  #readGga({ quality, alt, satellites, hdop }: GGA, mono: number): void {
    if (quality === null) return;
    this.#track.altitude(alt, mono);
    this.#track.sky(numbers({ satellitesUsed: satellites, hdop }), mono);
  }

  #readGsa({ fix, hdop }: GSA, mono: number): void {
    this.#track.sky({ ...(fix === null ? {} : { fix }), ...numbers({ hdop }) }, mono);
  }

  #readGsv({ system, satsInView }: GSV, mono: number): void {
    if (satsInView === null) return;
    this.#inView.set(system, { count: satsInView, mono });
    let satellitesInView = 0;
    for (const [name, seen] of this.#inView) {
      if (mono - seen.mono > SYSTEM_LASTS_MS) this.#inView.delete(name);
      else satellitesInView += seen.count;
    }
    this.#track.sky({ satellitesInView }, mono);
  }

  #readZda(line: string, mono: number): void {
    if (!this.#track.hasFix(mono) || mono - this.#rmcTimeMono < RMC_TIME_LASTS_MS) return;
    const [, time = '', day = '', month = '', year = ''] = fieldsOf(line);
    const at = year.length === 4 ? nmeaTime(time, day, month, year) : undefined;
    if (at !== undefined) this.#tell(at, mono);
  }
}

/** 'other': a whole sentence that says nothing to us. 'bad': checksum, length or a field is wrong. */
function parse(line: string): NMEA | 'bad' | 'other' {
  if (!SENTENCE.test(line)) return checksumHolds(line) ? 'other' : 'bad';
  try {
    const sentence = GPS.Parse(line);
    // `valid` is the checksum; a void fix and a field that is no number pass it.
    return sentence !== false && sentence.valid ? sentence : 'bad';
  } catch {
    return 'bad'; // it throws at a wrong number of fields
  }
}

function checksumHolds(line: string): boolean {
  const [, body, sum] = /^[$!]([^*]*)\*([\dA-Fa-f]{2})$/.exec(line) ?? [];
  if (body === undefined || sum === undefined) return false;
  let xor = 0;
  for (let index = 0; index < body.length; index += 1) xor ^= body.charCodeAt(index);
  return xor === Number.parseInt(sum, 16);
}

function fieldsOf(line: string): string[] {
  return line.slice(0, line.indexOf('*')).split(',');
}

function numbers<K extends string>(fields: Readonly<Record<K, number | null>>): Partial<Record<K, number>> {
  const known = Object.entries(fields).filter(([, value]) => value !== null);
  return Object.fromEntries(known) as Partial<Record<K, number>>;
}
