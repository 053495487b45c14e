import { type BundleFile, bundleFile } from '../../modules/schema.ts';
import type { PreparedBase } from '../build/prepare-base.ts';
import type { ReleaseLine } from '../data/release-line.ts';
import { upstreamVersion } from '../data/version.ts';
import type { BuildRecord } from '../pipeline/records.ts';

interface BundleInput {
  readonly line: ReleaseLine;
  readonly variant: string;
  /** As the server in the base says. */
  readonly valkey: string;
  readonly built: readonly BuildRecord[];
  readonly packaged: PreparedBase['packaged'];
}

/** bundle.json of a line's variant. A module that was built from source takes the place of a packaged one. */
export function lineBundle({ line, variant, valkey, built, packaged }: BundleInput): BundleFile {
  const modules = [
    ...Object.entries(packaged)
      .filter(([name]) => name in line.modules)
      .map(([name, { version, origin }]) => [name, { version: upstreamVersion(version), origin }] as const),
    ...built.map(
      ({ module, version, origin, tag, commit }) =>
        [
          module,
          commit === null
            ? { version, origin: `${origin} ${tag}, built from source` }
            : { version, commit, origin: `${origin} tag ${tag}, built from source` },
        ] as const,
    ),
  ];
  return bundleFile.parse({
    version: 1,
    line: line.line,
    valkey,
    server: '/usr/local/libexec/valkey/valkey-server',
    user: 'valkey',
    modules: Object.fromEntries(modules.sort(([one], [other]) => (one < other ? -1 : 1))),
    defaults: line.variants[variant]?.defaults,
  });
}
