import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { parse } from 'yaml';
import { bundleFile } from '../../../modules/schema.ts';
import { paths } from '../../../scripts/lib/image-paths.ts';
import { engine, images, label, requireImage } from '../docker-engine.ts';
import { tarOf } from '../docker-tar.ts';

const bundlePath = '/usr/local/share/valkey-bundle/bundle.json';

/** The image of the tests with the defaults that the variant `coordinator` of line 9.0 has; `remove` it when it is no longer used. */
export async function makeCoordinatorImage(): Promise<{ readonly name: string; remove(): Promise<void> }> {
  await requireImage(images.test);
  const line: unknown = parse(await readFile(join(paths.root, 'modules/releases/9.0.yaml'), 'utf8'));
  const defaults = at(line, 'variants', 'coordinator', 'defaults');
  const container = await engine.createContainer({ Image: images.test, Labels: label });
  try {
    const archive = await buffer(await container.getArchive({ path: bundlePath }));
    // One file: a header of 512 bytes, which says the size in octal digits, and the text.
    const size = Number.parseInt(archive.toString('latin1', 124, 135), 8);
    const bundle: unknown = JSON.parse(archive.toString('utf8', 512, 512 + size));
    if (typeof bundle !== 'object' || bundle === null) throw new Error(`${bundlePath} is no object`);
    const text = JSON.stringify(bundleFile.parse({ ...bundle, defaults }));
    await container.putArchive(tarOf({ [bundlePath]: { text, mode: 0o644 } }), { path: '/' });
    const tag = `coordinator-${randomUUID().slice(0, 8)}`;
    await container.commit({ repo: 'valkey-bundle-test', tag });
    const name = `valkey-bundle-test:${tag}`;
    return { name, remove: async () => void (await engine.getImage(name).remove()) };
  } finally {
    await container.remove({ force: true });
  }
}

function at(value: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce<unknown>((inner, key) => {
    if (typeof inner !== 'object' || inner === null || !(key in inner))
      throw new Error(`there is no ${keys.join('.')}`);
    return Reflect.get(inner, key);
  }, value);
}
