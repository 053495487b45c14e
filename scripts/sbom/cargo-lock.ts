/** A package that Cargo.lock names. Those without a source belong to the module itself, and are left out. */
export interface Crate {
  readonly name: string;
  readonly version: string;
  /** `registry+https://...` or `git+https://...#commit`. */
  readonly source: string;
  /** SHA-256 of the package file; those from git have none. */
  readonly checksum: string | null;
}

/**
 * The packages of a Cargo.lock. Cargo writes the file itself, always in one form: `[[package]]`, then `key = "value"` lines. That, and not
 * all of TOML, is read here.
 */
export function readCargoLock(text: string): Crate[] {
  return text
    .split(/^\[\[package\]\]\r?$/m)
    .slice(1)
    .flatMap((block) => {
      const field = (name: string): string | null =>
        new RegExp(`^${name} = "([^"\\n]*)"\\r?$`, 'm').exec(block)?.[1] ?? null;
      const [name, version, source] = [field('name'), field('version'), field('source')];
      if (name === null || version === null || source === null) return [];
      return [{ name, version, source, checksum: field('checksum') }];
    });
}
