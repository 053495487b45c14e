import { type BundleFile, bundleFile } from '../../modules/schema.ts';
import type { ReleaseLine } from '../data/release-line.ts';
import { upstreamVersion } from '../data/version.ts';
import type { ArchiveRecord } from './base.ts';
import type { ArchiveLine } from './base-packages.ts';
import type { BuildRecord } from './labels.ts';
import type { PreparedBase } from './line-base.ts';

/**
 * bundle.json of a line made from the Debian archive: says which versions were really installed, not which were asked
 * for.
 */
export function archiveBundle(line: ArchiveLine, record: ArchiveRecord): BundleFile {
  const modules = Object.entries(record.modules).map(([name, deb]) => [
    name,
    { version: upstreamVersion(deb.version), origin: `Debian package ${deb.package} ${deb.version} (${deb.suite})` },
  ]);
  return bundleFile.parse({
    version: 1,
    line: line.line,
    valkey: upstreamVersion(record.valkey.version),
    server: '/usr/local/libexec/valkey/valkey-server',
    user: 'valkey',
    modules: Object.fromEntries(modules),
    defaults: line.defaults,
  });
}

/** The versions that the stand-ins pretend to have. */
const standIns = { search: '1.0.2', json: '1.0.2', bloom: '1.0.0', ldap: '1.0.0' } as const;

/** bundle.json of the test image, which has the stand-ins in the place of the local line's modules. */
export function standInBundle(local: BundleFile): BundleFile {
  const modules = Object.entries(standIns).map(([name, version]) => [name, { version, origin: 'stand-in for tests' }]);
  return bundleFile.parse({ ...local, line: 'test', modules: Object.fromEntries(modules) });
}

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
