import { describe, expect, test } from 'vitest';
import { parseModuleList } from '../../../scripts/lib/module-list.ts';

describe('the reply of MODULE LIST', () => {
  test('is read by field name, whatever the order', () => {
    expect(parseModuleList([['ver', 10_200, 'args', ['A', '1'], 'name', 'ft', 'path', '/m/redisearch.so']])).toEqual([
      { name: 'ft', version: 10_200, path: '/m/redisearch.so', args: ['A', '1'] },
    ]);
  });

  test('has the built-in Lua engine under its own name instead of a path', () => {
    expect(parseModuleList([['name', 'lua', 'ver', 1, 'path', 'lua', 'args', []]])).toEqual([
      { name: 'lua', version: 1, path: null, args: [] },
    ]);
  });
});
