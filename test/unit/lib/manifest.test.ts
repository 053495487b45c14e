import { describe, expect, test } from 'vitest';
import { type IndexedImage, imageIndex } from '../../../scripts/lib/registry/manifest.ts';

const image = (platform: IndexedImage['platform'], labels: IndexedImage['labels'] = {}): IndexedImage => ({
  platform,
  digest: `sha256:${platform.endsWith('amd64') ? 'a' : 'b'}`,
  mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
  size: 500,
  labels,
});
const read = (images: readonly IndexedImage[]) => JSON.parse(imageIndex(images).body.toString('utf8'));

describe('the index of a variant', () => {
  test('names each image as it is, with its platform', () => {
    const mediaType = 'application/vnd.docker.distribution.manifest.v2+json';
    expect(read([image('linux/amd64'), image('linux/arm64')])).toEqual({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.index.v1+json',
      manifests: [
        { mediaType, digest: 'sha256:a', size: 500, platform: { architecture: 'amd64', os: 'linux' } },
        { mediaType, digest: 'sha256:b', size: 500, platform: { architecture: 'arm64', os: 'linux' } },
      ],
      annotations: {},
    });
  });

  test('is one index too where there is one platform', () => {
    expect(read([image('linux/arm64')]).manifests).toHaveLength(1);
  });

  test('bears the labels of org.opencontainers.image that all its images share, and no other', () => {
    const shared = { 'org.opencontainers.image.version': '9.0.4', 'org.opencontainers.image.licenses': 'BSD-3-Clause' };
    const first = image('linux/amd64', { ...shared, 'org.opencontainers.image.created': '1', maintainer: 'x' });
    const second = image('linux/arm64', { ...shared, 'org.opencontainers.image.created': '2', maintainer: 'x' });
    expect(read([first, second]).annotations).toEqual(shared);
  });

  test('has the same bytes in every run, in whatever order the labels came', () => {
    const one = imageIndex([
      image('linux/amd64', { 'org.opencontainers.image.a': '1', 'org.opencontainers.image.b': '2' }),
    ]);
    const two = imageIndex([
      image('linux/amd64', { 'org.opencontainers.image.b': '2', 'org.opencontainers.image.a': '1' }),
    ]);
    expect(two).toEqual(one);
    // Other bytes for the same images would make every version tag that is published collide. The digest is sha256sum's.
    expect(imageIndex([image('linux/amd64')])).toMatchObject({ body: Buffer.from(text), digest });
  });
});

const digest = 'sha256:9a8a49c0a25058894162ffb53f74240d679c1b948b78bff74be2060cded30e76';
const text = `{
  "schemaVersion": 2,
  "mediaType": "application/vnd.oci.image.index.v1+json",
  "manifests": [
    {
      "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
      "digest": "sha256:a",
      "size": 500,
      "platform": {
        "architecture": "amd64",
        "os": "linux"
      }
    }
  ],
  "annotations": {}
}`;
