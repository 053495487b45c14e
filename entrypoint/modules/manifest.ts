import type { BundleFile, ModuleManifest } from '../../modules/schema.ts';

/*
 * What is known about modules: the manifests are embedded in the executable when it is built, bundle.json stands in the image. Their
 * types, and the checks, live with the build; nothing of that code comes in here.
 */

/** A manifest as far as it is embedded: what only the pipeline asks for stays out (scripts/lib/entrypoint-build.ts). */
export type Manifest = Omit<ModuleManifest, 'repository' | 'licence' | 'build' | 'smoke'>;
export type Bundle = BundleFile;
export type OptionDefinition = Manifest['loadArgs']['options'][string];

export const BUNDLE_PATH = '/usr/local/share/valkey-bundle/bundle.json';
export const DEFAULT_SERVER = '/usr/local/libexec/valkey/valkey-server';
const DEFAULT_USER = 'valkey';

/** What is assumed where no bundle.json is: a host, or a damaged image. */
export const emptyBundle: Bundle = {
  version: 1,
  line: 'unknown',
  valkey: 'unknown',
  server: DEFAULT_SERVER,
  user: DEFAULT_USER,
  modules: {},
  defaults: { moduleArgs: [], directives: [] },
};
