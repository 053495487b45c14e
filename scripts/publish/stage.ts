import type Docker from 'dockerode';
import * as z from 'zod';
import { loadLine, type ReleaseLine } from '../data/release-line.ts';
import { lockOfLine } from '../data/wanted.ts';
import { imageTag, labels as names, revision } from '../image/labels.ts';
import { engineStatus } from '../lib/engine.ts';
import { PipelineError } from '../lib/pipeline-error.ts';
import { architectureOf, type Platform } from '../lib/platform.ts';
import type { Credentials } from '../lib/registry/credentials.ts';
import { type Manifest, readImageManifest } from '../lib/registry/manifest.ts';
import { accessRefused, type Registry } from '../lib/registry/registry.ts';
import { type Repository, showRepository } from '../lib/registry/repository.ts';
import type { Workspace } from '../lib/workspace.ts';
import { inspectStaged } from './approve.ts';
import { stagingPrefix } from './plan.ts';
import { type StagedImage, stagedImages, writeStaged } from './release-file.ts';

interface LineToStage {
  readonly line: Pick<ReleaseLine, 'line' | 'variants'>;
  readonly platform: Platform;
  /** sha256 of the line's part of lock.json, as it is now. */
  readonly lock: string;
}

/** An image of a line in the engine of this machine. */
interface BuiltImage {
  readonly line: string;
  readonly variant: string;
  readonly platform: Platform;
  /** By which it is pushed: who builds on this engine meanwhile takes its name. */
  readonly id: string;
}

interface StageMeans {
  readonly docker: Docker;
  readonly registry: Registry;
  readonly credentials: Credentials | null;
  readonly report: (line: string) => void;
  readonly aborted: AbortSignal;
}

/**
 * Brings every variant of a line into the registry, as `npm run image -- --line` left them in the engine, and writes
 * release.json.
 */
export async function stageLine(workspace: Workspace, wish: LineToStage, means: StageMeans): Promise<StagedImage[]> {
  const staged: StagedImage[] = [];
  for (const image of await builtImages(means.docker, wish)) {
    means.aborted.throwIfAborted();
    staged.push(await stageImage(image, means));
  }
  await writeStaged(workspace, {
    line: wish.line.line,
    platform: wish.platform,
    repository: showRepository(means.registry.repository),
    variants: Object.fromEntries(staged.map(({ variant, digest }) => [variant, digest])),
  });
  return staged;
}

/**
 * The images that `npm run image -- --line` left in the engine, one a variant. Throws VP524 for one that is not there,
 * and for one that says of itself that it is of another line, variant, platform, lock or commit: those of an earlier run
 * stay in the engine, also where a later one failed.
 */
export function builtImages(docker: Docker, wish: LineToStage): Promise<BuiltImage[]> {
  return Promise.all(Object.keys(wish.line.variants).map((variant) => builtImage(docker, wish, variant)));
}

async function builtImage(
  docker: Docker,
  { line: { line }, platform, lock }: LineToStage,
  variant: string,
): Promise<BuiltImage> {
  const where = imageTag(line, variant);
  const fix = `npm run image -- --line ${line} --platform ${platform}`;
  const image = await docker
    .getImage(where)
    .inspect()
    .catch((cause: unknown) => {
      if (engineStatus(cause) !== 404) throw cause;
      throw new PipelineError('VP524', 'the engine has no such image', { where, fix, cause });
    });
  const labels = image.Config.Labels ?? {};
  // Two checkouts of one lock share the engine, and the names of the images in it.
  const { [names.revision]: commit } = await revision();
  const facts: readonly (readonly [what: string, got: string | undefined, wanted: string | undefined])[] = [
    ['line', labels[names.line], line],
    ['variant', labels[names.variant], variant],
    ['platform', `${image.Os}/${image.Architecture}`, platform],
    ['lock', labels[names.lock], lock],
    ['revision', labels[names.revision], commit],
  ];
  for (const [what, got, wanted] of facts) {
    if (got === wanted) continue;
    throw new PipelineError('VP524', `its ${what} is ${got ?? 'not said'}, not ${wanted ?? 'none'}`, { where, fix });
  }
  return { line, variant, platform, id: image.Id };
}

/**
 * The images of a line that `npm run verify` looks at: by digest those that are staged, by id those that are built and
 * not staged yet.
 */
export async function imagesToVerify(
  docker: Docker,
  workspace: Workspace,
  { name, platform, built }: { readonly name: string; readonly platform: Platform; readonly built: boolean },
): Promise<Pick<StagedImage, 'reference' | 'variant'>[]> {
  if (!built) return stagedImages(workspace, name, platform);
  const line = loadLine(workspace, name);
  const images = await builtImages(docker, { line, platform, lock: lockOfLine(workspace, line) });
  return images.map(({ variant, id }) => ({ variant, reference: id }));
}

/**
 * Brings one image of the engine into the registry, under a tag that no release uses and that the image's id is part
 * of: another image never takes it over, and the same one is not sent twice. The digest is that of the bytes that the
 * registry gives back, and has to be the one that the engine reported. The tag stays: it keeps those who remove
 * untagged images away from what an index refers to.
 */
export async function stageImage(image: BuiltImage, means: StageMeans): Promise<StagedImage> {
  const { registry, report, aborted } = means;
  const { id, ...about } = image;
  const tag = stagingTag(image);
  const repository = showRepository(registry.repository);
  const name = `${repository}:${tag}`;
  const before = await registry.manifest(tag, 'absent');
  let digest: string;
  if (before !== null && isImage(before, id)) {
    report(`staged already: ${name}`);
    digest = before.digest;
  } else {
    report(`pushing ${image.variant} for ${image.platform}: ${name}`);
    digest = await push(id, tag, name, means);
    const after = await registry.manifest(tag);
    if (after?.digest !== digest) {
      const found = after === null ? 'nothing is there' : `${after.digest} is there`;
      throw new PipelineError('VP523', `the engine pushed ${digest}, and ${found}`, { where: name });
    }
  }
  aborted.throwIfAborted();
  const staged = { ...about, digest, reference: `${repository}@${digest}` };
  await inspectStaged(registry, staged);
  return staged;
}

/** `staging-9.0-coordinator-arm64-0123456789ab`. */
export function stagingTag({ line, variant, platform, id }: BuiltImage): string {
  return `${stagingPrefix}${line}-${variant}-${architectureOf(platform)}-${id.replace('sha256:', '').slice(0, 12)}`;
}

/** An engine names an image for its configuration; one with the image store of containerd, for its manifest. */
function isImage(manifest: Manifest, id: string): boolean {
  return manifest.digest === id || readImageManifest(manifest)?.config.digest === id;
}

/** The engine pushes by name: the image has one for as long as that takes. */
async function push(id: string, tag: string, name: string, means: StageMeans): Promise<string> {
  const { docker, registry } = means;
  const { repository } = registry;
  try {
    await docker.getImage(id).tag({ repo: showRepository(repository), tag });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new PipelineError('VP524', `the engine does not have the image ${id}: ${why}`, { cause });
  }
  try {
    return await pushTag({ ...means, repository, tag });
  } finally {
    // Removing its only name would remove the image itself.
    const names = await docker
      .getImage(id)
      .inspect()
      .then(
        ({ RepoTags }) => RepoTags,
        () => [],
      );
    if (names.some((each) => each !== name))
      await docker
        .getImage(name)
        .remove()
        .catch(() => {});
  }
}

interface Push {
  readonly docker: Docker;
  readonly repository: Repository;
  readonly tag: string;
  readonly credentials: Credentials | null;
  readonly report: (line: string) => void;
  readonly aborted: AbortSignal;
}

/** One line of the engine's answer. `aux` comes once, at the end. */
const pushEvent = z.looseObject({
  id: z.string().optional(),
  status: z.string().optional(),
  progressDetail: z.looseObject({ current: z.number().optional(), total: z.number().optional() }).optional(),
  error: z.string().optional(),
  aux: z.looseObject({ Digest: z.string() }).optional(),
});

type PushEvent = z.infer<typeof pushEvent>;

/**
 * Pushes repository:tag, which the engine has, and returns the digest that the engine reports. The credentials go to
 * the engine as a client sends them. Throws VP502, VP503 or VP512; the signal's own reason once it has fired.
 */
async function pushTag({ docker, repository, tag, credentials, report, aborted }: Push): Promise<string> {
  const { registry } = repository;
  // Without any the header still has to be there: engines before 23 refuse a push that lacks it.
  const { username, password } = credentials ?? { username: '', password: '' };
  const serveraddress = registry === 'docker.io' ? 'https://index.docker.io/v1/' : registry;
  const progress = pushProgress(report);
  let pushed: string | undefined;
  let failure: string | undefined;
  try {
    const stream = await docker.getImage(showRepository(repository)).push({
      tag,
      authconfig: { username, password, serveraddress },
      abortSignal: aborted,
    });
    await new Promise<void>((resolve, reject) => {
      docker.modem.followProgress(
        stream,
        (error: Error | null) => (error === null ? resolve() : reject(error)),
        (line: unknown) => {
          const event = pushEvent.safeParse(line).data;
          if (event === undefined) return;
          pushed = event.aux?.Digest ?? pushed;
          failure = event.error ?? failure;
          progress(event);
        },
      );
    });
  } catch (error) {
    aborted.throwIfAborted();
    failure ??= error instanceof Error ? error.message : String(error);
  }
  if (pushed !== undefined && failure === undefined) return pushed;
  throw pushFailed(
    failure ?? 'the engine named no digest',
    registry,
    `${showRepository(repository)}:${tag}`,
    credentials,
  );
}

/** The engine has nothing but words for what went wrong: those of the registry, or of its network. */
function pushFailed(words: string, registry: string, where: string, credentials: Credentials | null): PipelineError {
  const said = `the engine could not push: ${words.trim().slice(0, 300)}`;
  if (/unauthorized|authentication required|denied|no basic auth|\b40[13]\b/i.test(words)) {
    return accessRefused(registry, credentials, said);
  }
  const isGone =
    /connection (refused|reset)|\bEOF\b|no such host|i\/o timeout|deadline exceeded|network is unreachable/i;
  return new PipelineError(isGone.test(words) ? 'VP503' : 'VP512', said, { where });
}

/**
 * Takes the events of a push, and reports what has been sent, or that the engine tries again, at most once in
 * `everyMs`.
 */
export function pushProgress(
  report: (line: string) => void,
  now: () => number = Date.now,
  everyMs = 5_000,
): (event: PushEvent) => void {
  const layers = new Map<string, { current: number; total: number }>();
  let reportedAt = now();
  return ({ id, status, progressDetail }) => {
    const { current, total } = progressDetail ?? {};
    const isRetry = status?.startsWith('Retrying') ?? false;
    if (id === undefined || (current === undefined && !isRetry)) return;
    if (current !== undefined) layers.set(id, { current, total: Math.max(total ?? 0, current) });
    if (now() - reportedAt < everyMs) return;
    reportedAt = now();
    if (isRetry) return report(`  layer ${id}: ${status}`);
    const sum = (key: 'current' | 'total'): number => [...layers.values()].reduce((all, layer) => all + layer[key], 0);
    report(`  sent ${megabytes(sum('current'))} of ${megabytes(sum('total'))} MB`);
  };
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}
