import { describe, expect, it } from 'vitest';
import { isOlder, versionLine } from '../../../entrypoint/text/names.ts';

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
