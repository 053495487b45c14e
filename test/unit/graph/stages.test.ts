import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ModuleBuild } from '../../../modules/schema.ts';
import type { PlannedModule } from '../../../scripts/graph/build-plan.ts';
import { buildGraph, imageStage } from '../../../scripts/graph/graph.ts';
import { moduleStages } from '../../../scripts/graph/module-stage.ts';
import { packagesOf, toolchainsOf } from '../../../scripts/graph/toolchains.ts';
import { paths } from '../../../scripts/lib/image-paths.ts';
import { moduleBuild as build, planned } from '../../support/planned-module.ts';

describe('toolchains', () => {
  const names = (...modules: PlannedModule[]): string[] => toolchainsOf(modules).map(({ stage }) => stage);

  it('modules with the same packages share one, whatever their builders', () => {
    expect(names(planned('a', { builder: 'cmake' }), planned('b', { packages: ['ninja-build', 'cmake'] }))).toEqual([
      'toolchain-a_b',
    ]);
  });

  it('what every toolchain has anyway makes no difference', () => {
    expect(names(planned('a'), planned('b', { packages: ['gcc', 'git'] }))).toEqual(['toolchain-a_b']);
  });

  it('another package, or another Rust, is another toolchain', () => {
    const rust = (version: string) => ({ builder: 'cargo', rust: version }) as const;
    expect(names(planned('a'), planned('b', { packages: ['clang'] }), planned('c'))).toEqual([
      'toolchain-a_c',
      'toolchain-b',
    ]);
    expect(names(planned('a', rust('1.88.0')), planned('b', rust('stable')), planned('c', rust('1.88.0')))).toEqual([
      'toolchain-a_c',
      'toolchain-b',
    ]);
  });

  it('the Rust of Debian is packages, any other comes from rustup', () => {
    expect(packagesOf(build({ builder: 'cargo', rust: 'debian' }))).toEqual(expect.arrayContaining(['cargo', 'rustc']));
    const rustup = packagesOf(build({ builder: 'cargo', rust: '1.88.0' }));
    expect(rustup).toContain('curl');
    expect(rustup).not.toContain('cargo');
  });
});

describe('the stages of a module', () => {
  const source = { folder: 'sources/x/1', epoch: 5 };
  const compile = (over: Partial<ModuleBuild>, more: Partial<PlannedModule> = {}, extra = {}): string =>
    moduleStages({ ...planned('x', over), ...more }, 'toolchain-x', { ...source, ...extra }, 'bake/l')[0];

  it('run in the folder that the manifest names', () => {
    expect(compile({ directory: 'sub/dir' })).toContain('"--chdir=/src/sub/dir"');
    expect(compile({})).toContain('"--chdir=/src"');
  });

  it('quote nothing and expand nothing: words arrive as they are', () => {
    const args = ['a b', '$HOME', '"q"', '`x`', "it's", '\\'];
    const line = compile({ args })
      .split('\n')
      .find((one) => one.includes('make.sh"'));
    const words: unknown = JSON.parse(line?.trim() ?? '');
    expect(words).toEqual(expect.arrayContaining(args));
  });

  it('see the pinned repositories only where the module clones something', () => {
    const dependency = {
      name: 'd',
      repository: 'https://example.invalid/d',
      ref: 'main',
      licence: 'MIT',
      commit: 'b'.repeat(40),
    };
    expect(compile({}, { dependencies: [dependency] })).toContain(
      'source=sources/x/1/dependencies,target=/dependencies',
    );
    expect(compile({}, { dependencies: [dependency] })).toContain('GIT_CONFIG_GLOBAL=/dependencies/gitconfig');
    expect(compile({})).not.toContain('dependencies');
  });

  it('tell the builder which variables hold {jobs}', () => {
    expect(compile({ environment: { MAKEFLAGS: '-j{jobs}', A: 'b' } })).toContain('"VARIABLES_WITH_JOBS=MAKEFLAGS"');
    expect(compile({ environment: { A: 'b' } })).not.toContain('VARIABLES_WITH_JOBS');
  });

  it('take a Cargo.lock of the project’s own into the folder of the crate', () => {
    expect(compile({ directory: 'crate' }, {}, { cargoLock: 'version = 4\n' })).toContain(
      'COPY bake/l/locks/x/Cargo.lock /src/crate/Cargo.lock',
    );
  });
});

describe('the recipe of a module', () => {
  const imageDockerfile = readFileSync(join(paths.docker, 'image.Dockerfile'), 'utf8');
  const recipeOf = (modules: readonly PlannedModule[], over: { from?: string; epoch?: number } = {}) =>
    buildGraph({
      plan: {
        line: 'l',
        valkey: '9.0.0',
        base: { kind: 'image', reference: 'r', digest: null },
        modules,
        packaged: [],
      },
      platforms: ['linux/amd64'],
      base: { from: over.from ?? 'r@sha256:1', name: 'r@sha256:1' },
      sources: Object.fromEntries(
        modules.map(({ name }) => [name, { folder: `sources/${name}/1`, epoch: over.epoch ?? 5 }]),
      ),
      imageDockerfile,
      images: [],
    }).recipes['a'];

  it('does not change with the other modules, also where they share its toolchain', () => {
    const alone = recipeOf([planned('a')]);
    expect(recipeOf([planned('a'), planned('b')])).toBe(alone);
    expect(recipeOf([planned('a'), planned('b', { packages: ['clang'] }), planned('c')])).toBe(alone);
  });

  it.each<[string, () => string | undefined]>([
    ['its arguments', () => recipeOf([planned('a', { args: ['x'] })])],
    ['its environment', () => recipeOf([planned('a', { environment: { A: 'b' } })])],
    ['its packages', () => recipeOf([planned('a', { packages: ['clang'] })])],
    ['its licence', () => recipeOf([{ ...planned('a'), licence: 'BSD-3-Clause' }])],
    ['the base', () => recipeOf([planned('a')], { from: 'r@sha256:2' })],
    ['the time of its source', () => recipeOf([planned('a')], { epoch: 6 })],
  ])('changes with %s', (_, changed) => {
    expect(changed()).not.toBe(recipeOf([planned('a')]));
  });
});

describe('the stage of the image', () => {
  const text = readFileSync(join(paths.docker, 'image.Dockerfile'), 'utf8');

  it('is docker/image.Dockerfile with the modules of the line', () => {
    const stage = imageStage(text);
    expect(stage.startsWith('FROM base AS image\n')).toBe(true);
    expect(stage).not.toContain('ARG BASE');
    const instructions = (dockerfile: string): string[] =>
      dockerfile.split('\n').filter((line) => /^[A-Z]/.test(line) && !/^(ARG|FROM)/.test(line));
    const added = instructions(stage).filter((line) => !instructions(text).includes(line));
    expect(added.map((line) => line.split(' ').at(-1))).toEqual([
      '/usr/lib/valkey/',
      '/usr/share/doc/valkey-bundle/',
      '/usr/local/share/valkey-bundle/sbom.cdx.json',
    ]);
    expect(instructions(stage).filter((line) => !added.includes(line))).toEqual(instructions(text));
  });

  it('what variants differ in comes after everything that they share', () => {
    const copies = imageStage(text)
      .split('\n')
      .filter((line) => line.startsWith('COPY'));
    expect(copies.at(-1)).toContain('bundle.json');
  });

  it('a Dockerfile without the place for modules is noticed', () => {
    expect(() => imageStage(text.replace('adds its modules here', ''))).toThrow(/image\.Dockerfile/);
    expect(() => imageStage(`FROM scratch\n${text}`)).toThrow(/image\.Dockerfile/);
  });
});
