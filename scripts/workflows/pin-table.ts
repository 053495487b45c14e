/** One row of the table of actions in docs/releasing.md. */
export interface Pin {
  readonly action: string;
  readonly tag: string;
  readonly commit: string;
  /** Repositories and paths in which the pair of tag and commit was read. */
  readonly readIn: string;
}

const row = /^\|\s*`(?<action>[^`]+)`\s*\|\s*`(?<tag>[^`]+)`\s*\|\s*`(?<commit>[0-9a-f]{40})`\s*\|(?<readIn>[^|]+)\|/;

/** The rows of every Markdown table whose first cells are an action, a tag and a commit. */
export function readPinTable(markdown: string): Pin[] {
  return markdown.split('\n').flatMap((line) => {
    const groups = row.exec(line)?.groups;
    const { action, tag, commit, readIn } = groups ?? {};
    if (action === undefined || tag === undefined || commit === undefined || readIn === undefined) return [];
    return [{ action, tag, commit, readIn: readIn.trim() }];
  });
}
