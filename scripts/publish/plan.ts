import type { Manifest } from '../registry/manifest.ts';
import type { Tag } from './tags.ts';

/** One variant's index, with the digests that it holds. */
export interface VariantIndex {
  readonly variant: string;
  readonly index: Manifest;
  readonly children: readonly { readonly platform: string; readonly digest: string }[];
}

/** What the registry has already: indexes by digest, and where each tag leads; null: it has no such tag. */
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
 * What has to be done, in order: every index before any tag, version tags before those that roll on, so that a tag appears only when
 * everything under it is there, and `latest` never runs ahead of the version that it stands for. What is right already is kept.
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
