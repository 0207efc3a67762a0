import { validAt, type Certificate } from '../crypto/certificate.ts';
import type { RecordingModel } from '../journal/replay.ts';
import type { Checkpoint } from '../note/checkpoint.ts';
import { checkCoverage, successorOf } from './coverage.ts';
import { checkEntries, checkRun } from './entries.ts';
import type { Evidence } from './evidence.ts';
import { checkKeyObject, checkSegment } from './footage.ts';
import { checkSigners, type Signers } from './signers.ts';
import { append, concludeVerdict, type Finding, type Verdict } from './verdict.ts';

export interface VerifyOptions {
  /** Bytes of footage looked at so far. */
  readonly onProgress?: (bytes: number) => void;
}

/**
 * Judges evidence. Never throws on bad evidence: whatever is wrong is a finding, with its place. Throws only what
 * the footage source throws: an unreadable disk is no verdict. Memory is bounded by the entries; footage streams.
 */
export async function verifyEvidence(evidence: Evidence, options: VerifyOptions = {}): Promise<Verdict> {
  const signers = checkSigners(evidence);
  const entries = checkEntries(evidence, signers.checkpoint, signers.receipt);
  const findings: Finding[] = [];
  append(findings, signers.findings);
  append(findings, entries.findings);
  let bytes = 0;
  const count = (more: number): void => {
    bytes += more;
    options.onProgress?.(bytes);
  };
  const wanted = evidence.recordings ?? [...entries.replay.recordings.keys()];
  let segments = 0;
  if (wanted.length === 0)
    findings.push({ axis: 'sequence', code: 'recording-missing', severity: 'remark', place: {} });
  for (const id of wanted) {
    const recording = entries.replay.recordings.get(id);
    if (recording === undefined) {
      findings.push({
        axis: 'sequence',
        code: 'recording-missing',
        severity: 'fault',
        place: { recording: id },
      });
      continue;
    }
    append(findings, checkRun(recording, entries, signers.checkpoint));
    const presented = { recordings: entries.replay.recordings, read: entries.read };
    append(findings, checkClosure(recording, entries.receipt, successorOf(recording, presented)));
    append(findings, checkCoverage(recording, presented));
    append(findings, checkValidity(recording, signers));
    append(findings, checkClockSource(recording));
    append(findings, await checkKeyObject(recording, evidence.footage, count));
    for (const segment of recording.segments) {
      append(findings, await checkSegment(recording, segment, evidence.footage, count));
      segments += 1;
    }
  }
  return concludeVerdict(findings, {
    entries: evidence.entries.length,
    recordings: wanted.length,
    segments,
    bytes,
  });
}

function checkClosure(
  recording: RecordingModel,
  receipt: Checkpoint | undefined,
  successor: RecordingModel | undefined,
): Finding[] {
  const { closed } = recording;
  const findings: Finding[] = [];
  const remark = (code: Finding['code'], place: Finding['place'], detail?: string): void => {
    const whole = { recording: recording.recording, ...place };
    findings.push({
      axis: 'closure',
      code,
      severity: 'remark',
      place: whole,
      ...(detail === undefined ? {} : { detail }),
    });
  };
  if (closed === undefined) {
    remark('recording-open', { entry: recording.opened.entry });
  } else if (closed.body.reason === 'power-loss') {
    remark('ended-by-power-loss', { entry: closed.entry });
  } else if (
    closed.body.reason !== 'capture-changed' &&
    closed.body.reason !== 'stopped' &&
    closed.body.reason !== 'power-off'
  ) {
    remark('ended-by-fault', { entry: closed.entry }, closed.body.reason);
  }
  if (successor !== undefined || closed?.body.reason === 'capture-changed') {
    const place = closed === undefined ? {} : { entry: closed.entry };
    if (successor === undefined) remark('continued-in-another', place, 'the other is not presented');
    else remark('continued-in-another', { ...place, other: successor.recording });
  }
  for (const segment of recording.segments) {
    if (segment.content === undefined)
      remark('segment-recovered', { entry: segment.entry, segment: segment.index });
  }
  const last = closed?.entry ?? recording.segments.at(-1)?.entry ?? recording.opened.entry;
  if (receipt === undefined || receipt.size <= last) remark('no-receipt', { entry: last });
  return findings;
}

/** Evidence is judged by the certificates' validity when it was logged, not by today's. */
function checkValidity(recording: RecordingModel, { camera, archive }: Signers): Finding[] {
  const place = { recording: recording.recording, entry: recording.opened.entry };
  const times = [
    recording.opened.body.at,
    ...(recording.closed === undefined ? [] : [recording.closed.body.at]),
  ];
  const remark = (who: string, { notBefore, notAfter }: Certificate): Finding => {
    const detail = `${who} certificate valid ${notBefore.toISOString()} to ${notAfter.toISOString()}`;
    return { axis: 'signer', code: 'outside-certificate-validity', severity: 'remark', place, detail };
  };
  const findings: Finding[] = [];
  if (camera !== undefined && !times.every((at) => validAt(camera, new Date(at))))
    findings.push(remark('camera', camera));
  // A receipt bears no time; it cannot have been signed before what it confirms.
  if (archive !== undefined && times.some((at) => new Date(at) > archive.notAfter))
    findings.push(remark('archive', archive));
  return findings;
}

function checkClockSource(recording: RecordingModel): Finding[] {
  const free = recording.segments.filter((segment) => segment.clock.source === 'free-running');
  const [first] = free;
  if (first === undefined) return [];
  const place = { recording: recording.recording, entry: first.entry, segment: first.index };
  return [
    {
      axis: 'time',
      code: 'clock-free-running',
      severity: 'remark',
      place,
      detail: `${free.length} segment(s)`,
    },
  ];
}
