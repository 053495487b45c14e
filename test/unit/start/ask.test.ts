import { describe, expect, test } from 'vitest';
import { parseModuleList, parsePlanReport } from '../../../scripts/start/ask.ts';

describe('the plan as the tool prints it', () => {
  test('may say more than is read here', () => {
    const text = JSON.stringify({
      version: 1,
      modules: [],
      loads: [],
      diagnostics: [],
      argv: ['valkey-server'],
      more: 1,
    });
    expect(parsePlanReport(text)).toEqual({ version: 1, modules: [], loads: [], diagnostics: [] });
  });

  test('is refused by the name of the field that is wrong', () => {
    expect(() => parsePlanReport(JSON.stringify({ version: 2, modules: [], loads: [], diagnostics: [] }))).toThrow(
      /: version: /,
    );
  });

  test('is refused when it is no JSON', () => {
    expect(() => parsePlanReport('valkey-bundle: error')).toThrow('not JSON');
  });
});

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
