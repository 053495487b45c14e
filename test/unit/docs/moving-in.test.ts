import { describe, expect, it } from 'vitest';
import { foreignVariables } from '../../../entrypoint/conf/environment.ts';
import { readPage } from '../../support/pages.ts';

const text = ['redis', 'bitnami'].map((name) => readPage(`docs/moving-in/${name}.md`)).join('\n');
const named = new Set([...text.matchAll(/\b[A-Z][A-Z_]{5,}[A-Z]\b/g)].map(([name]) => name));

describe('the pages for moving in', () => {
  // bitnami.md names them under one of the two brands; MASTER is the older word for PRIMARY.
  it.each(foreignVariables.flatMap(({ names }) => names))('name %s', (name) => {
    const spellings = [
      name,
      name.replace(/^REDIS_/, 'VALKEY_'),
      name.replace(/^(REDIS|VALKEY)_MASTER_/, 'VALKEY_PRIMARY_'),
    ];
    const without = spellings.map((spelling) => spelling.replace(/_FILE$/, ''));
    expect([...spellings, ...without].some((spelling) => named.has(spelling))).toBe(true);
  });
});
