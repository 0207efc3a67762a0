import type { ClockState } from '@mingjing/protocol';
import type { Check, CheckResult, Figure, Grade, Remark } from './diagnosis.ts';

type Figures = Partial<Record<Figure, number | string>>;
type Remarked = readonly [when: boolean, remark: Remark, grade: Grade];

/** The grade is that of the worst remark. */
function result(check: Check, figures: Figures, ...rules: readonly Remarked[]): CheckResult {
  const met = rules.filter(([when]) => when);
  const grades = met.map(([, , grade]) => grade);
  const order: readonly Grade[] = ['bad', 'unsure', 'skipped'];
  return {
    check,
    grade: order.find((grade) => grades.includes(grade)) ?? 'good',
    remarks: met.map(([, remark]) => remark),
    figures,
  };
}

export function skipped(check: Check, remark: 'none-there' | 'not-tried'): CheckResult {
  return result(check, {}, [true, remark, 'skipped']);
}

export interface PictureMeasure {
  readonly width: number;
  readonly height: number;
  readonly asked: number;
  readonly frames: number;
  /** Of media. */
  readonly seconds: number;
  readonly bytes: number;
  readonly firstMs?: number;
}

/** A run of the camera as configured. Row R-5: what was asked for is what there is. */
export function gradePicture(measure: PictureMeasure): CheckResult {
  const { width, height, asked, frames, seconds, bytes, firstMs } = measure;
  const rate = seconds === 0 ? 0 : frames / seconds;
  const none = frames === 0;
  return result(
    'camera',
    none
      ? {}
      : {
          'picture-size': `${width} × ${height}`,
          frames,
          'frames-per-second': round(rate, 1),
          'bits-per-second': Math.round((bytes * 8) / Math.max(seconds, 0.1)),
          ...(firstMs === undefined ? {} : { 'first-picture': firstMs }),
        },
    [none, 'no-picture', 'bad'],
    [!none && rate < 0.8 * asked, 'frame-rate-low', 'bad'],
    [!none && (firstMs ?? 0) > 5_000, 'slow-first-picture', 'unsure'],
  );
}

/** Samples signed 16 bit. A microphone in a quiet room gives about −60 dBFS; digital silence gives none at all. */
export function gradeSound(samples: Int16Array): CheckResult {
  if (samples.length === 0) return result('microphone', {}, [true, 'no-microphone', 'bad']);
  let squares = 0;
  let peak = 0;
  let clipped = 0;
  for (const sample of samples) {
    squares += sample * sample;
    peak = Math.max(peak, Math.abs(sample));
    if (Math.abs(sample) >= 32_767) clipped += 1;
  }
  const level = decibels(Math.sqrt(squares / samples.length));
  return result(
    'microphone',
    { level: round(level, 1), peak: round(decibels(peak), 1) },
    [level < -80, 'microphone-silent', 'bad'],
    [level >= -80 && level < -65, 'microphone-quiet', 'unsure'],
    [clipped > samples.length / 1_000, 'microphone-clips', 'unsure'],
  );
}

export interface ReceiverMeasure {
  readonly state: 'none' | 'no-line' | 'silent' | 'searching' | 'fix';
  readonly satellitesUsed?: number;
  readonly satellitesInView?: number;
  readonly timeToFirstFix?: number;
  readonly sentences: { readonly good: number; readonly bad: number };
}

export function gradeReceiver(health: ReceiverMeasure): CheckResult {
  const { state, sentences, timeToFirstFix, satellitesUsed, satellitesInView } = health;
  if (state === 'none') return skipped('position', 'none-there');
  const satellites =
    satellitesUsed === undefined && satellitesInView === undefined
      ? {}
      : { satellites: `${satellitesUsed ?? 0} / ${satellitesInView ?? '?'}` };
  return result(
    'position',
    {
      receiver: state,
      ...satellites,
      ...(timeToFirstFix === undefined ? {} : { 'first-fix': timeToFirstFix }),
      sentences: sentences.good,
      'bad-sentences': sentences.bad,
    },
    [state === 'no-line', 'line-lost', 'bad'],
    [state === 'silent', 'receiver-silent', 'bad'],
    [state === 'searching', 'no-fix', 'unsure'],
    [sentences.bad * 20 > sentences.good + sentences.bad, 'many-bad-sentences', 'unsure'],
  );
}

export function gradeBattery(
  power: { readonly percent?: number; readonly charging: boolean; readonly external: boolean } | undefined,
  warnAtPercent: number,
): CheckResult {
  if (power === undefined) return result('battery', {}, [true, 'battery-unreadable', 'bad']);
  const { percent, charging, external } = power;
  const source = charging ? 'charging' : external ? 'external' : 'battery';
  if (percent === undefined) return { ...skipped('battery', 'none-there'), figures: { power: source } };
  const low = percent <= warnAtPercent && !external;
  return result('battery', { charge: percent, power: source }, [low, 'battery-low', 'unsure']);
}

export interface StorageMeasure {
  readonly freeBytes: number;
  readonly reserveBytes: number;
  /** Undefined: nothing could be written. */
  readonly bytesPerSecond?: number;
  /** Of `fdatasync` after 4 KiB, milliseconds, in the order they were taken. */
  readonly syncs: readonly number[];
  /** Where the card tells: 0 new, 100 worn out. */
  readonly wearPercent?: number;
  readonly recordingBitsPerSecond: number;
}

/** Footage must reach the card at least twice as fast as it is made, and no sync may hold it up for a second. */
export function gradeStorage(measure: StorageMeasure): CheckResult {
  const { freeBytes, reserveBytes, bytesPerSecond, syncs, wearPercent, recordingBitsPerSecond } = measure;
  if (bytesPerSecond === undefined)
    return result('storage', { free: freeBytes }, [true, 'storage-unwritable', 'bad']);
  const needed = recordingBitsPerSecond / 8;
  const p99 = percentile(syncs, 0.99);
  return result(
    'storage',
    {
      free: freeBytes,
      'write-speed': Math.round(bytesPerSecond),
      'sync-median': round(percentile(syncs, 0.5), 2),
      'sync-p95': round(percentile(syncs, 0.95), 2),
      'sync-p99': round(p99, 2),
      'sync-max': round(Math.max(0, ...syncs), 2),
      ...(wearPercent === undefined ? {} : { wear: wearPercent }),
    },
    [bytesPerSecond < 2 * needed, 'storage-slow', 'bad'],
    [bytesPerSecond >= 2 * needed && bytesPerSecond < 4 * needed, 'storage-slow', 'unsure'],
    [p99 > 1_000, 'storage-stalls', 'unsure'],
    [(wearPercent ?? 0) >= 80, 'storage-worn', 'unsure'],
    [freeBytes < 2 * reserveBytes, 'storage-nearly-full', 'unsure'],
  );
}

/** Row R-5: 3 s a day. `offByMs` against a satellite receiver, if one had a fix. */
export function gradeClock(
  clock: ClockState,
  offByMs: number | undefined,
  behindJournal: boolean,
): CheckResult {
  const off = Math.abs(offByMs ?? 0) > 3_000;
  return result(
    'clock',
    {
      'time-source': clock.source,
      ...(clock.uncertainty === undefined ? {} : { uncertainty: clock.uncertainty }),
      ...(offByMs === undefined ? {} : { 'off-by': Math.round(offByMs) }),
    },
    [off, 'clock-off', 'bad'],
    [behindJournal, 'clock-behind', 'bad'],
    [!off && clock.source === 'free-running', 'clock-unset', 'unsure'],
  );
}

const DAY_MS = 86_400_000;

export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

export function gradeCertificates(
  tls: Validity,
  evidence: Validity,
  recipients: number,
  at: Date,
): CheckResult {
  const invalid = [tls, evidence].some(({ notBefore, notAfter }) => at < notBefore || at > notAfter);
  const [tlsDays, evidenceDays] = [tls, evidence].map(({ notAfter }) =>
    Math.floor((notAfter.getTime() - at.getTime()) / DAY_MS),
  ) as [number, number];
  return result(
    'certificates',
    { 'tls-days': tlsDays, 'evidence-days': evidenceDays, recipients },
    [invalid, 'certificate-invalid', 'bad'],
    [!invalid && Math.min(tlsDays, evidenceDays) < 30, 'certificate-ends-soon', 'unsure'],
    [recipients < 2, 'recipient-alone', 'unsure'],
  );
}

export interface JournalMeasure {
  readonly entries: number;
  readonly consistent: boolean;
  readonly heldObjects: number;
  readonly missingObjects: number;
  readonly lostObjects: number;
}

export function gradeJournal(measure: JournalMeasure): CheckResult {
  const { entries, consistent, heldObjects, missingObjects, lostObjects } = measure;
  return result(
    'journal',
    { entries, 'held-objects': heldObjects, 'lost-objects': lostObjects + missingObjects },
    [!consistent, 'journal-bad', 'bad'],
    [missingObjects > 0, 'objects-missing', 'bad'],
  );
}

/** `answerMs` undefined: none is configured; null: it did not answer. */
export interface NetworkMeasure {
  readonly interfaces: readonly string[];
  readonly brokerMs?: number | null;
  readonly archiveMs?: number | null;
}

export function gradeNetwork({ interfaces, brokerMs, archiveMs }: NetworkMeasure): CheckResult {
  return result(
    'network',
    {
      interfaces: interfaces.join(', '),
      ...(typeof brokerMs === 'number' ? { 'broker-answer': brokerMs } : {}),
      ...(typeof archiveMs === 'number' ? { 'archive-answer': archiveMs } : {}),
    },
    [interfaces.length === 0, 'no-network', 'unsure'],
    [brokerMs === null, 'broker-unreachable', 'unsure'],
    [archiveMs === null, 'archive-unreachable', 'unsure'],
  );
}

/** `dead`: names of what did not answer to the hand, or was not seen to shine. */
export function gradeByHand(
  check: 'buttons' | 'lights',
  good: readonly string[],
  dead: readonly string[],
): CheckResult {
  const remark = check === 'buttons' ? 'button-dead' : 'light-dark';
  const figure = check === 'buttons' ? 'pressed' : 'seen';
  return result(check, { [figure]: `${good.join(' ')}${dead.map((name) => ` ✘ ${name}`).join('')}`.trim() }, [
    dead.length > 0,
    remark,
    'bad',
  ]);
}

/** The smallest value that so large a share of all does not exceed; 0 of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

function decibels(amplitude: number): number {
  return amplitude === 0 ? -120 : Math.max(-120, 20 * Math.log10(amplitude / 32_768));
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits)) + 0; // no minus zero
}
