import type { ReleaseLine } from '../data/release-line.ts';
import { PipelineError } from '../lib/pipeline-error.ts';
import type { Manifest } from '../lib/registry/manifest.ts';

/** One variant's index, with the digests that it holds. */
export interface VariantIndex {
  readonly variant: string;
  readonly index: Manifest;
  readonly children: readonly { readonly platform: string; readonly digest: string }[];
}

/** The registry as it is: the indexes that it has, and where each tag leads; null: it has no such tag. */
export interface Existing {
  readonly indexes: ReadonlySet<string>;
  readonly tags: ReadonlyMap<string, string | null>;
}

/** One step of a release: `reference`, a digest or a tag, is to lead to the index of a variant. */
export interface PublishAction {
  readonly verdict: 'create' | 'keep' | 'move' | 'refuse';
  readonly target: 'index' | 'tag';
  readonly reference: string;
  readonly variant: string;
  readonly index: Manifest;
  /** Where a tag leads now. */
  readonly from: string | null;
}

/** All that publishing one line comes to; nothing of it is done yet. */
export interface PublishPlan {
  readonly line: string;
  /** registry/repository. */
  readonly repository: string;
  readonly valkey: string;
  readonly variants: readonly VariantIndex[];
  readonly actions: readonly PublishAction[];
}

/**
 * Gives the steps in their order: every index before any tag, version tags before those that roll on, so that a tag
 * appears only when everything under it is there, and `latest` never runs ahead of the version that it stands for. A
 * step that is right already is kept.
 */
export function planPublish(
  variants: readonly VariantIndex[],
  tags: readonly Tag[],
  existing: Existing,
  moveVersionTags: boolean,
): PublishAction[] {
  const indexes = variants.map(({ variant, index }): PublishAction => {
    const verdict = existing.indexes.has(index.digest) ? 'keep' : 'create';
    return { verdict, target: 'index', reference: index.digest, variant, index, from: null };
  });
  const inOrder = [tags.filter(({ isVersion }) => isVersion), tags.filter(({ isVersion }) => !isVersion)];
  const tagActions = inOrder.flatMap((group) =>
    variants.flatMap(({ variant, index }) =>
      group
        .filter((tag) => tag.variant === variant)
        .map(({ name, isVersion }): PublishAction => {
          const from = existing.tags.get(name) ?? null;
          const verdict = verdictOf(from, index.digest, !isVersion || moveVersionTags);
          return { verdict, target: 'tag', reference: name, variant, index, from };
        }),
    ),
  );
  return [...indexes, ...tagActions];
}

function verdictOf(from: string | null, wanted: string, mayMove: boolean): PublishAction['verdict'] {
  if (from === null) return 'create';
  if (from === wanted) return 'keep';
  return mayMove ? 'move' : 'refuse';
}

export interface Tag {
  readonly name: string;
  readonly variant: string;
  /** Names one version for good: it is moved only on request. Any other tag rolls on with the line. */
  readonly isVersion: boolean;
}

interface Filling {
  readonly valkey: string;
  /** UTC, yyyymmdd. */
  readonly date: string;
}

/** The prefix of the tags that images have while they are tested; no release may use it. */
export const stagingPrefix = 'staging-';

/**
 * The tags of all variants, in the order of the line's file. Throws VP511 for one that is not valid, or that two
 * variants claim.
 */
export function tagsOf({ line, variants }: Pick<ReleaseLine, 'line' | 'variants'>, filling: Filling): Tag[] {
  const where = `modules/releases/${line}.yaml`;
  const tags = new Map<string, Tag>();
  for (const [variant, { tags: templates }] of Object.entries(variants)) {
    for (const template of templates) {
      const name = fill(template, { line, ...filling });
      if (!isTag(name) || name.startsWith(stagingPrefix)) {
        throw new PipelineError('VP511', `the template ${template} gives no valid tag, got ${name}`, { where });
      }
      const claimed = tags.get(name)?.variant;
      if (claimed !== undefined && claimed !== variant) {
        throw new PipelineError('VP511', `the variants ${claimed} and ${variant} both claim the tag ${name}`, {
          where,
        });
      }
      if (claimed === undefined) tags.set(name, { name, variant, isVersion: template.includes('{valkey}') });
    }
  }
  return [...tags.values()];
}

/** The grammar of tags in the OCI distribution specification. */
function isTag(text: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/.test(text);
}

/** An unknown word in braces stays as it is, and so the tag is not valid. */
function fill(template: string, { line, valkey, date }: Filling & { readonly line: string }): string {
  return template.replaceAll('{line}', line).replaceAll('{valkey}', valkey).replaceAll('{date}', date);
}

/** The plan as text: each index with what it holds, then every step in its order. */
export function showPlan({ line, repository, valkey, variants, actions }: PublishPlan): string {
  const indexes = variants.flatMap(({ variant, index, children }) => [
    `  ${variant}: ${index.digest}`,
    ...children.map(({ platform, digest }) => `    ${platform.padEnd(12)} ${digest}`),
  ]);
  const done = actions.every(({ verdict }) => verdict === 'keep')
    ? ['nothing to do: everything is published already']
    : [];
  return [`line ${line}, valkey ${valkey}, to ${repository}`, ...indexes, ...actions.map(showAction), ...done].join(
    '\n',
  );
}

/** `move    tag   9.0 -> sha256:... (default, was sha256:...)`. */
export function showAction({ verdict, target, reference, variant, index, from }: PublishAction): string {
  const name = target === 'tag' ? `${reference} -> ${index.digest}` : reference;
  const was = verdict === 'move' || verdict === 'refuse' ? `, was ${from}` : '';
  return `${verdict.padEnd(7)} ${target.padEnd(5)} ${name} (${variant}${was})`;
}
