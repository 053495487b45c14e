import { type ImageBuildRecord, type ImageContent, propertyOf, type SbomComponent } from './image-content.ts';

/** The run that builds. */
export interface BuildRun {
  /** URI of who built it. */
  readonly builder: string;
  /** URI of the very run; null where it has none. */
  readonly invocation: string | null;
  readonly repository: string;
  /** refs/tags/...; null outside of a workflow. */
  readonly ref: string | null;
  /** Commit of this project that a workflow runs for; null outside of a workflow. */
  readonly commit: string | null;
}

/** in-toto's ResourceDescriptor, as far as it is used. */
interface Resource {
  readonly name: string;
  readonly uri: string;
  readonly digest?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

const buildType = 'https://github.com/kailas-cloud/valkey-bundle/blob/main/docs/verify-signature.md#provenance';

/** One image: what its provenance is made of. */
export type ProvenanceImage = Pick<ImageContent, 'architecture' | 'document' | 'builds'>;

/**
 * SLSA provenance 1.0 (the predicate) of the images of an index, from what stands inside them: the list of components
 * and the records of the builds. It names nothing that is not there: no time, so the same images give the same bytes.
 * What floats has no digest, and says so. `commits`: those of this project that the images are of; `-dirty` behind one
 * means that the files were others.
 */
export function provenanceOf(images: readonly ProvenanceImage[], run: BuildRun, commits: readonly string[]): unknown {
  const resources = new Map<string, Resource>();
  const add = (resource: Resource): void => void resources.set(JSON.stringify(resource), resource);
  for (const commit of commits) add(ownSource(run, commit));
  for (const image of images) for (const resource of resourcesOf(image)) add(resource);
  const [first] = images;
  return {
    buildDefinition: {
      buildType,
      externalParameters: {
        line: first === undefined ? '' : (propertyOf(first.document.metadata.component, 'line') ?? ''),
        platforms: images.map(({ architecture }) => `linux/${architecture}`),
        repository: run.repository,
        ...(run.ref === null ? {} : { ref: run.ref }),
      },
      internalParameters: Object.fromEntries(images.map((image) => [`linux/${image.architecture}`, stepsOf(image)])),
      resolvedDependencies: [...resources.values()],
    },
    runDetails: {
      builder: { id: run.builder },
      ...(run.invocation === null ? {} : { metadata: { invocationId: run.invocation } }),
    },
  };
}

function ownSource({ repository, ref }: BuildRun, commit: string): Resource {
  const clean = commit.replace(/-dirty$/, '');
  return {
    name: 'valkey-bundle',
    uri: `git+https://github.com/${repository}${ref === null ? '' : `@${ref}`}`,
    digest: { gitCommit: clean },
    ...(clean === commit ? {} : { annotations: { changed: 'yes: the files were not those of the commit' } }),
  };
}

function resourcesOf({ document: { components }, builds }: ProvenanceImage): Resource[] {
  const named = (prefix: string): SbomComponent[] => components.filter(({ 'bom-ref': key }) => key.startsWith(prefix));
  const packaged = named('module:').filter(({ name }) => !builds.some(({ module }) => module === name));
  return [
    ...named('base:').map(baseResource),
    // The package of another architecture is the same source.
    ...packaged.map(({ name, purl = '' }) => ({ name, uri: purl.replace(/\?.*$/, '') })),
    ...builds.flatMap(moduleResources),
  ];
}

function baseResource(base: SbomComponent): Resource {
  const suite = propertyOf(base, 'suite');
  return {
    name: 'base',
    uri: base['bom-ref'].slice('base:'.length),
    ...(base.version === undefined ? {} : { digest: { sha256: base.version.replace('sha256:', '') } }),
    ...(suite === null ? {} : { annotations: { madeFrom: `Debian ${suite}` } }),
  };
}

function moduleResources({ module, origin, tag, commit, dependencies }: ImageBuildRecord): Resource[] {
  const own: Resource = {
    name: module,
    uri: /^https?:/.test(origin) ? `git+${origin}@refs/tags/${tag}` : `${origin} ${tag}`,
    ...(commit === null ? {} : { digest: { gitCommit: commit } }),
  };
  const others = dependencies.map(({ name, origin: from, version, pinned }): Resource => {
    const id = /\b[0-9a-f]{40}\b/.exec(version)?.[0];
    return {
      name: `${module}: ${name}`,
      uri: from,
      ...(id === undefined ? {} : { digest: { gitCommit: id } }),
      annotations: { version, pinned: String(pinned) },
    };
  });
  return [own, ...others];
}

/** Fields that the resolved dependencies or the list of components tell already. */
const toldElsewhere: readonly string[] = ['module', 'version', 'origin', 'tag', 'commit', 'licence', 'dependencies'];

/** The making of each module, as its record has it: on which image, and what the toolchain said of itself. */
function stepsOf({ builds }: ProvenanceImage): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    builds.map(({ file, sha256, size: _, ...record }) => {
      const steps = Object.entries(record).filter(([name]) => !toldElsewhere.includes(name));
      return [record.module, { ...Object.fromEntries(steps), result: { file, sha256 } }];
    }),
  );
}

const published = 'kailas-cloud/valkey-bundle';
const byHand = `https://github.com/${published}/blob/main/docs/verify-signature.md#built-by-hand`;

/** The run that builds: the GitHub workflow that `env` describes, or somebody by hand. */
export function readBuildRun(env: NodeJS.ProcessEnv): BuildRun {
  const repository = env['GITHUB_REPOSITORY'] || published;
  const workflow = env['GITHUB_WORKFLOW_REF'];
  const runId = env['GITHUB_RUN_ID'];
  if (!workflow || !runId) return { builder: byHand, invocation: null, repository, ref: null, commit: null };
  const server = env['GITHUB_SERVER_URL'] || 'https://github.com';
  return {
    builder: `${server}/${workflow}`,
    invocation: `${server}/${repository}/actions/runs/${runId}/attempts/${env['GITHUB_RUN_ATTEMPT'] || '1'}`,
    repository,
    ref: env['GITHUB_REF'] || null,
    commit: env['GITHUB_SHA'] || null,
  };
}
