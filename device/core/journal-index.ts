import { isFootageEntry, type Entry } from '@mingjing/protocol';

/** What an entry changes in the tables beside the journal. They can be told anew from the entries at any time. */
export type IndexChange =
  | { readonly table: 'recording-opened'; readonly recording: string; readonly start: string }
  | { readonly table: 'recording-segment'; readonly recording: string; readonly index: number }
  | { readonly table: 'recording-mark'; readonly recording: string; readonly key: boolean }
  | { readonly table: 'recording-closed'; readonly recording: string }
  | {
      readonly table: 'object-named';
      readonly object: string;
      readonly size: number;
      readonly recording: string;
      readonly kind: 'key' | 'segment';
    }
  | { readonly table: 'object-lost'; readonly object: string }
  | { readonly table: 'object-released'; readonly object: string };

export function indexChanges(entry: Entry): IndexChange[] {
  if (!isFootageEntry(entry)) return [];
  switch (entry.type) {
    case 'recording-opened': {
      const { recording, start, key } = entry;
      return [
        { table: 'recording-opened', recording, start },
        { table: 'object-named', object: key.object, size: key.size, recording, kind: 'key' },
      ];
    }
    case 'segment-sealed':
    case 'segment-recovered': {
      const { recording, index, object, size } = entry;
      return [
        { table: 'object-named', object, size, recording, kind: 'segment' },
        { table: 'recording-segment', recording, index },
      ];
    }
    case 'marked':
      return [{ table: 'recording-mark', recording: entry.recording, key: entry.kind === 'key' }];
    case 'recording-closed':
      return [{ table: 'recording-closed', recording: entry.recording }];
    case 'object-lost':
      return [{ table: 'object-lost', object: entry.object }];
    case 'object-released':
      return entry.objects.map((object) => ({ table: 'object-released', object }));
    case 'segment-lost':
    case 'capture-changed':
    case 'setting-changed':
      return [];
    default:
      return entry satisfies never;
  }
}
