import { expect, it } from 'vitest';
import { inputsLabel } from '../../../scripts/image-line/image-labels.ts';
import { inputsHash } from '../../../scripts/image-line/inputs-hash.ts';
import { digestOf } from '../../../scripts/lib/hash.ts';
import { loadLine } from '../../../scripts/lines/load-line.ts';
import { openWorkspace } from '../../../scripts/pipeline/workspace.ts';
import { indexType, type Manifest } from '../../../scripts/publish/manifest.ts';
import type { Registry } from '../../../scripts/publish/registry.ts';
import { upToDate } from '../../../scripts/release/up-to-date.ts';

const workspace = openWorkspace();
const defaults = { moduleArgs: [], directives: [] };
const line = { ...loadLine(workspace, '9.0'), variants: { default: { tags: ['{line}', 'latest'], defaults } } };
const inputs = await inputsHash(workspace, '9.0');

const manifestOf = (mediaType: string, content: object): Manifest => {
  const body = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...content }));
  return { digest: digestOf(body), mediaType, body };
};

/** An index over one image with such inputs; `mark` makes it one of its own. */
function release(inputs: string, mark: number) {
  const labels = { [inputsLabel]: inputs };
  const blob = Buffer.from(JSON.stringify({ os: 'linux', architecture: 'amd64', config: { Labels: labels }, mark }));
  const config = { digest: digestOf(blob), size: blob.length };
  const image = manifestOf('application/vnd.oci.image.manifest.v1+json', { config, layers: [] });
  const entry = { digest: image.digest, platform: { os: 'linux', architecture: 'amd64' } };
  return { blob, image, index: manifestOf(indexType, { manifests: [entry] }) };
}

/** A registry whose tags lead to releases. */
function registryOf(tags: Readonly<Record<string, ReturnType<typeof release>>>): Registry {
  const releases = Object.values(tags);
  const never = (): never => {
    throw new Error('asked for more than is to be asked');
  };
  return {
    repository: { registry: '127.0.0.1:1', name: 'bundle' },
    manifest: async (reference) =>
      tags[reference]?.index ?? releases.find(({ image }) => image.digest === reference)?.image ?? null,
    blob: async (digest) => releases.find(({ blob }) => digestOf(blob) === digest)?.blob ?? null,
    hasBlob: never,
    putManifest: never,
  };
}

const [current, again, other] = [release(inputs, 1), release(inputs, 2), release('0'.repeat(64), 3)];

it('tags that lead to one index of an image of the present inputs are up to date, and name index and image', async () => {
  const found = await upToDate(workspace, line, ['linux/amd64'], registryOf({ '9.0': current, latest: current }));
  const about = {
    variant: 'default',
    platform: 'linux/amd64',
    digest: current.index.digest,
    image: current.image.digest,
  };
  expect(found).toEqual([
    { tag: '9.0', ...about },
    { tag: 'latest', ...about },
  ]);
});

it.each([
  ['a tag is missing', { '9.0': current }],
  ['a tag leads to other inputs', { '9.0': current, latest: other }],
  [
    'the tags of a variant lead to two builds: the last one’s publishing was cut off',
    { '9.0': current, latest: again },
  ],
])('tags are not where %s', async (_, tags) => {
  expect(await upToDate(workspace, line, ['linux/amd64'], registryOf(tags))).toBeNull();
});
