import {
  decodeEntry,
  JournalReplay,
  ProtocolError,
  readCertificate,
  type RecordingModel,
  type SegmentModel,
  type Verdict,
} from '@mingjing/protocol';
import type { CustodyActor } from '../core/custody-event.ts';
import { ReviewRefused } from '../core/errors.ts';
import { partsOf, playlistText, type Part, type PlayableSegment } from '../core/playlist.ts';
import type { RecordingDetail, RecordingKey, RecordingList } from '../core/review-shapes.ts';
import { describeRecording, secondsBetween, summarise, type SegmentFinding } from '../core/summaries.ts';
import type { Catalogue, JournalRecord, RecordingRow } from '../ports/catalogue.ts';
import type { Custody } from './custody.ts';
import type { Footage } from './footage.ts';
import type { Verdicts } from './verdicts.ts';

export interface ReviewOptions {
  readonly catalogue: Catalogue;
  readonly footage: Footage;
  readonly verdicts: Verdicts;
  readonly custody: Custody;
}

interface Found {
  readonly journal: JournalRecord;
  readonly row: RecordingRow;
  readonly model: RecordingModel;
}

interface Finding extends SegmentFinding {
  readonly playable?: PlayableSegment;
  readonly refused?: ReviewRefused;
}

/** What a signed-in person may see. Whatever touches a recording is in the custody log before it happens. */
export class Review {
  readonly #options: ReviewOptions;

  constructor(options: ReviewOptions) {
    this.#options = options;
  }

  async list(limit: number, before: string | undefined): Promise<RecordingList> {
    const [start, key] = before?.split(' ') ?? [];
    const after = start === undefined ? {} : { before: { start, ...(key === undefined ? {} : { key }) } };
    const rows = await this.#options.catalogue.recordings({ limit, ...after });
    const last = rows.length === limit ? rows.at(-1) : undefined;
    return {
      recordings: rows.map(summaryOf),
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
    const parts = partsOf(playableOf(findings)).length;
    return describeRecording(summaryOf(row), model, findings, readCertificate(leaf), parts);
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
    const first = segments.find((segment) => segment.init === hash)?.index;
    const segment = model.segments.find(({ index }) => index === first);
    const init = segment === undefined ? undefined : (await this.#options.footage.scan(model, segment)).init;
    if (init === undefined) throw new ReviewRefused('footage-unreadable', `part ${part} has no init segment`);
    return init.bytes;
  }

  /** Checked as a whole before its first byte is given out. */
  async segment(actor: CustodyActor, key: RecordingKey, index: number): Promise<AsyncIterable<Uint8Array>> {
    const { custody, footage } = this.#options;
    const model = await this.#openable(key);
    const segment = model.segments.find((candidate) => candidate.index === index);
    if (segment === undefined) throw new ReviewRefused('not-found', `no segment ${index}`);
    await custody.record(actor, key, { type: 'decrypted', purpose: 'play', segment: index });
    await footage.scan(model, segment);
    return footage.fragments(model, segment);
  }

  async #part(actor: CustodyActor, key: RecordingKey, model: RecordingModel, number: number): Promise<Part> {
    const { custody, footage } = this.#options;
    const here = await footage.here(model.segments);
    if (!footage.isRead(here)) await custody.record(actor, key, { type: 'decrypted', purpose: 'read' });
    const findings = await this.#findings(model, here);
    const parts = partsOf(playableOf(findings));
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
      const { init, seconds, track } = await this.#options.footage.scan(model, segment);
      const playable = init === undefined ? {} : { playable: { index, start, seconds, init: init.hash } };
      return { here: true, seconds, track, ...playable };
    } catch (refused) {
      if (!(refused instanceof ReviewRefused)) throw refused;
      const seconds = end === undefined ? 0 : secondsBetween(start, end);
      return { here: true, track: [], refused, playable: { index, start, seconds } };
    }
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
  const playable = new Map<number, PlayableSegment>();
  for (const finding of findings.values()) {
    const segment = finding.playable;
    if (segment !== undefined && !playable.has(segment.index)) playable.set(segment.index, segment);
  }
  return [...playable.values()];
}

function summaryOf(row: RecordingRow): ReturnType<typeof summarise> {
  const { name, recording, ...counts } = row;
  return summarise({ ...name, recording }, counts);
}
