import { describe, expect, it } from 'vitest';
import type { LoadLine } from '../../../../entrypoint/modules/discover.ts';
import { additionOrder, mendOrder } from '../../../../entrypoint/modules/plan.ts';
import type { WantedLoad } from '../../../../entrypoint/modules/precedence.ts';
import { asBytes } from '../../../../entrypoint/text/bytes.ts';
import { directives, fileAt } from '../../../support/conf-lines.ts';
import { manifests } from '../../../support/fake-image.ts';
import { codesOf } from '../../../support/refusal.ts';

const [search = null] = manifests.filter(({ name }) => name === 'search');

function module(name: string, loadAfter: readonly string[] = []) {
  const file = `lib${name}.so`;
  const manifest = search === null ? null : { ...search, name, file, loadAfter: [...loadAfter] };
  return { name, file, path: `/m/${file}`, realPath: `/m/${file}`, variable: name.toUpperCase(), manifest };
}

const [line] = directives('loadmodule /m/x.so');

function load(name: string, from: LoadLine['from'] | null, loadAfter: readonly string[] = []): WantedLoad {
  const path = asBytes(`/m/lib${name}.so`);
  const own =
    from === null || line === undefined ? null : { path, args: [], at: fileAt(1), directive: line, from, position: 0 };
  return { module: module(name, loadAfter), path, args: [], line: own, changed: false };
}

describe('additions', () => {
  const order = (...modules: ReturnType<typeof module>[]) => additionOrder(modules).map(({ name }) => name);
  it('come by file name', () => {
    expect(order(module('c'), module('a'), module('b'))).toEqual(['a', 'b', 'c']);
  });
  it('come after what their manifest names', () => {
    expect(order(module('a', ['c']), module('b'), module('c'))).toEqual(['b', 'c', 'a']);
  });
  it('come after what comes after something itself', () => {
    expect(order(module('a', ['b']), module('b', ['c']), module('c'))).toEqual(['c', 'b', 'a']);
  });
  it('do not wait for a module that is not there', () => {
    expect(order(module('b', ['missing']), module('a'))).toEqual(['a', 'b']);
  });
  it('end, even where manifests wait for each other', () => {
    expect(order(module('a', ['b']), module('b', ['a']))).toHaveLength(2);
  });
});

describe('an order that violates loadAfter', () => {
  const mend = (...loads: readonly WantedLoad[]) => {
    const { loads: ordered, warnings } = mendOrder(loads);
    return [ordered.map(({ module: { name } }) => name).join(' '), codesOf(warnings).join(' ')];
  };
  it('stays where it is right', () => {
    expect(mend(load('json', 'file'), load('search', 'file', ['json']))).toEqual(['json search', '']);
  });
  it('moves the addition to the front of a file that loads what needs it', () => {
    expect(mend(load('a', 'file'), load('search', 'file', ['json']), load('json', null))).toEqual([
      'json a search',
      '',
    ]);
  });
  it('moves a line of the user directly before what needs it, and says so', () => {
    expect(mend(load('a', 'file'), load('search', 'file', ['json']), load('b', 'file'), load('json', 'file'))).toEqual([
      'a json search b',
      'VB412',
    ]);
  });
  it('moves a line of the command line before an addition that needs it, which nobody has to mend', () => {
    expect(mend(load('search', null, ['json']), load('json', 'options'))).toEqual(['json search', '']);
  });
  it('follows a chain', () => {
    expect(mend(load('a', 'file', ['b']), load('b', 'file', ['c']), load('c', 'file'))[0]).toBe('c b a');
  });
  it('ends, even where manifests wait for each other', () => {
    expect(mendOrder([load('a', 'file', ['b']), load('b', 'file', ['a'])]).loads).toHaveLength(2);
  });
});
