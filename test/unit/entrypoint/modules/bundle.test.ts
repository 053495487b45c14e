import { describe, expect, it } from 'vitest';
import { readBundle } from '../../../../entrypoint/modules/bundle.ts';
import { BUNDLE_PATH, emptyBundle, isOlder, versionLine } from '../../../../entrypoint/modules/manifest.ts';
import { isSetTo, settingsOf } from '../../../../entrypoint/modules/settings.ts';
import { directives } from '../../../support/conf-lines.ts';
import { fakeHost } from '../../../support/fake-host.ts';
import { bundle } from '../../../support/fake-image.ts';

function read(text: string | null) {
  return readBundle(fakeHost({ files: text === null ? {} : { [BUNDLE_PATH]: text } }));
}

describe('bundle.json', () => {
  it('says what the image holds', () => {
    expect(read(JSON.stringify(bundle))).toEqual({ bundle, problem: null });
  });
  it.each([
    ['missing', null],
    ['no JSON', '{'],
    ['empty', ''],
    ['null', 'null'],
    ['a list', '[]'],
    ['of another version', JSON.stringify({ ...bundle, version: 2 })],
    ['without a server', JSON.stringify({ ...bundle, server: undefined })],
    ['without defaults', JSON.stringify({ ...bundle, defaults: null })],
    ['with wrong defaults', JSON.stringify({ ...bundle, defaults: { moduleArgs: {}, directives: [] } })],
  ])('that is %s gives the assumptions for a place without one, and a warning', (_, text) => {
    const { bundle: assumed, problem } = read(text);
    expect([assumed, problem?.code]).toEqual([emptyBundle, 'VB511']);
  });
});

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

describe('settings', () => {
  const settings = settingsOf(directives('port 1\ncluster-enabled YES\nport 2\nbind a b'));
  it('hold the last value of a directive', () => expect(settings.get('port')).toMatchObject({ args: ['2'], at: { line: 3 } }));
  it('hold all words of a directive', () => expect(settings.get('bind')?.args).toEqual(['a', 'b']));
  it.each([
    ['cluster-enabled', 'yes', true],
    ['cluster-enabled', 'no', false],
    ['appendonly', 'yes', false],
  ])('%s is set to %s: %s', (name, value, expected) => expect(isSetTo(settings, name, value)).toBe(expected));
});
