import { join } from 'node:path';
import { BUNDLE_PATH, type Bundle, DEFAULT_SERVER, type Manifest } from '../../entrypoint/modules/manifest.ts';
import { loadManifests } from '../../scripts/data/manifests.ts';
import { moduleFile } from './elf.ts';
import { type FakeHost, fakeHost, type World } from './fake-host.ts';
import type { Spec } from './fake-tree.ts';

/** The manifests of modules/, as the build puts them into the executable. */
export const manifests: readonly Manifest[] = loadManifests(join(import.meta.dirname, '..', '..', 'modules'));

const MODULES = ['libjson.so', 'libsearch.so', 'libvalkey_bloom.so', 'libvalkey_ldap.so'] as const;

/** bundle.json of the release line 9.0. */
export const bundle: Bundle = {
  version: 1,
  line: '9.0',
  valkey: '9.0.1',
  server: DEFAULT_SERVER,
  user: 'valkey',
  modules: {
    bloom: { version: '1.0.0', origin: 'tag 1.0.0' },
    json: { version: '1.0.2', origin: 'tag 1.0.2' },
    ldap: { version: '1.0.0', origin: 'tag 1.0.0' },
    search: { version: '1.0.2', origin: 'tag 1.0.2' },
  },
  defaults: { moduleArgs: [], directives: [] },
};

/** The same image with the coordinator as image default (tag 9.0-coordinator). */
export const coordinatorBundle: Bundle = {
  ...bundle,
  defaults: {
    moduleArgs: [{ module: 'search', args: '--use-coordinator', when: { 'cluster-enabled': 'yes' } }],
    directives: [{ name: 'cluster-require-full-coverage', value: 'no', when: { 'cluster-enabled': 'yes' } }],
  },
};

/** Where every name of the launcher leads. */
const LAUNCHER = '/usr/local/libexec/valkey/valkey-bundle';

/** The files of an image: launcher, server, /data, some modules, and bundle.json. */
function imageFiles(modules: readonly string[] = MODULES, held: Bundle | null = bundle): Record<string, Spec> {
  const program: Spec = { text: '\x7fELF', mode: 0o755 };
  const files: Record<string, Spec> = {
    [LAUNCHER]: program,
    '/usr/local/bin/bundle-docker-entrypoint': { link: LAUNCHER },
    '/usr/local/bin/valkey-server': { link: LAUNCHER },
    '/usr/local/bin/redis-server': { link: LAUNCHER },
    '/usr/local/bin/valkey-cli': program,
    '/usr/local/bin/valkey-sentinel': { link: LAUNCHER },
    '/bin/bash': program,
    '/data': { directory: true },
    '/tmp': { directory: true, mode: 0o1777 },
    '/usr/lib/valkey': { directory: true },
    [DEFAULT_SERVER]: program,
  };
  if (held !== null) files[BUNDLE_PATH] = JSON.stringify(held);
  for (const name of modules) files[`/usr/lib/valkey/${name}`] = moduleFile();
  return files;
}

/** A container of the image: as root in /data unless told otherwise. `files` stand beside those of the image. */
export function fakeImage(
  world: World & { readonly modules?: readonly string[]; readonly bundle?: Bundle | null } = {},
): FakeHost {
  const { modules, bundle: held, files, ...rest } = world;
  return fakeHost({ ...rest, files: { ...imageFiles(modules, held), ...files } });
}
