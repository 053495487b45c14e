import { describe, expect, it } from 'vitest';
import { checkLostFlags, checkModuleDirectives } from '../../../../entrypoint/modules/checks.ts';
import { CONF, directives } from '../../../support/conf-lines.ts';
import { bundle, manifests } from '../../../support/fake-image.ts';
import { moduleOf } from '../../../support/merge-module.ts';
import { codesOf, refusalOf } from '../../../support/refusal.ts';

function check(text: string, loaded: readonly string[] = ['search', 'json', 'bloom', 'ldap']): string[] {
  return codesOf(checkModuleDirectives(directives(text), manifests, loaded.map(moduleOf), bundle));
}

describe('a directive of a module', () => {
  it.each([
    ['search.reader-threads 8', []],
    ['search.reader-threads 0', ['VB404']],
    ['search.reader-thread 8', ['VB402']],
    ['json.max-document-size 64mb', []],
    ['json.max-document-size lots', ['VB404']],
    ['bf.bloom-capacity 100', []],
    ['ldap.servers ldap://a ldap://b', []],
    ['ldap.auth_mode search+bind', []],
    ['ldap.auth_mode other', ['VB404']],
    ['other.option 1', []],
    ['port 1', []],
    ['search.skip-rdb-load on', ['VB404']],
  ])('%j warns %j', (text, codes) => expect(check(text)).toEqual(codes));

  it.each([
    ['search.use-coordinator yes', 'VB409'],
    ['search.debug-mode yes', 'VB409'],
  ])('%j is refused: it exists as a load argument alone', (text, code) => {
    expect(refusalOf(() => check(text))).toMatchObject({ code, at: { path: CONF, line: 1 } });
  });
  it('is refused where its module is not loaded', () => {
    expect(refusalOf(() => check('json.max-path-limit 1', ['search'])).code).toBe('VB415');
  });
  it('is left to a loaded module that nothing is known about', () => {
    expect(check('json.max-path-limit 1', ['echo'])).toEqual([]);
  });
  it('does not show a secret in the excerpt', () => {
    const found = checkModuleDirectives(
      directives('ldap.search_bind_passwd hunter2\nldap.unknown x'),
      manifests,
      [moduleOf('ldap')],
      bundle,
    );
    expect(JSON.stringify(found)).not.toContain('hunter2');
  });
});

describe('a flag of a module as a directive on the command line', () => {
  const lost = (text: string) => () => checkLostFlags(directives(text, { kind: 'argument', index: 3 }), manifests);
  it.each(['loadmodule /x/libsearch.so\nuse-coordinator', 'loadmodule /x/libsearch.so\nreader-threads 8'])(
    '%j is refused',
    (text) => expect(refusalOf(lost(text)).code).toBe('VB411'),
  );
  it.each([
    'use-coordinator\nloadmodule /x/libsearch.so',
    'loadmodule /x/libsearch.so\nport 1',
    'loadmodule /x.so\nsave',
  ])('%j is not one', (text) => expect(lost(text)).not.toThrow());
});
