import { randomBytes } from 'node:crypto';
import { writeSync } from 'node:fs';
import { generateAgeIdentity, toBase64 } from '@mingjing/protocol';
import { fakeObject, openJournal } from './device-journal.ts';

/** Appends without end and says each size and root once it is durable: made to be killed. */
const [path = '', identity = ''] = process.argv.slice(2);
const journal = openJournal(path, identity);
const at = '2026-11-20T08:00:00.000Z';
const clock = { source: 'free-running' } as const;
const { recipient } = generateAgeIdentity();

function say(): void {
  writeSync(1, `${journal.size} ${toBase64(journal.rootAt(journal.size))}\n`);
}

journal.append({ type: 'power-on', device: 'cam-1', epoch: 1, software: 'test', cause: 'start' });
for (;;) {
  const recording = randomBytes(16).toString('hex');
  const key = { recipient, ...fakeObject(`key of ${recording}`) };
  journal.append(
    { type: 'recording-opened', recording, mode: 'video', cause: 'button', start: at, key },
    `${recording}.key.age`,
  );
  for (let index = 0; index < 3; index += 1) {
    const file = `${recording}.00000${index}.age`;
    journal.beginSegment({ recording, index, file, start: at, clock });
    const sealed = fakeObject(`segment ${index} of ${recording}`);
    const content = sealed.object;
    journal.append(
      { type: 'segment-sealed', recording, index, ...sealed, start: at, clock, content, end: at },
      file,
    );
    say();
  }
  journal.append({ type: 'marked', recording, kind: 'key' });
  journal.append({ type: 'recording-closed', recording, reason: 'stopped', segments: 3, marks: 1, end: at });
  say();
}
