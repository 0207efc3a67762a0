import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ALARM_WORDS, alarmPlace, alarmWords } from '../../../central/pages/src/words/alarm-words.ts';
import { RULES } from '../../../dock-agent/core/failures.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');

/** Alarm codes in the source of a part. An alarm whose code cannot be read off there is a failure here. */
function raisedIn(part: string): string[] {
  const codes = new Set<string>();
  for (const file of globSync([`${part}/*.ts`, `${part}/{core,shell,adapters,simulated}/**/*.ts`], {
    cwd: ROOT,
  })) {
    const source = readFileSync(join(ROOT, file), 'utf8');
    const raised = [
      ...source.matchAll(/type: 'alarm',\s*code(?:: ([^;]*?))?,\s*(?:severity|\.\.\.)/g),
      ...source.matchAll(/(?:\braise|#raise)\(\s*([^;]*?),\s*(?:'|severity|[a-z.]*severity)/g),
    ];
    const all = source.match(/type: 'alarm',|larms\.raise\(|options\.raise\(/g) ?? [];
    assert.ok(raised.length >= all.length, `${file}: an alarm is raised with a code that cannot be found`);
    for (const [, code = ''] of raised)
      for (const [, literal = ''] of code.matchAll(/'([a-z-]+)'/g)) codes.add(literal);
  }
  return [...codes].toSorted();
}

/** The members of a closed union of string literals. */
function unionIn(file: string, name: string): string[] {
  const source = readFileSync(join(ROOT, file), 'utf8');
  const members = new RegExp(`type ${name} =([^;]*);`).exec(source)?.[1] ?? '';
  return [...members.matchAll(/\| '([a-z-]+)'/g)].map(([, code = '']) => code).toSorted();
}

describe('the words of alarms', () => {
  const worded = (role: keyof typeof ALARM_WORDS): string[] => Object.keys(ALARM_WORDS[role]).toSorted();

  it('are there for each code that a camera raises, and for no other', () => {
    // Another code than these does not compile.
    assert.deepEqual(worded('camera'), unionIn('device/core/alarm-codes.ts', 'AlarmCode'));
  });

  it('are there for each code that a dock raises, and for no other', () => {
    assert.deepEqual(worded('dock'), Object.keys(RULES).toSorted());
  });

  it('are there for each code that the archive raises, and for no other', () => {
    assert.deepEqual(worded('archive'), raisedIn('central'));
    assert.deepEqual(worded('archive'), unionIn('central/shell/alarms.ts', 'ArchiveAlarmCode'));
  });

  it('are Chinese without Latin letters, and English without Chinese, and each its own', () => {
    for (const words of Object.values(ALARM_WORDS)) {
      const said = Object.values(words) as { zh: string; en: string }[];
      for (const { zh, en } of said) {
        assert.match(zh, /^[^A-Za-z]+$/);
        assert.match(en, /^[^\u3400-\u9fff]+$/);
      }
      assert.equal(new Set(said.map(({ zh }) => zh)).size, said.length);
      assert.equal(new Set(said.map(({ en }) => en)).size, said.length);
    }
  });

  it('tell a full camera from a full archive, and know nothing of what they were not told', () => {
    assert.match(alarmWords('camera', 'storage-full', 'en') ?? '', /dock now/);
    assert.match(alarmWords('archive', 'storage-full', 'zh') ?? '', /档案库/);
    assert.equal(alarmWords('camera', 'toString', 'en'), undefined);
    assert.equal(alarmWords('dock', 'storage-full', 'en'), undefined);
  });

  it('say where: bay and camera are read off a dock’s detail, anything else is left as it is', () => {
    const alarm = (detail?: string): Parameters<typeof alarmPlace>[0]['alarm'] => ({
      ...{ at: '2026-01-01T00:00:00.000Z', id: 'a'.repeat(32), code: 'object-cut', severity: 'critical' },
      ...(detail === undefined ? {} : { detail }),
    });
    const place = (role: 'dock' | 'camera', detail?: string): object =>
      alarmPlace({ role, id: 'x', alarm: alarm(detail) });
    assert.deepEqual(place('dock', 'bay 3, camera cam-1: it: ends'), {
      ...{ bay: 3, camera: 'cam-1', detail: 'it: ends' },
    });
    assert.deepEqual(place('dock', 'bay 3: no\nanswer'), { bay: 3, detail: 'no\nanswer' });
    assert.deepEqual(place('camera', 'bay 3: no'), { detail: 'bay 3: no' });
    assert.deepEqual(place('dock'), {});
  });
});
