import { describe, expect, it } from 'vitest';
import { bakeMetadata, loadedId } from '../../../scripts/image-line/loaded-id.ts';

const digest = (digit: number): string => `sha256:${String(digit).repeat(64)}`;

it('the digests of an image are those of its own target, as far as the builder names them', () => {
  const digests = bakeMetadata(
    JSON.stringify({
      image_default_amd64: { 'containerimage.digest': digest(1), 'containerimage.config.digest': digest(2), other: {} },
      image_coordinator_amd64: { 'containerimage.digest': digest(3) },
    }),
  );
  expect(digests('image_default_amd64')).toEqual([digest(1), digest(2)]);
  expect(digests('image_coordinator_amd64')).toEqual([digest(3)]);
  expect(digests('image_default_arm64')).toEqual([]);
});

describe('the id of an image that was loaded', () => {
  // What the engine has: by name or id the id.
  const idIn =
    (has: Readonly<Record<string, string>>) =>
    async (reference: string): Promise<string | undefined> =>
      has[reference];

  it.each<[what: string, digests: string[], has: Record<string, string>, id: string]>([
    [
      'is what its builder names, also where the name is another image’s by now',
      [digest(1)],
      { tag: digest(9), [digest(1)]: digest(1) },
      digest(1),
    ],
    [
      'is the digest of its configuration where the engine does not know that of the manifest',
      [digest(1), digest(2)],
      { tag: digest(9), [digest(2)]: digest(2) },
      digest(2),
    ],
    ['is what the name leads to where the engine knows neither', [digest(1)], { tag: digest(9) }, digest(9)],
    ['is what the name leads to where the builder names none', [], { tag: digest(9) }, digest(9)],
  ])('%s', async (_, digests, has, id) => {
    expect(await loadedId(digests, 'tag', idIn(has))).toBe(id);
  });

  it('is an error where the engine has none of them: the builder is another engine’s', async () => {
    await expect(loadedId([digest(1)], 'tag', idIn({}))).rejects.toThrow('buildx ls');
  });
});
