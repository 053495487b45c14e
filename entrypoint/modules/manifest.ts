import type { BundleFile, ModuleManifest } from '../../modules/schema.ts';

/*
 * The data about modules: manifests are embedded in the executable when it is built, and bundle.json is in the image.
 * Their schema belongs to the build and is not loaded here.
 */

/** A manifest as it is embedded, without the parts that only the pipeline reads (scripts/image/entrypoint-build.ts). */
export type Manifest = Omit<ModuleManifest, 'repository' | 'licence' | 'build' | 'smoke'>;
export type Bundle = BundleFile;
export type OptionDefinition = Manifest['loadArgs']['options'][string];

export const BUNDLE_PATH = '/usr/local/share/valkey-bundle/bundle.json';
export const DEFAULT_SERVER = '/usr/local/libexec/valkey/valkey-server';
const DEFAULT_USER = 'valkey';

/** The assumptions for a place without bundle.json: a host, or a damaged image. */
export const emptyBundle: Bundle = {
  version: 1,
  line: 'unknown',
  valkey: 'unknown',
  server: DEFAULT_SERVER,
  user: DEFAULT_USER,
  modules: {},
  defaults: { moduleArgs: [], directives: [] },
};
