import { runTool } from '../workflows/run-tool.ts';
import type { Proposal } from './proposal.ts';

/** The branch belongs to the workflow: each run begins it anew, so that one pull request at most is open. */
const branch = 'refresh/inputs';
const identity = ['user.name=github-actions[bot]', 'user.email=41898282+github-actions[bot]@users.noreply.github.com'];

/** One call of git or gh. */
export type Call = readonly ['git' | 'gh', ...string[]];

/**
 * Commits modules/, pushes the branch and opens the pull request, or brings the one that is open up to date. GitHub starts no workflow for
 * what its own token pushes, so the checks are started by name. `bodyFile` holds the proposal's body.
 */
export async function openPullRequest(proposal: Proposal, bodyFile: string, base: string): Promise<void> {
  const open = await runTool('gh', [
    'pr',
    'list',
    '--head',
    branch,
    '--state',
    'open',
    '--json',
    'number',
    '--jq',
    '.[].number',
  ]);
  for (const [tool, ...args] of pullRequestCalls(proposal, bodyFile, base, open.trim() || null))
    await runTool(tool, args);
}

/** The calls, in order. `open`: the number of the pull request that is open. */
export function pullRequestCalls({ title }: Proposal, bodyFile: string, base: string, open: string | null): Call[] {
  const words = ['--title', title, '--body-file', bodyFile];
  return [
    ['git', 'switch', '--force-create', branch],
    ['git', 'add', '--', 'modules'],
    ['git', ...identity.flatMap((setting) => ['-c', setting]), 'commit', '--message', title],
    ['gh', 'auth', 'setup-git'],
    ['git', 'push', '--force', 'origin', branch],
    open === null
      ? ['gh', 'pr', 'create', '--base', base, '--head', branch, ...words]
      : ['gh', 'pr', 'edit', open, ...words],
    ['gh', 'workflow', 'run', 'ci.yml', '--ref', branch],
  ];
}
