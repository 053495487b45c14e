import { describe, expect, it } from 'vitest';
import { composeSbom } from '../../../scripts/supply/compose-sbom.ts';
import { renderSbom } from '../../../scripts/supply/sbom.ts';
import type { SbomInputs } from '../../../scripts/supply/sbom-inputs.ts';
import type { FileFact, ImageFacts } from '../../../scripts/verify/facts.ts';
import { bundleRules, checkSbom, configRules, fileRules, readBundle } from '../../../scripts/verify/structure.ts';
import { layout } from '../../../scripts/verify/subject.ts';
import { builtModule, inputsWith } from '../supply/sbom-fixture.ts';
import { bundle, commit, expected, facts, imageWith, outcomeOf, subjectWith } from './fixture.ts';

/** The names of the rules that do not pass, with how they ended. */
function failing<Input extends readonly unknown[]>(
  rules: Readonly<Record<string, (...input: Input) => string>>,
  ...input: Input
): string[] {
  return Object.entries(rules).flatMap(([name, rule]) => {
    try {
      rule(...input);
      return [];
    } catch (error) {
      return [`${name}: ${error instanceof Error ? error.name : ''}`];
    }
  });
}

function withFile(path: string, over: Partial<FileFact> | null): ImageFacts {
  const files = new Map(facts.files);
  if (over === null) files.delete(path);
  else files.set(path, { type: 'f', mode: '755', uid: 0, gid: 0, ...files.get(path), ...over });
  return { ...facts, files };
}

const module = `${layout.modules}/libsearch.so`;
const modeRule = 'structure: modules have mode 0755 and belong to root: CheckFailed';
const presence = 'structure: exactly the modules of the line are there: CheckFailed';
const launcher = 'structure: the launcher has its names, on every folder of PATH: CheckFailed';
const server = 'structure: the real server stands outside of PATH: CheckFailed';
const open = 'structure: data and run directories are open to every uid: CheckFailed';

describe('files', () => {
  it('of a right image pass every rule', () => {
    expect(failing(fileRules, facts, expected)).toEqual([]);
  });

  it.each<[string, ImageFacts, string[]]>([
    ['a module of mode 0644', withFile(module, { mode: '644' }), [modeRule]],
    ['a module that the server could write', withFile(module, { uid: 999 }), [modeRule]],
    ['a module that is a link', withFile(module, { type: 'l' }), [modeRule]],
    ['a missing module', withFile(module, null), [presence, modeRule]],
    ['a module that the line does not have', withFile(`${layout.modules}/other.so`, {}), [presence]],
    ['a launcher that cannot be executed', withFile(layout.launcher, { mode: '644' }), [launcher]],
    ['a missing server', withFile(layout.server, null), [server]],
    ['a data directory for one user', withFile('/data', { mode: '755' }), [open]],
    ['a missing run directory', withFile('/run/valkey-bundle', null), [open]],
    ['a compiler', { ...facts, tools: ['/usr/bin/gcc'] }, ['structure: no build tools are left: CheckFailed']],
    [
      'a doctor with a complaint',
      { ...facts, doctor: { exitCode: 1, text: 'fail' } },
      ['doctor: finds nothing wrong: CheckFailed'],
    ],
  ])('with %s fail', (_, broken, names) => {
    expect(failing(fileRules, broken, expected)).toEqual(names);
  });

  it.each(layout.launcherNames)('without the name %s fail', (name) => {
    const leadsTo = new Map([...facts.leadsTo].filter(([path]) => !path.endsWith(`/${name}`)));
    expect(failing(fileRules, { ...facts, leadsTo }, expected)).toEqual([launcher]);
  });

  it('with a server of its own elsewhere on PATH fail', () => {
    const leadsTo = new Map([...facts.leadsTo, ['/usr/bin/valkey-server', layout.server]]);
    expect(failing(fileRules, { ...facts, leadsTo }, expected)).toEqual([launcher]);
  });
});

describe('configuration', () => {
  it('of a right image passes every rule', () => {
    expect(failing(configRules, subjectWith())).toEqual([]);
  });

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['structure: USER is numeric', { User: 'valkey' }],
    ['structure: ENTRYPOINT', { Entrypoint: ['valkey-server'] }],
    ['structure: ENTRYPOINT', { Entrypoint: null }],
    ['structure: CMD', { Cmd: ['sh'] }],
    ['structure: WORKDIR', { WorkingDir: '/' }],
    ['structure: EXPOSE', { ExposedPorts: null }],
    ['structure: HEALTHCHECK', { Healthcheck: null }],
    ['structure: nothing is set in the environment but PATH', { Env: ['SEARCH_MODULE_ARGS=--x'] }],
    ['labels: say what the image is', { Labels: null }],
  ])('fails %s', (name, config) => {
    expect(failing(configRules, subjectWith({ image: imageWith(config) }))).toEqual([`${name}: CheckFailed`]);
  });

  it.each([
    ['version', '9.1.0-9.1'],
    ['version', ''],
    ['source', 'https://example.org'],
    ['revision', 'main'],
  ])('fails with the label %s %s', (name, value) => {
    const labels = { ...imageWith().Config.Labels, [`org.opencontainers.image.${name}`]: value };
    expect(failing(configRules, subjectWith({ image: imageWith({ Labels: labels }) }))).toEqual([
      'labels: say what the image is: CheckFailed',
    ]);
  });
});

describe('bundle.json', () => {
  const names = 'bundle.json: names the line, server, user and modules';
  const defaults = 'bundle.json: has the defaults of the variant';
  const versions = 'bundle.json: has the versions and commits of the lock';
  const search = bundle.modules['search'] ?? { version: '', origin: '' };

  it('of a right image passes every rule', () => {
    expect(failing(bundleRules, subjectWith())).toEqual([]);
  });

  it.each([
    [names, { ...bundle, line: '9.1' }],
    [names, { ...bundle, server: '/usr/bin/valkey-server' }],
    [names, { ...bundle, user: 'root' }],
    [names, { ...bundle, modules: { ...bundle.modules, other: search } }],
    [versions, { ...bundle, valkey: '9.0.3' }],
    [versions, { ...bundle, modules: { search: { ...search, version: '1.0.1' } } }],
    [versions, { ...bundle, modules: { search: { ...search, commit: 'b'.repeat(40) } } }],
    [versions, { ...bundle, modules: { search: { version: '1.0.2', origin: search.origin } } }],
    [defaults, { ...bundle, defaults: { moduleArgs: [], directives: [{ name: 'protected-mode', value: 'no' }] } }],
  ])('fails %s', (name, broken) => {
    expect(failing(bundleRules, subjectWith({ bundle: broken }))).toEqual([`${name}: CheckFailed`]);
  });

  it('of the variant coordinator has to have its defaults', () => {
    const variant = { expected: { ...expected, variant: 'coordinator' } };
    expect(failing(bundleRules, subjectWith(variant))).toEqual([`${defaults}: CheckFailed`]);
    const right = { ...bundle, defaults: expected.line.variants['coordinator']?.defaults ?? bundle.defaults };
    expect(failing(bundleRules, subjectWith({ ...variant, bundle: right }))).toEqual([]);
  });

  it('of a line that is in no lock is not compared with one', () => {
    const subject = subjectWith({ expected: { ...expected, locked: null } });
    expect(failing(bundleRules, subject)).toEqual([`${versions}: CheckNotRun`]);
  });

  it.each([
    ['missing', null],
    ['no JSON', '{'],
    ['another shape', JSON.stringify({ ...bundle, version: 2 })],
    ['an unknown key', JSON.stringify({ ...bundle, surplus: commit })],
  ])('%s fails', (_, text) => {
    expect(() => readBundle(text)).toThrow(expect.objectContaining({ name: 'CheckFailed' }));
  });
});

const inputs = inputsWith([builtModule('search', { commit })]);
const { hashes } = facts;
const textOf = (of: SbomInputs): string => renderSbom(composeSbom(of));

it('the document that the project writes for the image passes', async () => {
  expect(await checkSbom({ sbom: textOf(inputs), hashes }, subjectWith())).toMatch(/^\d+ components$/);
});

describe('a document fails', () => {
  const { base } = inputs;
  it.each([
    ['about another line', textOf({ ...inputs, line: '9.1' })],
    ['about another architecture', textOf({ ...inputs, architecture: 'arm64' })],
    ['about another server', textOf({ ...inputs, base: { ...base, valkey: '9.0.3' } })],
    ['about another commit', textOf(inputsWith([builtModule('search')])).replaceAll(commit, 'b'.repeat(40))],
    ['about another version', textOf(inputsWith([builtModule('search', { commit, version: '1.0.1' })]))],
    ['about another file', textOf(inputsWith([builtModule('search', { commit, sha256: 'd'.repeat(64) })]))],
    [
      'without the hash of a file',
      textOf(inputs).replace('SHA-256', 'SHA-512').replace('c'.repeat(64), 'c'.repeat(128)),
    ],
    ['without a module', textOf(inputsWith([]))],
    ['that is not valid', textOf(inputs).replace('"specVersion": "1.6"', '"specVersion": "9"')],
    ['that is no JSON', 'x'],
    ['that is missing', null],
  ])('%s', async (_, text) => {
    expect(await outcomeOf(() => checkSbom({ sbom: text, hashes }, subjectWith()))).toBe('CheckFailed');
  });
});

describe('an image made of binary packages', () => {
  const modules = { search: { version: '3.5.8', origin: 'Debian package redis-module-knot 3.5.8-1 (sid)' } };
  const packaged = subjectWith({ bundle: { ...bundle, modules } });

  it('has none, which is not run rather than passed', async () => {
    expect(await outcomeOf(() => checkSbom({ sbom: null, hashes }, packaged))).toBe('CheckNotRun');
  });

  it('and one that has a built module beside them has to have it', async () => {
    const mixed = { ...modules, json: { version: '1.0.2', origin: 'https://github.com/example/json' } };
    const subject = subjectWith({ bundle: { ...bundle, modules: mixed } });
    expect(await outcomeOf(() => checkSbom({ sbom: null, hashes }, subject))).toBe('CheckFailed');
  });

  it('is listed with the version of its package', async () => {
    const module: SbomInputs['modules'][number] = {
      kind: 'packaged',
      name: 'search',
      file: 'x.so',
      licence: 'MIT',
      source: { kind: 'debian-package', package: 'redis-module-knot', version: '3.5.8-1', sha256: {} },
    };
    expect(await outcomeOf(() => checkSbom({ sbom: textOf(inputsWith([module])), hashes }, packaged))).toBe('passed');
  });
});
