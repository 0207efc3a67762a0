import { validAt, type Certificate } from '../crypto/certificate.ts';
import type { RecordingModel } from '../journal/replay.ts';
import type { Checkpoint } from '../note/checkpoint.ts';
import { checkEntries, checkRun } from './entries.ts';
import type { Evidence } from './evidence.ts';
import { checkKeyObject, checkSegment } from './footage.ts';
import { checkSigners } from './signers.ts';
import { concludeVerdict, type Finding, type Verdict } from './verdict.ts';

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
  const findings: Finding[] = [...signers.findings, ...entries.findings];
  let bytes = 0;
  const count = (more: number): void => {
    bytes += more;
    options.onProgress?.(bytes);
  };
  const wanted = evidence.recordings ?? [...entries.replay.recordings.keys()];
  let segments = 0;
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
    findings.push(
      ...checkRun(recording, entries, signers.checkpoint),
      ...checkClosure(recording, signers.receipt),
    );
    findings.push(...checkValidity(recording, signers.camera), ...checkClockSource(recording));
    findings.push(...(await checkKeyObject(recording, evidence.footage, count)));
    for (const segment of recording.segments) {
      findings.push(...(await checkSegment(recording, segment, evidence.footage, count)));
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

function checkClosure(recording: RecordingModel, receipt: Checkpoint | undefined): Finding[] {
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
  } else if (closed.body.reason !== 'stopped' && closed.body.reason !== 'power-off') {
    remark('ended-by-fault', { entry: closed.entry }, closed.body.reason);
  }
  for (const segment of recording.segments) {
    if (segment.content === undefined)
      remark('segment-recovered', { entry: segment.entry, segment: segment.index });
  }
  const last = closed?.entry ?? recording.segments.at(-1)?.entry ?? recording.opened.entry;
  if (receipt === undefined || receipt.size <= last) remark('no-receipt', { entry: last });
  return findings;
}

/** Evidence is judged by the certificate's validity when it was logged, not by today's. */
function checkValidity(recording: RecordingModel, camera: Certificate | undefined): Finding[] {
  if (camera === undefined) return [];
  const times = [
    recording.opened.body.at,
    ...(recording.closed === undefined ? [] : [recording.closed.body.at]),
  ];
  if (times.every((at) => validAt(camera, new Date(at)))) return [];
  const detail = `certificate valid ${camera.notBefore.toISOString()} to ${camera.notAfter.toISOString()}`;
  const place = { recording: recording.recording, entry: recording.opened.entry };
  return [{ axis: 'signer', code: 'outside-certificate-validity', severity: 'remark', place, detail }];
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
