import type { ReleaseLine } from '../data/release-line.ts';
import { PipelineError } from '../problems/pipeline-error.ts';

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

/** What stands before the tags that images have while they are tested; no release may use it. */
export const stagingPrefix = 'staging-';

/** The tags of all variants, in the order of the line's file. Throws VP511 for one that is not valid, or that two variants claim. */
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

/** A word in braces that nobody knows stays as it is, and so gives no valid tag. */
function fill(template: string, { line, valkey, date }: Filling & { readonly line: string }): string {
  return template.replaceAll('{line}', line).replaceAll('{valkey}', valkey).replaceAll('{date}', date);
}
