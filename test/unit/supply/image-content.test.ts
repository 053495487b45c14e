import { zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readImages } from '../../../scripts/supply/image-content.ts';
import { bundleTar, fakeRegistry, heldFiles, type StoredImage } from './fake-registry.ts';
import { builtModule, hex, inputsWith } from './sbom-fixture.ts';

const files = heldFiles(inputsWith([builtModule('search')]));
const { 'build/search.json': record = '', ...withoutRecord } = files;

const read = (layers: StoredImage['layers']) => {
  const { registry, digest } = fakeRegistry({ architecture: 'amd64', labels: { a: 'b' }, layers });
  return readImages(registry, digest);
};

describe('an image in a registry', () => {
  it('gives its list of components byte for byte, the records of its modules, and its labels', async () => {
    const [image] = await read([files]);
    expect(image).toMatchObject({
      architecture: 'amd64',
      labels: { a: 'b' },
      sbom: files['sbom.cdx.json'],
      builds: [{ module: 'search', commit: hex('a', 40) }],
    });
  });

  it.each<[how: string, layer: Buffer]>([
    ['plain', bundleTar(files)],
    ['packed by zstd', zstdCompressSync(bundleTar(files))],
  ])('gives them out of a layer that is %s', async (_, layer) => {
    expect((await read([layer]))[0]?.builds).toHaveLength(1);
  });

  it('gives them out of layers of their own, from the uppermost that has each', async () => {
    const newer = JSON.stringify(builtModule('search', { commit: hex('b', 40) }).record);
    const [image] = await read([files, { 'build/search.json': newer }, { 'bundle.json': '{}' }]);
    expect(image?.builds[0]?.commit).toBe(hex('b', 40));
  });

  it('is not read further down than where all is found', async () => {
    const stored = fakeRegistry({ architecture: 'amd64', layers: [Buffer.from('the base'), files] });
    await readImages(stored.registry, stored.digest);
    expect(stored.asked).not.toContain(stored.layers[0]);
  });

  it('of binary packages alone needs no record', async () => {
    const source = { kind: 'debian-package', package: 'knot', version: '3.5.8-1', sha256: {} } as const;
    const packaged = { kind: 'packaged', name: 'knot', file: 'knot.so', licence: 'GPL-2.0-or-later', source } as const;
    expect((await read([heldFiles(inputsWith([packaged]))]))[0]?.builds).toEqual([]);
  });

  it.each<[what: string, layer: Record<string, string>]>([
    ['no list of components', { 'build/search.json': record }],
    ['no record of a module', withoutRecord],
    ['a damaged list', { ...files, 'sbom.cdx.json': '{' }],
    ['a damaged record', { ...files, 'build/search.json': '{}' }],
  ])('with %s is VP605', async (_, layer) => {
    await expect(read([layer])).rejects.toMatchObject({ code: 'VP605' });
  });

  it('whose layer has other bytes than its digest says is VP523', async () => {
    const { registry, digest, blobs, layers } = fakeRegistry({ architecture: 'amd64', layers: [files] });
    blobs.set(layers[0] ?? '', bundleTar(files));
    await expect(readImages(registry, digest)).rejects.toMatchObject({ code: 'VP523' });
  });

  it('whose layer is lost is VP523', async () => {
    const { registry, digest, blobs, layers } = fakeRegistry({ architecture: 'amd64', layers: [files] });
    blobs.delete(layers[0] ?? '');
    await expect(readImages(registry, digest)).rejects.toMatchObject({ code: 'VP523' });
  });

  it('that is not there is VP402', async () => {
    const { registry } = fakeRegistry({ architecture: 'amd64', layers: [files] });
    await expect(readImages(registry, `sha256:${hex('0', 64)}`)).rejects.toMatchObject({ code: 'VP402' });
  });
});
