import { describe, expect, it } from 'vitest';
import { BUNDLE_PATH, emptyBundle, readBundle } from '../../../../entrypoint/modules/manifest.ts';
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
