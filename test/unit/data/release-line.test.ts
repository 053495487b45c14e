import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readLock } from '../../../scripts/data/lock.ts';
import { listLines, loadLine } from '../../../scripts/data/release-line.ts';
import { checkLocked } from '../../../scripts/inputs/resolve-lines.ts';
import { paths } from '../../../scripts/lib/workspace.ts';
import { bundle } from '../../support/fake-image.ts';
import { start } from '../../support/fake-start.ts';
import { problemOf } from '../../support/problem-of.ts';

const own = { modules: join(paths.root, 'modules'), dist: join(paths.root, 'dist') };

let modules = '';
beforeEach(() => {
  modules = mkdtempSync(join(tmpdir(), 'lines-'));
  mkdirSync(join(modules, 'releases'));
});
afterEach(() => rmSync(modules, { recursive: true }));

const workspace = () => ({ modules, dist: join(modules, 'dist') });

function manifest(name: string, build = 'build: {}\n', file = `lib${name}.so`): void {
  mkdirSync(join(modules, name));
  const text = `name: ${name}\ntitle: x\nrepository: https://example.com/x\nlicence: MIT\nfile: ${file}\nloadName: x\nloadArgs: { style: plain }\n`;
  writeFileSync(join(modules, name, 'module.yaml'), text + build);
}

const good = `line: "9.0"
valkey: 9.0.4
base: { image: docker.io/valkey/valkey, tag: 9.0.4-trixie }
platforms: [linux/amd64]
modules:
  echo: { tag: 1.0.0 }
variants:
  default:
    tags: ["{line}", "{valkey}-{date}"]
    defaults: { moduleArgs: [], directives: [] }
`;

function line(text: string, name = '9.0'): void {
  writeFileSync(join(modules, 'releases', `${name}.yaml`), text);
}

const problem = async (name = '9.0') => {
  const { code, message } = await problemOf((async () => loadLine(workspace(), name))());
  return { code, message: message.replaceAll(`${modules}/`, '') };
};

describe("the project's own release lines", () => {
  it('are read, oldest first, and held against the manifests', () => {
    expect(listLines(own)).toEqual(['9.0', '9.1', 'local']);
    for (const name of listLines(own)) expect(loadLine(own, name).line).toBe(name);
  });

  it('have `latest` once, on the newest', () => {
    const tags = (name: string) => Object.values(loadLine(own, name).variants).flatMap((variant) => variant.tags);
    expect(listLines(own).filter((name) => tags(name).includes('latest'))).toEqual(['9.1']);
  });

  it('switch the coordinator on in one variant alone, and only for a server that is a cluster', () => {
    for (const name of ['9.0', '9.1']) {
      const { variants } = loadLine(own, name);
      expect(variants['default']?.defaults.moduleArgs).toEqual([]);
      expect(variants['coordinator']?.defaults.moduleArgs).toEqual([
        { module: 'search', args: '--use-coordinator', when: { 'cluster-enabled': 'yes' } },
      ]);
    }
  });

  it('that are locked are locked for what they ask', () => {
    const names = Object.keys(readLock(own).lines);
    expect(names).toContain('local');
    checkLocked(
      own,
      names.map((name) => loadLine(own, name)),
      false,
    );
  });

  it('begin with the line that tells an editor the schema', () => {
    for (const name of listLines(own)) {
      const text = readFileSync(join(own.modules, 'releases', `${name}.yaml`), 'utf8');
      expect(text).toMatch(/^# yaml-language-server: \$schema=\.\.\/release-line\.schema\.json\n/);
    }
  });
});

describe('a line', () => {
  it('of a folder that nobody wrote code for is read', () => {
    manifest('echo');
    line(good);
    expect(Object.keys(loadLine(workspace(), '9.0').modules)).toEqual(['echo']);
  });

  it('that does not exist is VP103, with the nearest and all that there are', async () => {
    line(good);
    line(good.replaceAll('9.0', '9.1'), '9.1');
    const { code, message } = await problem('9.O');
    expect([code, message.includes('did you mean 9.0? write one of 9.0, 9.1')]).toEqual(['VP103', true]);
  });

  it.each([
    ['a key that is unknown', good.replace('valkey:', 'vlakey:'), 'VP101', ':2:9: the release line has no key vlakey'],
    ['a value of the wrong type', good.replace('9.0.4\n', '9\n'), 'VP101', ':2:9: valkey has the wrong type, got 9'],
    [
      'an unknown platform',
      good.replace('amd64', 'riscv64'),
      'VP101',
      ':4:13: platforms.0 is not one of the known words',
    ],
    ['a base that misses a key', good.replace(', tag: 9.0.4-trixie', ''), 'VP101', ':3:7: base.tag is missing'],
    ['a base with a key too many', good.replace('tag: 9.0', 'sute: x, tag: 9.0'), 'VP101', 'base has no key sute'],
    ['a module from nowhere', good.replace('{ tag: 1.0.0 }', '{}'), 'VP101', 'name where it comes from'],
    [
      'a bound that is not a release',
      good.replace('{ tag: 1.0.0 }', '{ tag: 1.0.0, below: later }'),
      'VP101',
      'write it like 1.0.3',
    ],
    ['a tag that no registry takes', good.replace('"{line}"', '"a b"'), 'VP101', ':9:12: variants.default.tags.0'],
    ['broken YAML', `${good}  : :\n`, 'VP101', '9.0.yaml:11:'],
    ['the name of another file', good.replace('"9.0"', '"9.1"'), 'VP102', ':1:7: line differs from the file 9.0.yaml'],
    ['an image of no known version', good.replace('valkey: 9.0.4\n', ''), 'VP102', 'valkey is missing'],
    [
      'a word in a tag that nobody fills in',
      good.replace('{date}', '{dat}'),
      'VP102',
      ':9:22: a tag cannot have {dat}',
    ],
    ['no default variant', good.replace('default:', 'plain:'), 'VP102', ':8:3: no variant is called default'],
    [
      'an argument for a module that it lacks',
      good.replace('moduleArgs: []', 'moduleArgs: [{ module: json, args: x }]'),
      'VP102',
      'the line has no module json',
    ],
    [
      'two variants with one tag',
      `${good}  other:\n    tags: ["{line}"]\n    defaults: { moduleArgs: [], directives: [] }\n`,
      'VP102',
      ':12:12: the variant default has the tag {line} already',
    ],
    ['a module that does not exist', good.replace('echo:', 'ecko:'), 'VP104', 'did you mean echo?'],
  ])('with %s is refused at its place', async (_, text, code, place) => {
    manifest('echo');
    line(text);
    const found = await problem();
    expect([found.code, found.message]).toEqual([code, expect.stringContaining(place)]);
  });

  it('may take a module from source only if its manifest says how: VP105', async () => {
    manifest('echo', '');
    line(good);
    const { code, message } = await problem();
    expect([code, message.includes('releases/9.0.yaml:6:16')]).toEqual(['VP105', true]);
  });

  it('is refused with all that is wrong in it at once', async () => {
    manifest('echo');
    line(good.replace('default:', 'plain:').replace('"9.0"', '"9.1"'));
    const { message } = await problem();
    expect([message.includes(':1:7:'), message.includes(':8:3:')]).toEqual([true, true]);
  });

  it('does not hide a manifest that is wrong', async () => {
    manifest('echo');
    manifest('other', '', 'libecho.so');
    line(good);
    const { code, message } = await problem();
    expect([code, message.includes('other/module.yaml:5:7')]).toEqual(['VP102', true]);
  });
});

describe('a folder without release lines', () => {
  it('is VP106', async () => {
    rmSync(join(modules, 'releases'), { recursive: true });
    expect((await problem()).code).toBe('VP106');
  });
});

const images = listLines(own).flatMap((line) =>
  Object.entries(loadLine(own, line).variants).map(([variant, { defaults }]) => ({ line, variant, defaults })),
);

it.each(images)('an open server of line $line, variant $variant, is known as one', ({ defaults }) => {
  const image = { bundle: { ...bundle, defaults } };
  expect(start(['valkey-server'], {}, image).codes).toContain('VB510');
  const refused = start(['valkey-server', '--requirepass', ''], { VALKEY_PASSWORD: 'x' }, image);
  expect([refused.codes, refused.exitCode]).toEqual([['VB514'], 78]);
});
