import { type Diagnostic, diagnose } from '../diagnostics.ts';
import type { Reader } from '../host.ts';
import { BUNDLE_PATH, type Bundle, emptyBundle } from './manifest.ts';

/** bundle.json of the image, or the assumptions for a place without one, with the reason. */
export function readBundle(host: Pick<Reader, 'readSmall'>): { bundle: Bundle; problem: Diagnostic | null } {
  const read = host.readSmall(BUNDLE_PATH);
  if ('problem' in read) return missing(read.problem);
  try {
    const value: unknown = JSON.parse(read.text);
    return isBundle(value) ? { bundle: value, problem: null } : missing('its shape is not that of version 1');
  } catch (error) {
    return missing(error instanceof Error ? error.message : String(error));
  }
}

function missing(why: string): { bundle: Bundle; problem: Diagnostic } {
  const at = { kind: 'image', path: BUNDLE_PATH } as const;
  return { bundle: emptyBundle, problem: diagnose('VB511', `${BUNDLE_PATH}: ${why}`, { at }) };
}

/** The file is validated whole when the image is built; this tells a damaged one from a good one without carrying a schema along. */
function isBundle(value: unknown): value is Bundle {
  if (typeof value !== 'object' || value === null) return false;
  const { version, server, user, modules, defaults } = value as Partial<Record<keyof Bundle, unknown>>;
  if (version !== 1 || typeof server !== 'string' || typeof user !== 'string') return false;
  if (typeof modules !== 'object' || modules === null || typeof defaults !== 'object' || defaults === null)
    return false;
  const { moduleArgs, directives } = defaults as Partial<Record<keyof Bundle['defaults'], unknown>>;
  return Array.isArray(moduleArgs) && Array.isArray(directives);
}
