import { describe, expect, it } from 'vitest';
import { isSetTo, settingsOf } from '../../../../entrypoint/conf/configuration.ts';
import { directives } from '../../../support/conf-lines.ts';

describe('settings', () => {
  const settings = settingsOf(directives('port 1\ncluster-enabled YES\nport 2\nbind a b'));
  it('hold the last value of a directive', () =>
    expect(settings.get('port')).toMatchObject({ args: ['2'], at: { line: 3 } }));
  it('hold all words of a directive', () => expect(settings.get('bind')?.args).toEqual(['a', 'b']));
  it.each([
    ['cluster-enabled', 'yes', true],
    ['cluster-enabled', 'no', false],
    ['appendonly', 'yes', false],
  ])('%s is set to %s: %s', (name, value, expected) => expect(isSetTo(settings, name, value)).toBe(expected));
});
