import type { ModuleManifest } from '../../modules/schema.ts';

/** A port that a module opens once it gets a flag: what its manifest says, with the option `use-<name of the port>`. */
export interface PortCapability {
  readonly module: string;
  readonly manifest: ModuleManifest;
  readonly flag: string;
  /** What is added to the server's port. */
  readonly offset: number;
}

/** The modules whose manifest has such a port. */
export function portCapabilities(manifests: readonly ModuleManifest[]): PortCapability[] {
  return manifests.flatMap((manifest) =>
    manifest.ports.flatMap(({ name, offset }) => {
      const option = `use-${name}`;
      if (manifest.loadArgs.options[option]?.type !== 'flag') return [];
      return [{ module: manifest.name, manifest, flag: `--${option}`, offset }];
    }),
  );
}
