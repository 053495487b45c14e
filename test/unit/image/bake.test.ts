import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadManifests } from '../../../scripts/data/manifests.ts';
import { type BakeInput, bakeFile, withoutNetwork } from '../../../scripts/image/bake.ts';
import { paths } from '../../../scripts/lib/workspace.ts';

const input: BakeInput = {
  workspace: { modules: '/project/modules', dist: '/project/dist' },
  line: '9.0',
  platform: 'linux/arm64',
  base: 'docker.io/valkey/valkey:9.0.4@sha256:0',
  modules: [{ name: 'json', context: '/project/dist/sources/json/1', epoch: 1_700_000_000 }],
  images: [
    { variant: 'default', context: '/project/dist/bake/9.0/images/default', tag: 'image:9.0', labels: { a: 'b' } },
  ],
  noCache: false,
};

describe('the bake file of a line', () => {
  it('has a target a module: its Dockerfile, on its source, with what it cannot know', () => {
    expect(bakeFile(input).target['json']).toEqual({
      context: '/project/dist/sources/json/1',
      dockerfile: '/project/modules/json/Dockerfile',
      args: { BASE: input.base, SOURCE_DATE_EPOCH: '1700000000' },
      platforms: ['linux/arm64'],
      secret: ['id=jobs,src=/project/dist/bake/9.0/jobs/json'],
      output: ['type=local,dest=/project/dist/artifacts/9.0/arm64/.incoming/json'],
    });
  });

  it('compiles anew without a cache, and leaves the toolchain', () => {
    expect(bakeFile({ ...input, noCache: true }).target['json']).toMatchObject({ 'no-cache-filter': ['module-json'] });
  });

  it('builds a text in the place of the Dockerfile, where there is one', () => {
    const modules = input.modules.map((module) => ({ ...module, text: 'FROM scratch\n' }));
    expect(bakeFile({ ...input, modules }).target['json']).toMatchObject({ 'dockerfile-inline': 'FROM scratch\n' });
  });

  it('takes modules out of a folder, and keeps the built ones in one that is put in its place', () => {
    expect(bakeFile({ ...input, cache: '/cache/9.0/arm64' }).target['json']).toMatchObject({
      'cache-from': ['type=local,src=/cache/9.0/arm64/json'],
      'cache-to': ['type=local,dest=/cache/9.0/arm64/json.new,mode=min'],
    });
    expect(bakeFile({ ...input, cache: '/cache' }).target['_base']).not.toHaveProperty('cache-to');
  });

  it('has a target for what is in the base, under a name that no module can have', () => {
    const [name = ''] = Object.keys(bakeFile({ ...input, modules: [], images: [] }).target);
    expect(name).toMatch(/^_/);
  });

  it('puts an image into the engine, with its labels', () => {
    expect(bakeFile(input).target['image_default']).toMatchObject({
      dockerfile: join(paths.docker, 'image.Dockerfile'),
      args: { BASE: input.base },
      tags: ['image:9.0'],
      labels: { a: 'b' },
      output: ['type=docker'],
    });
  });
});

describe('the Dockerfile of a module', () => {
  const built = loadManifests(join(paths.root, 'modules')).filter(({ build }) => build !== undefined);

  it.each(built.map(({ name, file }) => [name, file]))('%s has the stages that failures are known by', (name, file) => {
    const text = readFileSync(join(paths.root, 'modules', name, 'Dockerfile'), 'utf8');
    expect(text.match(/^FROM .*/gm)).toEqual([
      // biome-ignore lint/suspicious/noTemplateCurlyInString: Docker's own
      'FROM ${BASE} AS toolchain',
      `FROM toolchain AS module-${name}`,
      `FROM \${BASE} AS check-${name}`,
      'FROM scratch',
    ]);
    expect(text).toMatch(new RegExp(`finish\\.sh \\S+ ${file} `));
    expect(text).toContain(`sh /tools/check.sh ${file}\n`);
  });

  it.each(built.map(({ name }) => name))(
    '%s: its own steps can do without a network, its toolchain keeps it',
    (name) => {
      const text = readFileSync(join(paths.root, 'modules', name, 'Dockerfile'), 'utf8');
      const stages = withoutNetwork(text, name).split(/^(?=FROM )/m);
      const [own = '', ...others] = stages.sort((one) => (one.includes(` AS module-${name}`) ? -1 : 1));
      expect(own.match(/^RUN /gm)).toHaveLength(own.match(/^RUN --network=none --mount/gm)?.length ?? 0);
      expect(others.join('')).not.toContain('--network');
    },
  );

  it.each(built.map(({ name }) => name))('%s builds with the BuildKit of Docker 20.10, without a registry', (name) => {
    const text = readFileSync(join(paths.root, 'modules', name, 'Dockerfile'), 'utf8');
    expect(text).not.toMatch(/^# *syntax|<<|--link|--mount=\S*\$/im);
  });
});
