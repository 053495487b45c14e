import type { SbomInputs } from '../sbom/inputs.ts';

/** Who builds, and where. */
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

/**
 * SLSA provenance 1.0 (the predicate) of a line's images, from the same records as the list of components. It names nothing that is not in
 * them: no time, so the same records give the same bytes. What floats has no digest, and says so. `commits`: those of this project that the
 * images are of; `-dirty` behind one means that the files were others.
 */
export function provenanceOf(builds: readonly SbomInputs[], run: BuildRun, commits: readonly string[]): unknown {
  const [first] = builds;
  const resources = new Map<string, Resource>();
  const add = (resource: Resource): void => void resources.set(JSON.stringify(resource), resource);
  for (const commit of commits) add(ownSource(run, commit));
  for (const build of builds) for (const resource of resourcesOf(build)) add(resource);
  return {
    buildDefinition: {
      buildType,
      externalParameters: {
        line: first?.line ?? '',
        platforms: builds.map(({ architecture }) => `linux/${architecture}`),
        repository: run.repository,
        ...(run.ref === null ? {} : { ref: run.ref }),
      },
      internalParameters: Object.fromEntries(builds.map((build) => [`linux/${build.architecture}`, stepsOf(build)])),
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

function resourcesOf({ base, lockedBase, modules }: SbomInputs): Resource[] {
  const image: Resource = {
    name: 'base',
    uri: base.reference,
    ...(base.digest === null ? {} : { digest: { sha256: base.digest.replace('sha256:', '') } }),
    ...(lockedBase?.kind === 'debian' ? { annotations: { madeFrom: `Debian ${lockedBase.suite}` } } : {}),
  };
  return [image, ...modules.flatMap(moduleResources)];
}

function moduleResources(module: SbomInputs['modules'][number]): Resource[] {
  if (module.kind === 'packaged') {
    const { name, source } = module;
    const uri = `pkg:deb/debian/${source.package}@${source.version}`;
    return [{ name, uri }];
  }
  const { record } = module;
  const own: Resource = {
    name: record.module,
    uri: /^https?:/.test(record.origin)
      ? `git+${record.origin}@refs/tags/${record.tag}`
      : `${record.origin} ${record.tag}`,
    ...(record.commit === null ? {} : { digest: { gitCommit: record.commit } }),
  };
  const others = record.dependencies.map(({ name, origin, version, pinned }): Resource => {
    const commit = /\b[0-9a-f]{40}\b/.exec(version)?.[0];
    return {
      name: `${record.module}: ${name}`,
      uri: origin,
      ...(commit === undefined ? {} : { digest: { gitCommit: commit } }),
      annotations: { version, pinned: String(pinned) },
    };
  });
  return [own, ...others];
}

/** How each module was made: on which image, and what the toolchain said of itself. */
function stepsOf({ modules }: SbomInputs): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    modules.flatMap((module) => {
      if (module.kind === 'packaged') return [];
      const { module: name, builderImage, toolchain, sha256, file } = module.record;
      return [[name, { builderImage, toolchain, result: { file, sha256 } }]];
    }),
  );
}

const published = 'kailas-cloud/valkey-bundle';
const byHand = `https://github.com/${published}/blob/main/docs/verify-signature.md#built-by-hand`;

/** Who builds: the GitHub workflow that `env` describes, or somebody by hand. */
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
