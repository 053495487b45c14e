import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Usages } from './known-verbs.ts';

const verbScript = /^exec node scripts\/bootstrap\.mjs (?<verb>[\w-]+)$/;
const usageText = /^const usage = `(?<text>[^`]*)`/m;

/**
 * What each npm script that is a verb of ours prints for --help. It is read out of scripts/<verb>.ts rather than asked for: twenty processes
 * would take half of the time of all checks. A script that is no verb, or whose verb says nothing, has none: null.
 */
export async function readUsages(root: string, scripts: Readonly<Record<string, string>>): Promise<Usages> {
  const read = Object.entries(scripts).map(async ([name, command]): Promise<[string, string | null]> => {
    const verb = verbScript.exec(command)?.groups?.['verb'];
    const source =
      verb === undefined ? '' : await readFile(join(root, 'scripts', `${verb}.ts`), 'utf8').catch(() => '');
    return [name, usageText.exec(source)?.groups?.['text'] ?? null];
  });
  return new Map(await Promise.all(read));
}
