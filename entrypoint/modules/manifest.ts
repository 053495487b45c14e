import type { BundleFile, ModuleManifest } from '../../scripts/lib/module-schema.ts';

/*
 * What is known about modules: the manifests are embedded in the executable when it is built, bundle.json stands in the image. Their
 * types, and the checks, live with the build; nothing of that code comes in here.
 */

export type Manifest = ModuleManifest;
export type Bundle = BundleFile;
export type OptionDefinition = Manifest['loadArgs']['options'][string];

export const BUNDLE_PATH = '/usr/local/share/valkey-bundle/bundle.json';
export const DEFAULT_SERVER = '/usr/local/libexec/valkey/valkey-server';
export const DEFAULT_USER = 'valkey';

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

/** `1.0` of `1.0.2`, or null where the version is not known. */
export function versionLine(version: string | undefined): string | null {
  return /^\d+\.\d+/.exec(version ?? '')?.[0] ?? null;
}

/** Whether version a is lower than version b, both as dotted numbers. */
export function isOlder(a: string, b: string): boolean {
  const left = a.split('.').map(Number);
  const right = b.split('.').map(Number);
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
