import { textOf } from '../bytes.ts';
import { endpoint } from '../cluster/targets.ts';
import type { Host } from '../host.ts';
import type { ClusterFiles } from '../plan.ts';
import type { NodesConf } from './entries.ts';

/** How long an old address of ours is asked. */
const PROBE_MS = 800;

/**
 * The address of a server that runs on this very file, or null. Its lock does not tell: the server locks the file that it opens, and from
 * its first save on that file is another one (cluster_legacy.c, clusterSaveConfig renames). So the address that the file has for its own
 * node is asked who it is; after a change of address nobody answers there, or somebody else: an address that is no more ours (`isHere`) is
 * anybody's, and never gets the password.
 */
export function runningTwin(
  host: Pick<Host, 'run'>,
  cluster: ClusterFiles,
  own: NodesConf['own'],
  isHere: boolean,
): string | null {
  if (own.ip === '' || own.port === 0) return null;
  const password = cluster.password === null || !isHere ? {} : authWith(textOf(cluster.password));
  const args = ['-h', own.ip, '-p', String(own.port), ...cluster.tls, '-t', '1', 'CLUSTER', 'MYID'];
  const answer = host.run('valkey-cli', args, { PATH: cluster.searchPath, ...password }, PROBE_MS);
  return answer.includes(own.id) ? endpoint(own.ip, own.port) : null;
}

function authWith(password: string): Record<string, string> {
  return { REDISCLI_AUTH: password, VALKEYCLI_AUTH: password };
}
