import assert from 'node:assert/strict';
import { concat, freeBox, keepTracks, readTracks, toUtf8, type Track } from '@mingjing/protocol';
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

/** The power went behind the opening, before anything was taken. */
export function recordNothing(journal: JournalBuilder): BuiltRecording {
  const opened = journal.open();
  opened.close('power-loss', 0);
  return { recording: opened.recording, key: opened.key, contents: [], objects: opened.objects };
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

/** Sound in three segments; the head of the second is another writer's. */
export function recordOddSound(journal: JournalBuilder): BuiltRecording {
  const plain = journal.recordSound(3, { perSegment: 1 });
  const [first = new Uint8Array(), second = new Uint8Array(), third = new Uint8Array()] = plain.contents;
  const odd = second.slice();
  odd.set(toUtf8('PAD '), Buffer.from(odd.buffer).indexOf('JUNK'));
  const opened = journal.open(undefined, { mode: 'audio' });
  const contents = [first, odd, third];
  for (const content of contents) {
    journal.pass(1000);
    opened.seal(content, 1000);
  }
  opened.close('stopped', 0);
  return { recording: opened.recording, key: opened.key, contents, objects: opened.objects };
}

/**
 * Eight seconds of which the third and fourth have no sound, the fifth and sixth were not filmed at all, and the
 * seventh has no picture.
 */
export function recordWithGaps(journal: JournalBuilder, film: Film): BuiltRecording {
  const tracks = readTracks(film.init);
  const only = (kind: Track['kind']): Map<number, number> =>
    new Map(tracks.flatMap(({ id, kind: own }) => (own === kind ? [[id, id] as const] : [])));
  const opened = journal.open('执法-001');
  const contents: Uint8Array[] = [];
  const add = (ids: Map<number, number> | undefined, ...seconds: number[]): void => {
    const boxes = seconds.flatMap((n) => {
      const { moof, mdat } = film.fragments[n] ?? assert.fail();
      const kept = ids === undefined ? { moof, mdat } : keepTracks(moof, mdat, ids);
      return [kept.moof, kept.mdat];
    });
    const content = concat([film.init, ...boxes]);
    journal.pass(seconds.length * 1000);
    opened.seal(content, seconds.length * 1000);
    contents.push(content);
  };
  const change = (picture: boolean, sound: boolean, reason: string): void =>
    void journal.add({ type: 'capture-changed', picture, sound, reason, recording: opened.recording });
  add(undefined, 0, 1);
  change(true, false, 'sound-lost');
  add(only('video'), 2, 3);
  journal.pass(2000);
  change(false, true, 'picture-lost');
  add(only('audio'), 6);
  change(true, true, 'picture-back');
  add(undefined, 7);
  opened.close('stopped', 0);
  return { recording: opened.recording, key: opened.key, contents, objects: opened.objects };
}

/** Four seconds; in the second and third the officer had muted the sound. */
export function recordMuted(journal: JournalBuilder, film: Film): BuiltRecording {
  const opened = journal.open('执法-001');
  const { recording } = opened;
  const contents = [0, 1, 2, 3].map((n) => secondOf(film, n));
  for (const [n, content] of contents.entries()) {
    if (n === 1 || n === 3) journal.add({ type: 'setting-changed', setting: 'mute', on: n === 1, recording });
    journal.pass(1000);
    opened.seal(content, 1000);
  }
  opened.close('stopped', 0);
  return { recording, key: opened.key, contents, objects: opened.objects };
}

/** The picture is lost and three seconds pass; what comes then no longer fits, and another recording goes on from it. */
export function recordInterrupted(
  journal: JournalBuilder,
  film: Film,
): readonly [before: BuiltRecording, after: BuiltRecording] {
  const one = journal.open();
  const contents = [0, 1].map((n) => secondOf(film, n));
  const lost = { picture: false, sound: true, reason: 'picture-lost', recording: one.recording };
  for (const [n, content] of contents.entries()) {
    if (n > 0) {
      journal.add({ type: 'capture-changed', ...lost });
      journal.pass(3000);
    }
    journal.pass(1000);
    one.seal(content, 1000);
  }
  one.close('capture-changed', 0);
  const two = journal.open(undefined, { continues: one.recording });
  const rest = secondOf(film, 2);
  journal.pass(1000);
  two.seal(rest, 1000);
  two.close('stopped', 0);
  return [
    { recording: one.recording, key: one.key, contents, objects: one.objects },
    { recording: two.recording, key: two.key, contents: [rest], objects: two.objects },
  ];
}
