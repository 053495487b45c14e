import { describe, expect, it } from 'vitest';
import { isOlder, nearest, shortName, variableName, versionLine } from '../../../../entrypoint/text/names.ts';

describe('names', () => {
  describe('the NAME of a variable', () => {
    it.each([
      ['libsearch.so', 'SEARCH'],
      ['libvalkey_bloom.so', 'BLOOM'],
      ['libvalkey-bloom.so', 'BLOOM'],
      ['valkey_ldap.so', 'LDAP'],
      ['redisearch.so', 'REDISEARCH'],
      ['my-module.v2.so', 'MY_MODULE_V2'],
      ['libvalkey.so', 'VALKEY'],
      ['lib.so', 'LIB'],
      ['library.so', 'RARY'],
      ['modül.so', 'MOD_L'],
    ])('of %s is %s', (file, expected) => expect(variableName(file)).toBe(expected));
  });

  it('the short name of a file keeps its case and its hyphens', () => {
    expect(shortName('libvalkey_My-Module.so')).toBe('My-Module');
  });

  describe('the nearest name', () => {
    it.each([
      ['serach', ['search', 'json'], 'search'],
      ['SEARCH', ['search', 'json'], 'search'],
      ['jsn', ['search', 'json'], 'json'],
      ['xyz', ['search', 'json'], null],
      ['bloom', [], null],
      ['--reader-thread', ['--reader-threads', '--writer-threads'], '--reader-threads'],
    ])('of %s among %j is %s', (word, candidates, expected) => expect(nearest(word, candidates)).toBe(expected));
  });
});

describe('versions', () => {
  describe('versions', () => {
    it.each([
      ['9.0.0', '9.0.1', true],
      ['9.0.1', '9.0.1', false],
      ['9.1', '9.0.1', false],
      ['8.1.10', '8.1.9', false],
      ['8.1', '8.1.1', true],
      ['1.0', '1.1', true],
      ['10.0', '9.9', false],
    ])('%s is older than %s: %s', (a, b, expected) => expect(isOlder(a, b)).toBe(expected));
    it.each([
      ['1.0.2', '1.0'],
      ['9.1', '9.1'],
      ['unknown', null],
      [undefined, null],
    ])('the line of %s is %s', (version, expected) => expect(versionLine(version)).toBe(expected));
  });
});
