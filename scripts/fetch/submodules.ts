import { git } from './git.ts';

/** A submodule as a commit names it. */
export interface Submodule {
  readonly path: string;
  readonly url: string;
  readonly commit: string;
}

/** The submodules of one commit in a bare repository. `repository`: its URL, which relative ones count from. */
export async function submodulesOf(
  bare: string,
  commit: string,
  repository: string,
  aborted: AbortSignal,
): Promise<Submodule[]> {
  const tree = await git(['--git-dir', bare, 'ls-tree', '-r', '-z', commit], aborted);
  const links = parseLinks(tree);
  if (links.size === 0) return [];
  const blob = `--blob=${commit}:.gitmodules`;
  const config = ['--git-dir', bare, 'config', blob, '-z', '--get-regexp', '^submodule\\..*\\.(path|url)$'];
  const urls = parseUrls(await git(config, aborted).catch(() => ''));
  return [...links].flatMap(([path, pinned]) => {
    const url = urls.get(path);
    // A link that .gitmodules does not name is an empty folder in a clone as well.
    return url === undefined ? [] : [{ path, commit: pinned, url: absoluteUrl(repository, url) }];
  });
}

/** `160000 commit <sha>\t<path>` of `git ls-tree -z`: path to commit. */
export function parseLinks(tree: string): Map<string, string> {
  const links = new Map<string, string>();
  for (const entry of tree.split('\0')) {
    const [, commit, path] = /^160000 commit ([0-9a-f]+)\t(.+)$/s.exec(entry) ?? [];
    if (commit !== undefined && path !== undefined) links.set(path, commit);
  }
  return links;
}

/** `submodule.<name>.path\n<value>` of `git config -z`: path to URL. */
export function parseUrls(config: string): Map<string, string> {
  const entries = new Map<string, { path?: string; url?: string }>();
  for (const entry of config.split('\0')) {
    const [, name, key, value] = /^submodule\.(.*)\.(path|url)\n(.*)$/s.exec(entry) ?? [];
    if (name === undefined || value === undefined) continue;
    entries.set(name, { ...entries.get(name), [key === 'path' ? 'path' : 'url']: value });
  }
  const urls = new Map<string, string>();
  for (const { path, url } of entries.values()) if (path !== undefined && url !== undefined) urls.set(path, url);
  return urls;
}

/** As `git submodule` resolves ./x and ../x: against the URL of the repository around it, with or without a slash at its end. */
export function absoluteUrl(repository: string, url: string): string {
  if (!/^\.\.?\//.test(url)) return url;
  let base = repository.replace(/\/+$/, '');
  let joint = '/';
  let rest = url;
  for (;;) {
    if (rest.startsWith('../')) {
      rest = rest.slice(3);
      const [last = ''] = /[/:][^/:]*$/.exec(base) ?? [];
      // host:path has no slash before its first folder.
      if (last.startsWith(':')) joint = ':';
      base = base.slice(0, base.length - last.length);
    } else if (rest.startsWith('./')) rest = rest.slice(2);
    else return `${base}${joint}${rest.replace(/\/+$/, '')}`;
  }
}
