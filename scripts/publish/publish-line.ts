import { writeJson } from '../lib/json.ts';
import type { ReleaseLine } from '../lines/release-line.ts';
import type { Platform } from '../pipeline/platform.ts';
import type { Workspace } from '../pipeline/workspace.ts';
import { PipelineError } from '../problems/pipeline-error.ts';
import { approve } from './approve.ts';
import { inspectStaged } from './inspect-staged.ts';
import { imageIndex } from './manifest.ts';
import {
  type Existing,
  type PublishAction,
  type PublishPlan,
  planPublish,
  showAction,
  tagsOf,
  type VariantIndex,
} from './plan.ts';
import { publishedPath, removePublished } from './published-record.ts';
import type { Registry } from './registry.ts';
import { readReports, readStaged } from './release-files.ts';
import { showRepository } from './repository.ts';

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

/** published.json: what the tags of a line lead to. Its digests are what is attested and signed. */
interface Published {
  readonly line: string;
  readonly repository: string;
  readonly valkey: string;
  readonly variants: Readonly<Record<string, { readonly digest: string; readonly tags: readonly string[] }>>;
}

/** Reads records and registry, writes nothing, and says what there is to do. Throws where the release is not whole or not tested. */
export async function planLine(wish: LineToPublish, registry: Registry): Promise<PublishPlan> {
  const { workspace, line, platforms, lock, date, moveVersionTags } = wish;
  const repository = showRepository(registry.repository);
  const staged = await readStaged(workspace, line.line);
  const reports = await readReports(workspace, line.line);
  const approved = approve({ line, repository, platforms, staged, reports, lock });
  const tags = tagsOf(line, { valkey: approved.valkey, date });
  const variants: VariantIndex[] = [];
  for (const { variant, images } of approved.variants) {
    const children = await Promise.all(images.map((image) => inspectStaged(registry, image)));
    variants.push({ variant, index: imageIndex(children), children });
  }
  const existing = await readExisting(
    registry,
    variants,
    tags.map(({ name }) => name),
  );
  const actions = planPublish(variants, tags, existing, moveVersionTags);
  return { line: line.line, repository, valkey: approved.valkey, variants, actions };
}

/** Plans and publishes. Throws VP540 before anything is written if a version tag leads elsewhere. */
export async function publishLine(wish: LineToPublish, means: PublishMeans): Promise<Published> {
  return publishPlan(wish.workspace, await planLine(wish, means.registry), means);
}

/** Carries out a plan, and writes published.json. Interrupted, it leaves none, rather than that of the release before. */
export async function publishPlan(workspace: Workspace, plan: PublishPlan, means: PublishMeans): Promise<Published> {
  refuse(plan);
  if (!plan.actions.every(({ verdict }) => verdict === 'keep')) await removePublished(workspace, plan.line);
  await execute(plan.actions, means);
  const published = whatIsPublished(plan);
  await writeJson(publishedPath(workspace, plan.line), published);
  return published;
}

async function readExisting(registry: Registry, variants: readonly VariantIndex[], tags: string[]): Promise<Existing> {
  const digestOf = async (reference: string): Promise<string | null> =>
    (await registry.manifest(reference))?.digest ?? null;
  const indexes = await Promise.all(variants.map(({ index }) => digestOf(index.digest)));
  const leads = await Promise.all(tags.map(async (tag) => [tag, await digestOf(tag)] as const));
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

function whatIsPublished({ line, repository, valkey, variants, actions }: PublishPlan): Published {
  const entries = variants.map(({ variant, index }) => {
    const own = actions.filter((action) => action.target === 'tag' && action.variant === variant);
    return [variant, { digest: index.digest, tags: own.map(({ reference }) => reference) }] as const;
  });
  return { line, repository, valkey, variants: Object.fromEntries(entries) };
}

interface PublishMeans {
  readonly registry: Registry;
  readonly report: (line: string) => void;
  readonly aborted: AbortSignal;
}

/**
 * Writes, in the plan's order, what is not right yet, and reads every tag back. Stopped between any two steps it leaves every tag leading to
 * something whole, and a new plan holds the rest.
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
