import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../../..');

/** A small house with one wall broken; gives the names of the rules that were broken. */
function brokenRules(files: Readonly<Record<string, string>>): string[] {
  const house = mkdtempSync(join(tmpdir(), 'mingjing-house-'));
  try {
    copyFileSync(join(ROOT, 'tsconfig.json'), join(house, 'tsconfig.json'));
    symlinkSync(join(ROOT, 'node_modules'), join(house, 'node_modules'));
    const sound = {
      'protocol/index.ts': 'export const a = 1;\n',
      'dock-agent/main.ts': 'export const b = 1;\n',
    };
    for (const [path, text] of Object.entries({ ...sound, ...files })) {
      mkdirSync(join(house, dirname(path)), { recursive: true });
      writeFileSync(join(house, path), text);
    }
    const folders = [
      ...new Set([...Object.keys(sound), ...Object.keys(files)].map((path) => path.split('/')[0] ?? '')),
    ];
    const { stdout, stderr } = spawnSync(
      join(ROOT, 'node_modules/.bin/depcruise'),
      [...folders, '--config', join(ROOT, '.dependency-cruiser.cjs'), '--output-type', 'json'],
      { cwd: house, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
    );
    assert.ok(stdout.startsWith('{'), stderr);
    const result = JSON.parse(stdout) as { summary: { violations: { rule: { name: string } }[] } };
    return [...new Set(result.summary.violations.map(({ rule }) => rule.name))].sort();
  } finally {
    rmSync(house, { recursive: true });
  }
}

describe('the house rules', function () {
  this.timeout(60_000);
  const rows: [string, Record<string, string>, string][] = [
    [
      'a part imports no other part',
      { 'device/main.ts': "import '../dock-agent/main.ts';\n" },
      'parts-do-not-import-parts',
    ],
    ['core does no I/O', { 'device/core/a.ts': "import 'node:fs';\n" }, 'core-is-pure'],
    [
      'core imports no adapter',
      { 'device/adapters/b.ts': 'export {};\n', 'device/core/a.ts': "import '../adapters/b.ts';\n" },
      'core-is-pure',
    ],
    [
      'protocol imports nothing of ours',
      { 'protocol/a.ts': "import '../dock-agent/main.ts';\n" },
      'protocol-imports-nothing-of-ours',
    ],
    ['protocol does no I/O', { 'protocol/a.ts': "import 'node:fs';\n" }, 'protocol-does-no-io'],
    [
      'protocol is used through its index',
      { 'protocol/a.ts': 'export {};\n', 'device/main.ts': "import '../protocol/a.ts';\n" },
      'protocol-and-runtime-through-their-index',
    ],
    [
      'adapters import no adapter',
      { 'device/adapters/a.ts': "import './b.ts';\n", 'device/adapters/b.ts': 'export {};\n' },
      'adapters-never-import-adapters',
    ],
    [
      'shell builds nothing',
      { 'device/shell/a.ts': "import '../adapters/b.ts';\n", 'device/adapters/b.ts': 'export {};\n' },
      'only-main-constructs',
    ],
    [
      'there are no cycles',
      {
        'device/a.ts': "import './b.ts';\nexport const a = 1;\n",
        'device/b.ts': "import './a.ts';\nexport const b = 1;\n",
      },
      'no-cycles',
    ],
  ];
  it('hold for a sound house', () =>
    assert.deepEqual(brokenRules({ 'device/main.ts': "import '../protocol/index.ts';\n" }), []));
  for (const [sentence, files, rule] of rows) {
    it(`bite: ${sentence}`, () => assert.ok(brokenRules(files).includes(rule)));
  }
});
