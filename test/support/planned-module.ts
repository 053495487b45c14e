import { type ModuleBuild, moduleManifest } from '../../modules/schema.ts';
import type { PlannedModule } from '../../scripts/graph/build-plan.ts';

/** The section `build` of a manifest, with what the schema fills in. */
export function moduleBuild(over: Partial<ModuleBuild>): ModuleBuild {
  const given = { builder: 'make', artifact: 'x.so', ...over };
  const manifest = {
    name: 'x',
    title: 'x',
    repository: 'https://example.invalid/x',
    licence: 'MIT',
    file: 'x.so',
    loadName: 'x',
  };
  const parsed = moduleManifest.parse({ ...manifest, build: given, loadArgs: { style: 'plain' } }).build;
  if (parsed === undefined) throw new Error('the manifest has a build');
  return parsed;
}

/** A module as a plan has it, pinned. */
export function planned(name: string, over: Partial<ModuleBuild> = {}): PlannedModule {
  return {
    name,
    file: `${name}.so`,
    licence: 'MIT',
    origin: `https://example.invalid/${name}`,
    tag: '1.0.0',
    version: '1.0.0',
    commit: 'a'.repeat(40),
    id: 'a'.repeat(40),
    build: moduleBuild(over),
    dependencies: [],
  };
}
