import { connect, type Socket } from 'node:net';
import type { Position } from '@mingjing/protocol';
import type { Log } from '@mingjing/runtime';
import { BURST_MS, OneASecond } from '../core/gnss-time.ts';
import { readGpsdReport, type GpsdReport } from '../core/gpsd-report.ts';
import { LineSplitter } from '../core/line-splitter.ts';
import { ReceiverTrack } from '../core/receiver-track.ts';
import type { Clock } from '../ports/clock.ts';
import type { PositionSource, ReceiverHealth } from '../ports/position-source.ts';
import type { TimeListener } from '../ports/time-source.ts';

export interface GpsdSettings {
  readonly host: string;
  readonly port: number;
}

/** gpsd's own limit of a report is 10 KiB. */
const MAX_LINE_CHARACTERS = 16 * 1024;
const WATCH = '?WATCH={"enable":true,"json":true};\n';
const RETRY_FIRST_MS = 500;
const RETRY_MOST_MS = 30_000;
/** gpsd with a receiver speaks once a second; a line on which nothing comes may be dead without knowing it. */
const IDLE_MS = 60_000;
const SIMULATED = 8;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/;

/**
 * Position and time from gpsd, over TCP. Where other programs need the receiver too, or it speaks no NMEA: gpsd knows
 * some dozens of makers' own protocols. What comes is checked as if a stranger had sent it, since whoever takes the
 * port before gpsd does is one.
 */
export class GpsdGps implements PositionSource {
  readonly #settings: GpsdSettings;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #track: ReceiverTrack;
  readonly #lines = new LineSplitter(MAX_LINE_CHARACTERS);
  readonly #times = new OneASecond();
  #socket: Socket | undefined;
  #retry: NodeJS.Timeout | undefined;
  #attempts = 0;
  #burst: NodeJS.Timeout | undefined;
  #listener: TimeListener | undefined;
  #closed = false;

  constructor(settings: GpsdSettings, clock: Clock, log: Log) {
    this.#settings = settings;
    this.#clock = clock;
    this.#log = log;
    this.#track = new ReceiverTrack(clock.now().mono);
    this.#connect();
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
    clearTimeout(this.#retry);
    const socket = this.#socket;
    if (socket === undefined || socket.destroyed) return;
    await new Promise<void>((resolve) => {
      socket.once('close', () => resolve());
      socket.destroy();
    });
  }

  #connect(): void {
    const socket = connect(this.#settings);
    this.#socket = socket;
    this.#lines.forget();
    socket.setEncoding('latin1');
    socket.setTimeout(IDLE_MS, () => socket.destroy(new Error(`no word for ${IDLE_MS} ms`)));
    socket.on('connect', () => {
      this.#log.info(this.#settings, 'gpsd answers');
      socket.write(WATCH);
    });
    socket.on('data', (text) => this.#take(String(text)));
    let reason = 'gpsd ended the line';
    socket.on('error', (error) => (reason = error.message));
    socket.on('close', () => this.#later(reason));
  }

  #later(reason: string): void {
    if (this.#closed) return;
    this.#track.lineLost();
    const wait = Math.min(RETRY_MOST_MS, RETRY_FIRST_MS * 2 ** Math.min(this.#attempts, 10));
    this.#attempts += 1;
    this.#log.warn({ ...this.#settings, reason, wait }, 'gpsd is tried again');
    this.#retry = setTimeout(() => this.#connect(), wait);
  }

  #take(text: string): void {
    const dropped = this.#lines.dropped;
    const { mono } = this.#clock.now();
    for (const line of this.#lines.take(text)) this.#read(readGpsdReport(line), mono);
    this.#track.notUnderstood(this.#lines.dropped - dropped);
  }

  #tell(at: number, mono: number): void {
    if (!this.#times.offer(at, mono)) return;
    this.#burst = setTimeout(() => {
      const reading = this.#times.take();
      if (reading !== undefined) this.#listener?.({ source: 'gnss', ...reading });
    }, BURST_MS);
  }

  #read(report: GpsdReport | 'other' | 'bad', mono: number): void {
    if (report === 'bad') {
      this.#track.notUnderstood();
      return;
    }
    // Only gpsd is known to be well, until the receiver behind it speaks.
    if (report === 'other') return;
    switch (report.class) {
      case 'TPV':
        this.#receiverSpeaks(mono);
        this.#readTpv(report, mono);
        return;
      case 'SKY':
        this.#receiverSpeaks(mono);
        this.#readSky(report, mono);
        return;
      case 'DEVICES':
        this.#devices(report.devices.length > 0, mono);
        return;
      case 'DEVICE':
        this.#devices(report.activated !== undefined && report.activated !== 0, mono);
        return;
      default:
        report satisfies never;
    }
  }

  #devices(there: boolean, mono: number): void {
    if (there) this.#track.lineOpened(mono);
    else this.#track.lineLost();
  }

  #receiverSpeaks(mono: number): void {
    this.#attempts = 0;
    this.#track.lineOpened(mono);
    this.#track.understood(mono);
  }

  #readTpv(report: Extract<GpsdReport, { class: 'TPV' }>, mono: number): void {
    const { mode, status, time, lat, lon, speed, track, altMSL, alt } = report;
    const measured = mode >= 2 && status !== SIMULATED && lat !== undefined && lon !== undefined;
    if (!measured || !this.#track.fix({ lat, lon, speed, course: track }, mono)) {
      this.#track.noFix();
      return;
    }
    this.#track.sky({ fix: mode === 3 ? '3D' : '2D' }, mono);
    if (mode === 3) this.#track.altitude(altMSL ?? alt, mono);
    if (time === undefined || !TIME.test(time)) return;
    const at = Date.parse(time);
    if (!Number.isNaN(at)) this.#tell(at, mono);
  }

  #readSky({ hdop, nSat, uSat, satellites }: Extract<GpsdReport, { class: 'SKY' }>, mono: number): void {
    const inView = nSat ?? satellites?.length;
    const used = uSat ?? satellites?.filter((satellite) => satellite.used === true).length;
    this.#track.sky(
      {
        ...(hdop === undefined ? {} : { hdop }),
        ...(inView === undefined ? {} : { satellitesInView: inView }),
        ...(used === undefined ? {} : { satellitesUsed: used }),
      },
      mono,
    );
  }
}
