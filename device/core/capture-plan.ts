import type { Track } from '@mingjing/protocol';

/** What can be taken in. */
export interface Sources {
  readonly picture: boolean;
  readonly sound: boolean;
}
export type Source = keyof Sources;

export const NOTHING: Sources = { picture: false, sound: false };

/** What a run is to give: fragmented MP4 of at least one source, or sound alone as PCM for WAV. */
export type CapturePlan = ({ readonly format: 'mp4' } & Sources) | { readonly format: 'wav' };

/** What stands ahead of the fragments of a run. `init` is `ftyp` + `moov`. */
export type CaptureHead =
  | { readonly format: 'mp4'; readonly init: Uint8Array; readonly tracks: readonly Track[] }
  | { readonly format: 'wav' };

/** Lines burned into the picture beside time and device number. Changes show within two seconds. */
export interface Overlay {
  readonly officer?: string;
  readonly position?: string;
}

export function samePlan(one: CapturePlan | undefined, other: CapturePlan | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  if (one.format === 'wav' || other.format === 'wav') return one.format === other.format;
  return sameSources(one, other);
}

export function sameSources(one: Sources, other: Sources): boolean {
  return one.picture === other.picture && one.sound === other.sound;
}

/** What a head shows to be there. */
export function sourcesOf(head: CaptureHead): Sources {
  if (head.format === 'wav') return { picture: false, sound: true };
  const has = (kind: Track['kind']): boolean => head.tracks.some((track) => track.kind === kind);
  return { picture: has('video'), sound: has('audio') };
}

/** In a word, what became of what the camera sees and hears. */
export function reasonOf(before: Sources, after: Sources): string {
  if (sameSources(before, NOTHING)) return 'capture-back';
  if (sameSources(after, NOTHING)) return 'capture-lost';
  if (before.picture !== after.picture) return after.picture ? 'picture-back' : 'picture-lost';
  return after.sound ? 'sound-back' : 'sound-lost';
}
