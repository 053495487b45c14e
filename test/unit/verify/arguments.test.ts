import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadManifests } from '../../../scripts/data/manifests.ts';
import { paths } from '../../../scripts/lib/workspace.ts';
import { pickArgument } from '../../../scripts/verify/arguments.ts';
import { manifestOf } from './fixture.ts';

function pick(loadArgs: Readonly<Record<string, unknown>>, version = '1.0.2') {
  const picked = pickArgument(manifestOf({ loadArgs }), version);
  return picked === null ? null : picked.text;
}

describe('the argument that is tried', () => {
  it.each([
    ['flags', '--threads 3', { type: 'integer', default: 2 }],
    ['pairs', 'threads 3', { type: 'integer', default: 2 }],
    ['flags', '--threads 2', { type: 'integer', min: 1 }],
    ['flags', '--threads 9', { type: 'integer', default: 10, max: 10 }],
    ['flags', '--threads 1', { type: 'memory', min: 0, default: 0 }],
    ['flags', '--threads no', { type: 'boolean', default: 'yes' }],
    ['flags', '--threads b', { type: 'enum', values: ['a', 'b'], default: 'a' }],
  ])('of style %s is %s', (style, text, option) => {
    expect(pick({ style, options: { threads: option } })).toBe(text);
  });

  it.each([
    ['a flag', { type: 'flag' }],
    ['a text', { type: 'string', default: 'x' }],
    ['a secret', { type: 'integer', secret: true }],
    ['an option of a later version', { type: 'integer', since: '1.1' }],
    ['an enum without a known default', { type: 'enum', values: ['a'] }],
    ['a number that can only be what it is', { type: 'integer', min: 1, max: 1, default: 1 }],
  ])('is never %s', (_, option) => {
    expect(pick({ style: 'flags', options: { threads: option } })).toBeNull();
  });

  it('may be an option of an earlier version', () => {
    const loadArgs = { style: 'flags', options: { threads: { type: 'integer', since: '1.1' } } };
    expect(pick(loadArgs, '1.1.0')).toBe('--threads 2');
    expect(pick(loadArgs, '2.0.0')).toBe('--threads 2');
  });

  it('of a module that takes directives is one that has a directive', () => {
    const options = { first: { type: 'integer' }, second: { type: 'integer', config: 'x.second' } };
    const picked = pickArgument(manifestOf({ loadArgs: { style: 'config', options } }), '1.0.2');
    expect(picked).toEqual({
      variable: 'SEARCH_MODULE_ARGS',
      text: 'second 2',
      words: null,
      directive: { name: 'x.second', value: '2' },
    });
  });

  it('is none for a module whose arguments nobody knows', () => {
    expect(pick({ style: 'plain' })).toBeNull();
  });
});

it.each(loadManifests(join(paths.root, 'modules')))('the module $name of the project has one', (manifest) => {
  expect(pickArgument(manifest, '1.0.0')).not.toBeNull();
});
