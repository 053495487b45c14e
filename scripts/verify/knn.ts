import { layout } from './layout.ts';
import { CheckNotRun, require } from './outcome.ts';
import type { Server } from './server.ts';

/**
 * Runs the image's own `cluster verify-coordinator` in a node: an index made there is on all nodes, and a KNN query to each primary finds
 * the documents of all shards. Gives what it saw. Throws CheckFailed, and CheckNotRun where the module is the tests' stand-in.
 */
export async function knnAcrossShards(node: Pick<Server, 'exec'>): Promise<string> {
  const { exitCode, stdout, stderr } = await node.exec([layout.tool, 'cluster', 'verify-coordinator']);
  const problem = stderr.trim();
  require(exitCode === 0, () => `cluster verify-coordinator ended with ${exitCode}: ${problem}`);
  if (/ VB735: /.test(problem)) throw new CheckNotRun('the search module is a stand-in, which does not search');
  require(problem === '', () => `cluster verify-coordinator warns: ${problem}`);
  require(stdout.includes('a KNN query'), () => `cluster verify-coordinator did not search: ${stdout.trim()}`);
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.replace(/^ok +/, ''))
    .join('; ');
}
