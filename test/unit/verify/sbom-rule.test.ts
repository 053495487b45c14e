import { describe, expect, it } from 'vitest';
import { composeSbom } from '../../../scripts/supply/compose-sbom.ts';
import { renderSbom } from '../../../scripts/supply/sbom.ts';
import type { SbomInputs } from '../../../scripts/supply/sbom-inputs.ts';
import { checkSbom } from '../../../scripts/verify/structure/sbom-rule.ts';
import { builtModule, inputsWith } from '../supply/sbom-fixture.ts';
import { bundle, commit, facts, outcomeOf, subjectWith } from './fixture.ts';

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
