import { gitRemote } from '../fetch/git.ts';
import type { Remote } from '../fetch/patience.ts';

/** What a repository's tags and branches lead to: names to commits. */
export interface RemoteRefs {
  readonly tags: ReadonlyMap<string, string>;
  readonly branches: ReadonlyMap<string, string>;
}

/** Asks each repository once. */
export function askRemotes(remote: Remote): (repository: string) => Promise<RemoteRefs> {
  const asked = new Map<string, Promise<RemoteRefs>>();
  return (repository) => {
    const known = asked.get(repository);
    if (known) return known;
    remote.report(`asking ${repository} for its tags`);
    const answer = gitRemote(repository, ['ls-remote', '--tags', '--heads', repository], remote).then(parseRefs);
    asked.set(repository, answer);
    return answer;
  };
}

/** Reads `<commit>\t<ref>` lines of git ls-remote. An annotated tag is an object of its own: `<ref>^{}` is the commit behind it. */
export function parseRefs(text: string): RemoteRefs {
  const tags = new Map<string, string>();
  const branches = new Map<string, string>();
  const behind = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, commit, kind, name, peeled] = /^([0-9a-f]{40,64})\trefs\/(tags|heads)\/(.+?)(\^\{\})?$/.exec(line) ?? [];
    if (commit === undefined || name === undefined) continue;
    if (kind === 'heads') branches.set(name, commit);
    else (peeled === undefined ? tags : behind).set(name, commit);
  }
  for (const [name, commit] of behind) tags.set(name, commit);
  return { tags, branches };
}
