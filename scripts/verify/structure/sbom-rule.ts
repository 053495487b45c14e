import * as z from 'zod';
import { upstreamVersion } from '../../data/version.ts';
import { sbomProblems } from '../../sbom/check-sbom.ts';
import { layout } from '../layout.ts';
import { CheckFailed, CheckNotRun, require, requireSame } from '../outcome.ts';
import { isPackagedOnly, type Subject } from '../subject.ts';
import type { ImageFacts } from './facts.ts';

const property = z.looseObject({ name: z.string(), value: z.string() });
const component = z.looseObject({
  'bom-ref': z.string(),
  version: z.string().optional(),
  hashes: z.array(z.looseObject({ alg: z.string(), content: z.string() })).default([]),
  properties: z.array(property).default([]),
});
const document = z.looseObject({
  metadata: z.looseObject({ component }),
  components: z.array(component),
});

/**
 * The image's list of components is valid, and about this image: its line, platform, and each module with version, commit and the hash of
 * the file that is there.
 */
export async function checkSbom(
  { sbom: text, hashes }: Pick<ImageFacts, 'sbom' | 'hashes'>,
  { bundle, image, expected }: Subject,
): Promise<string> {
  if (text === null) {
    if (isPackagedOnly(bundle))
      throw new CheckNotRun('made of binary packages: nothing was built, dpkg lists what is in it');
    throw new CheckFailed(`${layout.sbom} is missing`);
  }
  const problems = await sbomProblems(text);
  require(problems.length === 0, () => problems.slice(0, 5).join('; '));
  const { metadata, components } = document.parse(JSON.parse(text));
  requireSame('architecture', propertyOf(metadata.component, 'architecture'), image.Architecture);
  if (bundle !== null) {
    requireSame('line', propertyOf(metadata.component, 'line'), bundle.line);
    requireSame('version of the server', metadata.component.version, bundle.valkey);
    for (const [name, { version, commit, origin }] of Object.entries(bundle.modules)) {
      const found = components.find((entry) => entry['bom-ref'] === `module:${name}`);
      if (found === undefined) throw new CheckFailed(`it does not name the module ${name}`);
      // A binary package is listed with its own version, the way scanners know it.
      const listed = origin.startsWith('Debian package ') ? upstreamVersion(found.version ?? '') : found.version;
      requireSame(`version and commit of ${name}`, [listed, propertyOf(found, 'commit')], [version, commit ?? null]);
      // Of a binary package the hash is the package's: dpkg knows those of its files.
      const hash = found.hashes.find(({ alg }) => alg === 'SHA-256')?.content;
      const file = expected.manifests.find((manifest) => manifest.name === name)?.file ?? '';
      if (hash !== undefined) requireSame(`hash of ${file}`, hashes.get(`${layout.modules}/${file}`), hash);
      else require(origin.startsWith('Debian package '), () => `it has no hash of ${file}`);
    }
  }
  return `${components.length} components`;
}

function propertyOf({ properties }: z.infer<typeof component>, name: string): string | null {
  return properties.find((entry) => entry.name === `valkey-bundle:${name}`)?.value ?? null;
}
