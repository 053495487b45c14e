import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { paths } from '../../../scripts/lib/image-paths.ts';
import { PipelineError } from '../../../scripts/problems/pipeline-error.ts';
import { readWaivers } from '../../../scripts/scan/waivers.ts';

let modules: string;
beforeEach(() => {
  modules = mkdtempSync(join(tmpdir(), 'waivers-'));
});
afterEach(() => rmSync(modules, { recursive: true }));

const good = 'id: CVE-2099-0001, reason: never called here, added: 2099-01-01, until: 2099-03-31';

function read(text: string) {
  writeFileSync(join(modules, 'waivers.yaml'), text);
  return readWaivers({ modules, dist: '' });
}

function problemOf(text: string): string {
  try {
    read(text);
    return 'nothing';
  } catch (error) {
    return error instanceof PipelineError ? error.message : String(error);
  }
}

it('the project’s own list can be read', () => {
  expect(readWaivers({ modules: join(paths.root, 'modules'), dist: '' })).toEqual([]);
});

it('no file means no waivers', () => {
  expect(readWaivers({ modules, dist: '' })).toEqual([]);
});

it('a whole waiver is read', () => {
  expect(read(`waivers:\n  - { ${good} }\n`)).toEqual([
    { id: 'CVE-2099-0001', reason: 'never called here', added: '2099-01-01', until: '2099-03-31' },
  ]);
});

it.each([
  ['no reason', 'waivers:\n  - { id: CVE-1, added: 2099-01-01, until: 2099-03-31 }'],
  ['a reason that says nothing', `waivers:\n  - { ${good.replace('never called here', 'ok')} }`],
  ['no day of its end', 'waivers:\n  - { id: CVE-1, reason: never called here, added: 2099-01-01 }'],
  ['a day that does not exist', `waivers:\n  - { ${good.replace('03-31', '02-30')} }`],
  ['an end before its beginning', `waivers:\n  - { ${good.replace('2099-03-31', '2098-03-31')} }`],
  ['an unknown key', `waivers:\n  - { ${good}, severity: high }`],
])('%s is VP101, with the line', (_, text) => {
  expect(problemOf(text)).toMatch(/^VP101 .*waivers\.yaml:2:\d+: /);
});
