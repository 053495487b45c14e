import type { BundleFile, ModuleManifest } from '../../modules/schema.ts';
import { type Diagnostic, diagnose } from '../diagnostics/diagnostic.ts';
import type { Reader } from '../host/host.ts';
import { messageOf } from '../text/bytes.ts';

/*
 * The data about modules: manifests are embedded in the executable when it is built, and bundle.json is in the image.
 * Their schema belongs to the build and is not loaded here.
 */

/** A manifest as it is embedded, without the parts that only the pipeline reads (scripts/lib/entrypoint-build.ts). */
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

/** bundle.json of the image, or the assumptions for a place without one, with the reason. */
export function readBundle(host: Pick<Reader, 'readSmall'>): { bundle: Bundle; problem: Diagnostic | null } {
  const read = host.readSmall(BUNDLE_PATH);
  if ('problem' in read) return missing(read.problem);
  try {
    const value: unknown = JSON.parse(read.text);
    return isBundle(value) ? { bundle: value, problem: null } : missing('its shape is not that of version 1');
  } catch (error) {
    return missing(messageOf(error));
  }
}

function missing(why: string): { bundle: Bundle; problem: Diagnostic } {
  const at = { kind: 'image', path: BUNDLE_PATH } as const;
  return { bundle: emptyBundle, problem: diagnose('VB511', `${BUNDLE_PATH}: ${why}`, { at }) };
}

/**
 * The file is validated whole when the image is built; this tells a damaged one from a good one without carrying a
 * schema along.
 */
function isBundle(value: unknown): value is Bundle {
  if (typeof value !== 'object' || value === null) return false;
  const { version, server, user, modules, defaults } = value as Partial<Record<keyof Bundle, unknown>>;
  if (version !== 1 || typeof server !== 'string' || typeof user !== 'string') return false;
  if (typeof modules !== 'object' || modules === null || typeof defaults !== 'object' || defaults === null)
    return false;
  const { moduleArgs, directives } = defaults as Partial<Record<keyof Bundle['defaults'], unknown>>;
  return Array.isArray(moduleArgs) && Array.isArray(directives);
}
