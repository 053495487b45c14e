import { describe, expect, it } from 'vitest';
import type { OptionDefinition } from '../../../../entrypoint/modules/manifest.ts';
import {
  asBoolean,
  directiveValue,
  type ModuleOption,
  problemOf,
  sameValue,
} from '../../../../entrypoint/modules/option.ts';
import { asBytes } from '../../../../entrypoint/text/bytes.ts';
import { fileAt, words } from '../../../support/conf-lines.ts';

const limited: OptionDefinition = { type: 'integer', min: 1, max: 1024 };
const level: OptionDefinition = { type: 'enum', values: ['warning', 'debug'] };
const spoken: OptionDefinition = { type: 'boolean', values: ['yes', 'no', 'on', 'off'] };

describe('a value by its definition', () => {
  it.each<[OptionDefinition, string, boolean]>([
    [limited, '1', true],
    [limited, '1024', true],
    [limited, '0', false],
    [limited, '1025', false],
    [limited, '-1', false],
    [limited, '8.0', false],
    [limited, '0x8', false],
    [limited, '', false],
    [limited, '8 ', false],
    [{ type: 'integer' }, '-5', true],
    [{ type: 'number' }, '0.001', true],
    [{ type: 'number' }, '.5', true],
    [{ type: 'number' }, '1e-3', true],
    [{ type: 'number' }, 'nan', false],
    [{ type: 'number', min: 0, max: 1 }, '1.1', false],
    [level, 'debug', true],
    [level, 'DEBUG', true],
    [level, 'loud', false],
    [{ type: 'boolean' }, 'yes', true],
    [{ type: 'boolean' }, 'on', false],
    [spoken, 'ON', true],
    [spoken, '1', false],
    [{ type: 'memory' }, '64mb', true],
    [{ type: 'memory' }, '1G', true],
    [{ type: 'memory' }, '0', true],
    [{ type: 'memory' }, '64 mb', false],
    [{ type: 'memory' }, '-1', false],
    [{ type: 'string' }, 'anything at all', true],
  ])('%j takes %j: %s', (definition, value, fits) => expect(problemOf(definition, value) === null).toBe(fits));
});

describe('a word as a boolean', () => {
  it.each([
    ['yes', true],
    ['ON', true],
    ['true', true],
    ['1', true],
    ['no', false],
    ['Off', false],
    ['false', false],
    ['0', false],
    ['maybe', null],
    ['', null],
    [undefined, null],
  ])('%j is %j', (word, expected) => expect(asBoolean(word)).toBe(expected));
});

describe('two options say the same', () => {
  const option = (value: string | null, more: Partial<ModuleOption> = {}): ModuleOption => ({
    key: 'x',
    words: words('--x', ...(value === null ? [] : [value])),
    value: value === null ? null : asBytes(value),
    directive: null,
    off: false,
    secret: false,
    at: fileAt(1),
    ...more,
  });
  it.each([
    ['8', '8', true],
    ['8', '08', true],
    ['8', '8.0', true],
    ['8', '9', false],
    ['yes', 'on', true],
    ['yes', 'no', false],
    ['a', 'A', false],
    [null, null, true],
    [null, '8', false],
  ])('%j and %j: %s', (a, b, expected) => expect(sameValue(option(a), option(b))).toBe(expected));
  it.each([
    ['64mb', '67108864', true],
    ['64MB', '65536kb', true],
    ['64m', '64000000', true],
    ['2gb', '2048mb', true],
    ['1k', '1000b', true],
    ['0', '0gb', true],
    ['64mb', '64m', false],
    ['18446744073709551615', '18446744073709551614', false],
    ['much', 'much', true],
    ['much', '0', false],
  ])('%j and %j as memory: %s', (a, b, expected) => expect(sameValue(option(a), option(b), 'memory')).toBe(expected));
  it('as an enum without case, and only there', () => {
    expect(sameValue(option('DEBUG'), option('debug'), 'enum')).toBe(true);
    expect(sameValue(option('DEBUG'), option('warning'), 'enum')).toBe(false);
    expect(sameValue(option('DEBUG'), option('debug'), 'string')).toBe(false);
  });
  it('not where units are no more than text', () => {
    expect(sameValue(option('64mb'), option('67108864'), 'string')).toBe(false);
  });
  it('but for a flag that one of them takes away', () => {
    expect(sameValue(option(null), option(null, { off: true }))).toBe(false);
  });
});

it('a boolean becomes yes or no in a directive, whatever word an argument may have', () => {
  expect(['ON', 'false', 'yes'].map((value) => directiveValue(spoken, asBytes(value)))).toEqual(['yes', 'no', 'yes']);
});

it('other values stay as they are in a directive', () => {
  expect(directiveValue({ type: 'string' }, asBytes('on'))).toBe('on');
});
