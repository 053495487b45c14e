import { describe, expect, test } from 'vitest';
import { parsePlanReport } from '../../../scripts/start/ask.ts';

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
