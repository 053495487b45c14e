import type { BuildRun } from './provenance.ts';

const published = 'kailas-cloud/valkey-bundle';
const byHand = `https://github.com/${published}/blob/main/docs/verify-signature.md#built-by-hand`;

/** Who builds: the GitHub workflow that `env` describes, or somebody by hand. */
export function readBuildRun(env: NodeJS.ProcessEnv): BuildRun {
  const repository = env['GITHUB_REPOSITORY'] || published;
  const workflow = env['GITHUB_WORKFLOW_REF'];
  const runId = env['GITHUB_RUN_ID'];
  if (!workflow || !runId) return { builder: byHand, invocation: null, repository, ref: null, commit: null };
  const server = env['GITHUB_SERVER_URL'] || 'https://github.com';
  return {
    builder: `${server}/${workflow}`,
    invocation: `${server}/${repository}/actions/runs/${runId}/attempts/${env['GITHUB_RUN_ATTEMPT'] || '1'}`,
    repository,
    ref: env['GITHUB_REF'] || null,
    commit: env['GITHUB_SHA'] || null,
  };
}
