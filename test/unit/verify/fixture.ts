import { type BundleFile, type ModuleManifest, moduleManifest } from '../../../modules/schema.ts';
import { releaseLine } from '../../../scripts/data/release-line.ts';
import type { FileFact, ImageFacts } from '../../../scripts/verify/facts.ts';
import { type Expected, type ImageInfo, layout, type Subject } from '../../../scripts/verify/subject.ts';

export const commit = 'a'.repeat(40);

export function manifestOf(over: Readonly<Record<string, unknown>> = {}): ModuleManifest {
  return moduleManifest.parse({
    name: 'search',
    title: 'Search',
    repository: 'https://github.com/example/search',
    licence: 'BSD-3-Clause',
    file: 'libsearch.so',
    loadName: 'search',
    loadArgs: { style: 'flags', options: { 'use-coordinator': { type: 'flag' } } },
    ports: [{ name: 'coordinator', offset: 20294, note: 'fenced' }],
    ...over,
  });
}

const coordinator = { module: 'search', args: '--use-coordinator', when: { 'cluster-enabled': 'yes' } };

export const expected: Expected = {
  line: releaseLine.parse({
    line: '9.0',
    valkey: '9.0.4',
    base: { image: 'docker.io/valkey/valkey', tag: '9.0.4' },
    platforms: ['linux/amd64'],
    modules: { search: { tag: '1.0.2' } },
    variants: {
      default: { tags: ['9.0'], defaults: { moduleArgs: [], directives: [] } },
      coordinator: { tags: ['9.0-coordinator'], defaults: { moduleArgs: [coordinator], directives: [] } },
    },
  }),
  locked: {
    base: { kind: 'image', reference: 'docker.io/valkey/valkey:9.0.4', digest: `sha256:${'d'.repeat(64)}` },
    modules: {
      search: { kind: 'git', repository: 'https://github.com/example/search', tag: '1.0.2', commit, dependencies: {} },
    },
  },
  variant: 'default',
  manifests: [manifestOf()],
  platform: 'linux/amd64',
};

export const bundle: BundleFile = {
  version: 1,
  line: '9.0',
  valkey: '9.0.4',
  server: layout.server,
  user: 'valkey',
  modules: { search: { version: '1.0.2', commit, origin: 'https://github.com/example/search' } },
  defaults: { moduleArgs: [], directives: [] },
};

const file: FileFact = { type: 'f', mode: '755', uid: 0, gid: 0 };
const folder: FileFact = { type: 'd', mode: '1777', uid: 0, gid: 0 };

/** An image as it has to be. */
export const facts: ImageFacts = {
  files: new Map([
    [layout.modules, { ...folder, mode: '755' }],
    [`${layout.modules}/libsearch.so`, file],
    [layout.launcher, file],
    [layout.tool, file],
    [layout.server, file],
    ['/data', folder],
    ['/run/valkey', folder],
    ['/run/valkey-bundle', folder],
  ]),
  leadsTo: new Map(layout.launcherNames.map((name) => [`/usr/local/bin/${name}`, layout.launcher])),
  hashes: new Map([[`${layout.modules}/libsearch.so`, 'c'.repeat(64)]]),
  bundle: JSON.stringify(bundle),
  sbom: null,
  tools: [],
  doctor: { exitCode: 0, text: 'ok   server: /x' },
};

export function imageWith(config: Readonly<Record<string, unknown>> = {}): ImageInfo {
  const { Healthcheck, ...rest } = layout.config;
  const image: unknown = {
    Architecture: 'amd64',
    Os: 'linux',
    Config: {
      ...rest,
      Healthcheck: { Test: Healthcheck },
      Env: ['PATH=/usr/local/bin:/usr/bin'],
      Labels: {
        'org.opencontainers.image.title': 'valkey-bundle',
        'org.opencontainers.image.description': 'x',
        'org.opencontainers.image.licenses': 'BSD-3-Clause',
        'org.opencontainers.image.source': 'https://github.com/kailas-cloud/valkey-bundle',
        'org.opencontainers.image.version': '9.0.4-9.0',
        'org.opencontainers.image.revision': commit,
      },
      ...config,
    },
  };
  // What the engine gives has some sixty fields; the checks read these.
  return image as ImageInfo;
}

export function subjectWith(over: Partial<Subject> = {}): Subject & { readonly bundle: BundleFile } {
  return { expected, image: imageWith(), ...over, bundle: over.bundle ?? bundle };
}

/** `passed`, or the name of the error that the check ended with. */
export async function outcomeOf(check: () => unknown): Promise<string> {
  try {
    await check();
    return 'passed';
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
}
