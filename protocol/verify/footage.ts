import { AgeOpener } from '../age/file.ts';
import { recipientOf, x25519Identity } from '../age/keys.ts';
import { sha256, sha256Stream } from '../crypto/sha256.ts';
import { concat, toHex } from '../encoding/bytes.ts';
import type { RecordingModel, SegmentModel } from '../journal/replay.ts';
import { playableOf } from '../media/playable.ts';
import { MAX_OBJECT_BYTES } from '../wire/http.ts';
import type { FootageSource, PresentedBytes } from './evidence.ts';
import { fault as faultOf, type Finding, type FindingCode, type Place } from './verdict.ts';

/** Checks the footage of one segment against its entry; `count` hears of every byte looked at. */
export async function checkSegment(
  recording: RecordingModel,
  segment: SegmentModel,
  source: FootageSource,
  count: (bytes: number) => void,
): Promise<Finding[]> {
  const place: Place = {
    entry: segment.entry,
    recording: recording.recording,
    segment: segment.index,
    object: segment.object,
  };
  const sealed = source.sealed?.(segment.object);
  const content = source.content?.(recording.recording, segment);
  if (content === undefined && segment.content === undefined && sealed !== undefined) {
    return await checkUnplayable(recording, segment, source, sealed, place, count);
  }
  if (sealed === undefined && content === undefined) return [fault('footage-missing', place)];
  const findings = sealed === undefined ? [] : await checkSealed(sealed, segment, place, count);
  if (content !== undefined && segment.content !== undefined) {
    const { hash, size } = await measure(content, count);
    const altered = hash !== segment.content;
    if (altered) findings.push(fault('content-altered', { ...place, bytes: [0, size], ...content.place }));
  }
  if (content !== undefined && segment.content === undefined) {
    findings.push(...(await checkRecovered(recording, segment, source, content, place, count)));
  }
  return findings;
}

/** The object that holds a recording's wrapped key: without it nobody opens the footage. */
export async function checkKeyObject(
  recording: RecordingModel,
  source: FootageSource,
  count: (bytes: number) => void,
): Promise<Finding[]> {
  const { object, size } = recording.opened.body.key;
  const place: Place = { entry: recording.opened.entry, recording: recording.recording, object };
  const sealed = source.sealed?.(object);
  if (sealed !== undefined) return await checkSealed(sealed, { object, size }, place, count);
  // Whoever has the key itself, or presents footage in the open, needs it no more; and where the journal knows of no
  // footage there is nothing to open.
  const opened =
    recording.segments.length === 0 ||
    source.key?.(recording.recording) !== undefined ||
    recording.segments.some((segment) => source.content?.(recording.recording, segment) !== undefined);
  return opened ? [] : [fault('footage-missing', place, 'the wrapped key of the recording')];
}

async function checkSealed(
  sealed: PresentedBytes,
  named: { object: string; size: number },
  place: Place,
  count: (bytes: number) => void,
): Promise<Finding[]> {
  const { hash, size } = await measure(sealed, count);
  if (size !== named.size) {
    return [
      fault('object-size-differs', {
        ...place,
        bytes: [Math.min(size, named.size), Math.max(size, named.size)],
        ...sealed.place,
      }),
    ];
  }
  return hash === named.object
    ? []
    : [fault('object-altered', { ...place, bytes: [0, size], ...sealed.place })];
}

/**
 * A recovered segment that is presented sealed alone. With its key at hand it must hold nothing playable: else there
 * is footage, and it was left out. Without the key (an archive that cannot open) the sealed bytes are what is judged.
 */
async function checkUnplayable(
  recording: RecordingModel,
  segment: SegmentModel,
  source: FootageSource,
  sealed: PresentedBytes,
  place: Place,
  count: (bytes: number) => void,
): Promise<Finding[]> {
  const altered = await checkSealed(sealed, segment, place, count);
  const key = source.key?.(recording.recording);
  const again = source.sealed?.(segment.object);
  if (altered.length > 0 || key === undefined || again === undefined) return altered;
  try {
    const playable = playableOf(recording.opened.body.mode, await openTolerant(again, key));
    return playable.length > 0
      ? [fault('footage-missing', place, 'it holds footage that is not presented')]
      : [];
  } catch (error) {
    return [fault('footage-unreadable', place, error instanceof Error ? error.message : undefined)];
  }
}

/**
 * A recovered segment has no signed content hash: its sealed object has. So the object is opened with the
 * recording's own key, which must be the one in `recording-opened`, and what it holds is compared.
 */
async function checkRecovered(
  recording: RecordingModel,
  segment: SegmentModel,
  source: FootageSource,
  content: PresentedBytes,
  place: Place,
  count: (bytes: number) => void,
): Promise<Finding[]> {
  const sealed = source.sealed?.(segment.object);
  const key = source.key?.(recording.recording);
  if (sealed === undefined || key === undefined)
    return [fault('footage-unreadable', place, 'sealed object or recording key not at hand')];
  try {
    if (recipientOf(key) !== recording.opened.body.key.recipient)
      return [fault('recording-key-differs', place)];
    const opened = playableOf(recording.opened.body.mode, await openTolerant(sealed, key));
    const { hash, size } = await measure(content, count);
    return hash === toHex(sha256(opened))
      ? []
      : [fault('content-altered', { ...place, bytes: [0, size], ...content.place })];
  } catch (error) {
    return [fault('footage-unreadable', place, error instanceof Error ? error.message : undefined)];
  }
}

async function openTolerant(sealed: PresentedBytes, key: string): Promise<Uint8Array> {
  const opener = new AgeOpener([x25519Identity(key)], 'tolerate-cut');
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of sealed.bytes) {
    size += part.length;
    if (size > MAX_OBJECT_BYTES) throw new RangeError(`an object of more than ${MAX_OBJECT_BYTES} bytes`);
    parts.push(opener.update(part));
  }
  return concat([...parts, opener.final().plaintext]);
}

async function measure(
  { bytes }: PresentedBytes,
  count: (bytes: number) => void,
): Promise<{ hash: string; size: number }> {
  const hash = sha256Stream();
  let size = 0;
  for await (const part of bytes) {
    hash.update(part);
    size += part.length;
    count(part.length);
  }
  return { hash: toHex(hash.digest()), size };
}

function fault(code: FindingCode, place: Place, detail?: string): Finding {
  return faultOf('integrity', code, place, detail);
}
