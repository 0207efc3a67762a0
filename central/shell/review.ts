import {
  decodeEntry,
  JournalReplay,
  ProtocolError,
  readCertificate,
  type RecordingMode,
  type RecordingModel,
  type SegmentModel,
  type Verdict,
} from '@mingjing/protocol';
import type { CustodyActor } from '../core/custody-event.ts';
import { ReviewRefused } from '../core/errors.ts';
import { partsOf, playlistText, soundPartsOf, type Part, type PlayableSegment } from '../core/playlist.ts';
import type {
  RecordingDetail,
  RecordingKey,
  RecordingList,
  RecordingSummary,
} from '../core/review-shapes.ts';
import type { SegmentScanResult } from '../core/segment-scan.ts';
import { describeRecording, secondsBetween, summarise, type SegmentFinding } from '../core/summaries.ts';
import type { Catalogue, JournalRecord, RecordingRow } from '../ports/catalogue.ts';
import type { Custody } from './custody.ts';
import type { Footage } from './footage.ts';
import { initOf, soundFile, type SoundFile } from './playback.ts';
import type { Verdicts } from './verdicts.ts';

export interface ReviewOptions {
  readonly catalogue: Catalogue;
  readonly footage: Footage;
  readonly verdicts: Verdicts;
  readonly custody: Custody;
  /** The recording a camera says that it is making now. */
  readonly recordingNow: (device: string) => string | undefined;
}

interface Found {
  readonly journal: JournalRecord;
  readonly row: RecordingRow;
  readonly model: RecordingModel;
}

interface Finding extends SegmentFinding {
  readonly playable: readonly PlayableSegment[];
  readonly refused?: ReviewRefused;
}

/** What a signed-in person may see. Whatever touches a recording is in the custody log before it happens. */
export class Review {
  readonly #options: ReviewOptions;

  constructor(options: ReviewOptions) {
    this.#options = options;
  }

  async list(limit: number, before?: string, mode?: RecordingMode): Promise<RecordingList> {
    const [start, key] = before?.split(' ') ?? [];
    const after = start === undefined ? {} : { before: { start, ...(key === undefined ? {} : { key }) } };
    const rows = await this.#options.catalogue.recordings({
      limit,
      ...after,
      ...(mode === undefined ? {} : { mode }),
    });
    const last = rows.length === limit ? rows.at(-1) : undefined;
    return {
      recordings: rows.map((row) => this.#summary(row)),
      ...(last === undefined ? {} : { cursor: `${last.start} ${last.recording}` }),
    };
  }

  async look(actor: CustodyActor, key: RecordingKey): Promise<RecordingDetail> {
    const { footage, custody } = this.#options;
    const found = await this.#find(key);
    const { journal, row, model } = found;
    const here = await footage.here(model.segments);
    const reads = footage.canUnseal && !footage.isRead(here);
    const reading = reads ? ([{ type: 'decrypted', purpose: 'read' }] as const) : [];
    await custody.record(actor, key, { type: 'looked-at' }, ...reading);
    const findings = await this.#findings(model, here);
    const [leaf] = journal.evidence;
    if (leaf === undefined) throw new Error('invariant: a journal has its certificate');
    const belonging = await this.#options.catalogue.belonging(journal.name, key.recording);
    return describeRecording(
      this.#summary(row),
      model,
      findings,
      readCertificate(leaf),
      partsIn(model, findings),
      belonging.map((other) => this.#summary(other)),
    );
  }

  async verdict(actor: CustodyActor, key: RecordingKey): Promise<Verdict> {
    const { custody, verdicts, footage } = this.#options;
    const { journal, model } = await this.#find(key);
    const opening = footage.canUnseal ? ([{ type: 'decrypted', purpose: 'verify' }] as const) : [];
    await custody.record(actor, key, { type: 'verified' }, ...opening);
    return await verdicts.of(journal, model);
  }

  async playlist(actor: CustodyActor, key: RecordingKey, part: number): Promise<string> {
    const model = await this.#openable(key);
    await this.#options.custody.record(actor, key, { type: 'playlist-opened', part });
    return playlistText(await this.#part(actor, key, model, part), part);
  }

  async init(actor: CustodyActor, key: RecordingKey, part: number): Promise<Uint8Array> {
    const model = await this.#openable(key);
    const { segments, init: hash } = await this.#part(actor, key, model, part);
    const first = segments.find((segment) => segment.init === hash);
    const segment = model.segments.find(({ index }) => index === first?.index);
    const init =
      segment === undefined
        ? undefined
        : initOf(await this.#options.footage.scan(model, segment), first?.stretch ?? 0);
    if (init === undefined) throw new ReviewRefused('footage-unreadable', `part ${part} has no init segment`);
    return init;
  }

  /** Checked as a whole before its first byte is given out. */
  async segment(
    actor: CustodyActor,
    key: RecordingKey,
    index: number,
    stretch: number,
  ): Promise<AsyncIterable<Uint8Array>> {
    const { footage } = this.#options;
    const model = await this.#openable(key);
    const segment = await this.#opened(actor, key, model, index);
    return footage.fragments(model, segment, stretch);
  }

  /** A part of a recording of sound as one WAV. Its segments are put on record one by one, as they are opened. */
  async sound(actor: CustodyActor, key: RecordingKey, part: number): Promise<SoundFile> {
    const model = await this.#openable(key);
    const { segments } = await this.#part(actor, key, model, part);
    const [first] = segments;
    if (first?.bytes === undefined) {
      await this.#opened(actor, key, model, first?.index ?? -1); // refused, and here it is said why
      throw new ReviewRefused('footage-unreadable', `part ${part} holds no sound`);
    }
    return await soundFile(this.#options.footage, model, segments, (index) =>
      this.#opened(actor, key, model, index),
    );
  }

  /** Checked as a whole before its first byte is given out. */
  async photo(actor: CustodyActor, key: RecordingKey): Promise<AsyncIterable<Uint8Array>> {
    const model = await this.#openable(key);
    const [segment] = model.segments;
    if (model.opened.body.mode !== 'photo' || segment === undefined)
      throw new ReviewRefused('not-found', 'the recording is no photo');
    return this.#options.footage.plaintext(model, await this.#opened(actor, key, model, segment.index));
  }

  /** On record first; then read through and checked. */
  async #opened(
    actor: CustodyActor,
    key: RecordingKey,
    model: RecordingModel,
    index: number,
  ): Promise<SegmentModel> {
    const segment = model.segments.find((candidate) => candidate.index === index);
    if (segment === undefined) throw new ReviewRefused('not-found', `no segment ${index}`);
    await this.#options.custody.record(actor, key, { type: 'decrypted', purpose: 'play', segment: index });
    await this.#options.footage.scan(model, segment);
    return segment;
  }

  async #part(actor: CustodyActor, key: RecordingKey, model: RecordingModel, number: number): Promise<Part> {
    const { custody, footage } = this.#options;
    const here = await footage.here(model.segments);
    if (!footage.isRead(here)) await custody.record(actor, key, { type: 'decrypted', purpose: 'read' });
    const findings = await this.#findings(model, here);
    const parts = partsIn(model, findings);
    const refused = [...findings.values()].find((finding) => finding.refused !== undefined)?.refused;
    if (parts.length === 0 && refused !== undefined) throw refused;
    const part = parts[number];
    if (part === undefined) throw new ReviewRefused('not-found', `the recording has no part ${number}`);
    return part;
  }

  /** The recording, if its footage can be opened at all. */
  async #openable(key: RecordingKey): Promise<RecordingModel> {
    const { model } = await this.#find(key);
    await this.#options.footage.requireKey(model);
    return model;
  }

  /** What is in each segment that is here, by entry. A refused one is told apart, and hides no other. */
  async #findings(model: RecordingModel, here: readonly SegmentModel[]): Promise<Map<number, Finding>> {
    const findings = new Map<number, Finding>();
    for (const segment of here) findings.set(segment.entry, await this.#finding(model, segment));
    return findings;
  }

  async #finding(model: RecordingModel, segment: SegmentModel): Promise<Finding> {
    const { index, start, end } = segment;
    try {
      const scan = await this.#options.footage.scan(model, segment);
      const { seconds, track, stretches, init } = scan;
      const seen =
        init === undefined
          ? {}
          : {
              picture: stretches.some(({ picture }) => picture),
              sound: stretches.some(({ sound }) => sound),
            };
      return { here: true, seconds, track, ...seen, playable: playableIn(segment, scan) };
    } catch (refused) {
      if (!(refused instanceof ReviewRefused)) throw refused;
      const seconds = end === undefined ? 0 : secondsBetween(start, end);
      return { here: true, track: [], refused, playable: [{ index, start, seconds }] };
    }
  }

  #summary(row: RecordingRow): RecordingSummary {
    const { name, recording, ...counts } = row;
    const now = this.#options.recordingNow(name.device) === recording;
    return summarise({ ...name, recording }, counts, now);
  }

  async #find({ device, epoch, recording }: RecordingKey): Promise<Found> {
    const { catalogue } = this.#options;
    const name = { device, epoch };
    const [journal, row] = await Promise.all([catalogue.journal(name), catalogue.recording(name, recording)]);
    const model = row === undefined ? undefined : await readModel(catalogue, row);
    if (journal === undefined || row === undefined || model === undefined)
      throw new ReviewRefused('not-found', 'no such recording');
    return { journal, row, model };
  }
}

/** A recording as its own entries tell it. */
export async function readModel(
  catalogue: Pick<Catalogue, 'recordingEntries' | 'entries'>,
  { name, recording }: Pick<RecordingRow, 'name' | 'recording'>,
): Promise<RecordingModel | undefined> {
  const replay = new JournalReplay(name, { fromStart: false });
  for (const [from, to] of runsOf(await catalogue.recordingEntries(name, recording))) {
    for (const [n, bytes] of (await catalogue.entries(name, from, to)).entries())
      applyIfKnown(replay, from + n, bytes);
  }
  return replay.recordings.get(recording);
}

function applyIfKnown(replay: JournalReplay, index: number, bytes: Uint8Array): void {
  try {
    replay.apply(index, decodeEntry(bytes));
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error; // kept, and known to be malformed
  }
}

/** Indexes as half-open runs. */
function runsOf(indexes: readonly number[]): [number, number][] {
  const runs: [number, number][] = [];
  for (const index of indexes) {
    const last = runs.at(-1);
    if (last?.[1] === index) last[1] = index + 1;
    else runs.push([index, index + 1]);
  }
  return runs;
}

/** In their order, each index once: what a journal names twice is played once. */
function playableOf(findings: ReadonlyMap<number, Finding>): PlayableSegment[] {
  const playable = new Map<number, readonly PlayableSegment[]>();
  for (const { playable: found } of findings.values()) {
    const [first] = found;
    if (first !== undefined && !playable.has(first.index)) playable.set(first.index, found);
  }
  return [...playable.values()].flat();
}

/** What of a segment can be played; of a photo nothing. */
function playableIn({ index, start }: SegmentModel, scan: SegmentScanResult): PlayableSegment[] {
  const { init, stretches, sound, seconds } = scan;
  if (sound !== undefined) {
    const { channels, samplesPerSecond, bitsPerSample } = sound.format;
    const format = `${channels} ${samplesPerSecond} ${bitsPerSample}`;
    return [{ index, start, seconds, init: format, bytes: sound.to - sound.from }];
  }
  const [first] = stretches;
  if (init === undefined || first === undefined) return [];
  return stretches.map((stretch, n) => ({
    index,
    stretch: n,
    start: addSeconds(start, stretch.from - first.from),
    seconds: stretch.seconds,
    from: stretch.from,
    init: `${init.hash} ${stretch.tracks.join(' ')}`,
  }));
}

function partsIn(model: RecordingModel, findings: ReadonlyMap<number, Finding>): Part[] {
  return (model.opened.body.mode === 'audio' ? soundPartsOf : partsOf)(playableOf(findings));
}

function addSeconds(time: string, seconds: number): string {
  return new Date(Date.parse(time) + Math.max(0, seconds) * 1000).toISOString();
}
