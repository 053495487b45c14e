import type { ReleaseLine } from '../data/release-line.ts';
import { PipelineError } from '../lib/pipeline-error.ts';
import type { Platform } from '../lib/platform.ts';
import { imageIndex } from '../lib/registry/manifest.ts';
import type { Registry } from '../lib/registry/registry.ts';
import { showRepository } from '../lib/registry/repository.ts';
import type { Workspace } from '../lib/workspace.ts';
import { chooseStaged, inspectStaged, requireOneBuild, requireVerified } from './approve.ts';
import {
  type Existing,
  type PublishAction,
  type PublishPlan,
  planPublish,
  showAction,
  type Tag,
  tagsOf,
  type VariantIndex,
} from './plan.ts';
import { type PublishedRelease, readReports, readStaged, removePublished, writePublished } from './release-file.ts';

export interface LineToPublish {
  readonly workspace: Workspace;
  readonly line: ReleaseLine;
  readonly platforms: readonly Platform[];
  /** sha256 of the line's part of lock.json. */
  readonly lock: string;
  /** UTC, yyyymmdd. */
  readonly date: string;
  readonly moveVersionTags: boolean;
}

interface PublishMeans {
  readonly registry: Registry;
  readonly report: (line: string) => void;
  readonly aborted: AbortSignal;
}

/**
 * Reads records and registry, writes nothing, and says what there is to do. Throws where the release is not whole, not
 * of one build or not tested: what a record says of a digest is asked of the image itself.
 */
export async function planLine(wish: LineToPublish, registry: Registry): Promise<PublishPlan> {
  const { workspace, line, platforms, lock, date, moveVersionTags } = wish;
  const repository = showRepository(registry.repository);
  const releases = platforms.map(async (each) => [each, await readStaged(workspace, line.line, each)] as const);
  const staged = chooseStaged(line, repository, new Map(await Promise.all(releases)));
  requireVerified(staged, await readReports(workspace, line.line));
  const images = await Promise.all(staged.map((image) => inspectStaged(registry, image)));
  const valkey = requireOneBuild(line, lock, images);
  const variants = Object.keys(line.variants).map((variant): VariantIndex => {
    const children = images.filter((image) => image.variant === variant);
    return { variant, index: imageIndex(children), children };
  });
  const tags = tagsOf(line, { valkey, date });
  const existing = await readExisting(registry, variants, tags);
  const actions = planPublish(variants, tags, existing, moveVersionTags);
  return { line: line.line, repository, valkey, variants, actions };
}

/** Plans and publishes. Throws VP540 before anything is written if a version tag leads elsewhere. */
export async function publishLine(wish: LineToPublish, means: PublishMeans): Promise<PublishedRelease> {
  return publishPlan(wish.workspace, await planLine(wish, means.registry), means);
}

/** Carries out a plan, and writes release.json. Interrupted, it leaves none, rather than that of the release before. */
export async function publishPlan(
  workspace: Workspace,
  plan: PublishPlan,
  means: PublishMeans,
): Promise<PublishedRelease> {
  refuse(plan);
  if (!plan.actions.every(({ verdict }) => verdict === 'keep')) await removePublished(workspace, plan.line);
  await execute(plan.actions, means);
  const published = whatIsPublished(plan);
  await writePublished(workspace, published);
  return published;
}

async function readExisting(
  registry: Registry,
  variants: readonly VariantIndex[],
  tags: readonly Tag[],
): Promise<Existing> {
  const digestOf = async (reference: string): Promise<string | null> =>
    (await registry.manifest(reference, 'absent'))?.digest ?? null;
  const indexes = await Promise.all(variants.map(({ index }) => digestOf(index.digest)));
  const leads = await Promise.all(tags.map(async ({ name }) => [name, await digestOf(name)] as const));
  return { indexes: new Set(indexes.filter((digest) => digest !== null)), tags: new Map(leads) };
}

function refuse({ repository, actions }: PublishPlan): void {
  const refused = actions.filter(({ verdict }) => verdict === 'refuse');
  if (refused.length === 0) return;
  const lines = refused.map(({ reference, from, index }) => `${reference} leads to ${from}, not to ${index.digest}`);
  throw new PipelineError('VP540', `${refused.map(({ reference }) => reference).join(', ')}: published already`, {
    where: repository,
    details: lines.join('\n'),
  });
}

function whatIsPublished({ line, repository, variants, actions }: PublishPlan): PublishedRelease {
  const entries = variants.map(({ variant, index, children }) => {
    const images = Object.fromEntries(children.map(({ platform, digest }) => [platform, digest]));
    const own = actions.filter((action) => action.target === 'tag' && action.variant === variant);
    return [variant, { digest: index.digest, images, tags: own.map(({ reference }) => reference) }] as const;
  });
  return { line, repository, variants: Object.fromEntries(entries) };
}

/**
 * Writes, in the plan's order, what is not right yet, and reads every tag back. Stopped between any two steps it leaves
 * every tag leading to something whole, and a new plan holds the rest.
 */
export async function execute(actions: readonly PublishAction[], means: PublishMeans): Promise<void> {
  const { registry, report, aborted } = means;
  const todo = actions.filter(({ verdict }) => verdict === 'create' || verdict === 'move');
  if (todo.length === 0) report('nothing to do: everything is published already');
  for (const action of todo) {
    aborted.throwIfAborted();
    report(showAction(action));
    await registry.putManifest(action.reference, action.index);
    const found = await registry.manifest(action.reference);
    if (found?.digest !== action.index.digest) {
      throw new PipelineError('VP541', `set to ${action.index.digest}, and it leads to ${found?.digest ?? 'nothing'}`, {
        where: `${showRepository(registry.repository)}:${action.reference}`,
      });
    }
  }
}
