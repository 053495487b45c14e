import { type BundleFile, bundleFile } from '../../modules/schema.ts';
import { upstreamVersion } from '../data/version.ts';
import type { BaseRecord } from './base.ts';
import type { ArchiveLine } from './base-line.ts';

/** bundle.json of a line made from the Debian archive: says which versions were really installed, not which were asked for. */
export function archiveBundle(line: ArchiveLine, record: BaseRecord): BundleFile {
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

/** What the stand-ins pretend to be: the module versions of line 9.0. */
const standIns = { search: '1.0.2', json: '1.0.2', bloom: '1.0.0', ldap: '1.0.0' } as const;

/** bundle.json of the test image, which has the stand-ins in the place of the local line's modules. */
export function standInBundle(local: BundleFile): BundleFile {
  const modules = Object.entries(standIns).map(([name, version]) => [name, { version, origin: 'stand-in for tests' }]);
  return bundleFile.parse({ ...local, line: 'test', modules: Object.fromEntries(modules) });
}
