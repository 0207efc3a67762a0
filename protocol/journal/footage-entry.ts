import type { Entry, EntryOf, EntryType } from './entry-schema.ts';

/**
 * Which entries tell of recordings and their objects. The one list of it: whoever follows a journal for the sake of footage
 * asks here, and a new type of entry has to be put in only here.
 */
const OF_FOOTAGE = {
  'recording-opened': true,
  'segment-sealed': true,
  'segment-recovered': true,
  'segment-lost': true,
  marked: true,
  'recording-closed': true,
  'capture-changed': true,
  'setting-changed': true,
  'object-lost': true,
  'object-released': true,
  'power-on': false,
  'power-off': false,
  'clock-set': false,
  'officer-assigned': false,
  'officer-returned': false,
  docked: false,
  undocked: false,
  ordered: false,
  alarm: false,
  'policy-applied': false,
  'firmware-installed': false,
  'key-rotated': false,
  anchored: false,
  diagnosed: false,
} as const satisfies Record<EntryType, boolean>;

type FootageEntryType = {
  [T in EntryType]: (typeof OF_FOOTAGE)[T] extends true ? T : never;
}[EntryType];

export type FootageEntry = { [T in FootageEntryType]: EntryOf<T> }[FootageEntryType];

export function isFootageEntry(entry: Entry): entry is FootageEntry {
  return OF_FOOTAGE[entry.type];
}
