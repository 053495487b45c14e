import { describe, expect, it } from 'vitest';
import { discover, selectModules } from '../../../../entrypoint/modules/discover.ts';
import { fakeImage, manifests } from '../../../support/fake-image.ts';
import { refusalOf } from '../../../support/refusal.ts';

const { modules } = discover(fakeImage(), undefined, '/data', manifests);

function selected(value: string | undefined): string[] {
  return [...selectModules(modules, value)].map(({ name }) => name).sort();
}

describe('VALKEY_MODULES', () => {
  const all = ['bloom', 'json', 'ldap', 'search'];
  it.each([
    [undefined, all],
    ['', all],
    ['all', all],
    ['none', []],
    ['search', ['search']],
    ['search json', ['json', 'search']],
    ['search,json', ['json', 'search']],
    [' search ,  json ', ['json', 'search']],
    ['SEARCH', ['search']],
    ['libsearch.so', ['search']],
    ['libvalkey_bloom.so', ['bloom']],
    ['-ldap', ['bloom', 'json', 'search']],
    ['-ldap -bloom', ['json', 'search']],
    ['-search,-json,-bloom,-ldap', []],
  ])('%j lets these be added: %j', (value, expected) => expect(selected(value)).toEqual(expected));

  it.each(['serach', 'search -ldap', 'all -ldap', 'none search', '-all', '-'])('%j is refused', (value) => {
    expect(refusalOf(() => selected(value))).toMatchObject({ code: 'VB204', at: { name: 'VALKEY_MODULES' } });
  });
});
