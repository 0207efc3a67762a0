import assert from 'node:assert/strict';
import { concat, freeBox } from '@mingjing/protocol';
import type { BuiltRecording, Film, JournalBuilder } from './recording-builder.ts';

/** The camera says that it lost an object before it was sent. */
export function lose(journal: JournalBuilder, object: string): void {
  journal.objects.delete(object);
  journal.add({ type: 'object-lost', object, reason: 'unreadable' });
}

/** Four segments whose init changes each time. */
export function recordParts(
  journal: JournalBuilder,
  inits: readonly Uint8Array[],
  film: Film,
): BuiltRecording {
  const opened = journal.open();
  const contents = [0, 1, 2, 3].map((n) => secondOf(film, n, inits[n % 2]));
  for (const content of contents) {
    journal.pass(1000);
    opened.seal(content, 1000);
  }
  opened.close('stopped', 0);
  return { recording: opened.recording, key: opened.key, contents, objects: opened.objects };
}

/** A whole segment; then power cuts before the first fragment: before the first whole chunk, and behind the init. */
export function recordNothingWhole(journal: JournalBuilder, film: Film): BuiltRecording {
  const opened = journal.open();
  const contents = [secondOf(film, 0), film.init, concat([film.init, freeBox(200_000)])];
  const [first = film.init, ...cut] = contents;
  opened.seal(first, 1000);
  for (const content of cut) opened.recover(content);
  opened.close('power-loss', 0);
  return { recording: opened.recording, key: opened.key, contents, objects: opened.objects };
}

/** Segments 0, 2, 1, 1: as no sound camera signs them. */
export function recordOutOfOrder(journal: JournalBuilder, film: Film): BuiltRecording {
  const opened = journal.open();
  const contents = [0, 1, 2, 3].map((n) => secondOf(film, n));
  const [first = film.init, second = film.init, third = film.init, fourth = film.init] = contents;
  opened.seal(first, 1000);
  opened.objects.push('one left out');
  opened.seal(third, 1000);
  opened.objects.pop();
  opened.objects.pop();
  opened.seal(second, 1000);
  opened.objects.pop();
  opened.seal(fourth, 1000);
  opened.close('stopped', 0);
  return { recording: opened.recording, key: opened.key, contents, objects: opened.objects };
}

/** A segment of one fragment. */
function secondOf(film: Film, n: number, init = film.init): Uint8Array {
  const { moof, mdat } = film.fragments[n] ?? assert.fail();
  return concat([init, moof, mdat]);
}
