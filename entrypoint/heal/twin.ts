import { textOf } from '../bytes.ts';
import { endpoint } from '../cluster/targets.ts';
import type { Host } from '../host.ts';
import type { ClusterFiles } from '../plan.ts';
import type { NodesConf } from './entries.ts';

/** How long a server is given to say its id. */
const PROBE_MS = 800;
const LOOPBACK = '127.0.0.1';

/** A server that may run on this very file: `says` is null where it is this node by its own word, else what it said instead of an id. */
interface Twin {
  readonly at: string;
  readonly says: string | null;
}

/**
 * The server that runs on this very file, or null. Its lock tells while it loads its modules and data, and not later: the server locks the
 * file that it opens, and from its first save on that file is another one (cluster_legacy.c, clusterSaveConfig renames). So it is asked who it
 * is: on loopback, where one of this container or pod listens whatever address it had, and at the address that the file has for its own
 * node. Nobody but a server on our port answers on loopback: what it says there without an id (NOAUTH, LOADING, nothing in time) is no
 * reason to take the file for free. A former address (not `isHere`) is anybody's by now, and never gets the password.
 */
export function runningTwin(
  host: Pick<Host, 'run'>,
  cluster: ClusterFiles,
  own: NodesConf['own'],
  isHere: boolean,
): Twin | null {
  if (own.port === 0) return null;
  const ask = (ip: string, mayLogIn: boolean): string => {
    const password = cluster.password === null || !mayLogIn ? {} : authWith(textOf(cluster.password));
    const args = ['-h', ip, '-p', String(own.port), ...cluster.tls, '-t', '1', 'CLUSTER', 'MYID'];
    return host.run('valkey-cli', args, { PATH: cluster.searchPath, ...password }, PROBE_MS).trim();
  };
  const nearby = ask(LOOPBACK, true);
  if (nearby.includes(own.id)) return { at: endpoint(LOOPBACK, own.port), says: null };
  if (!isOfAnother(nearby)) return { at: endpoint(LOOPBACK, own.port), says: nearby };
  if (own.ip === '' || own.ip === LOOPBACK || !ask(own.ip, isHere).includes(own.id)) return null;
  return { at: endpoint(own.ip, own.port), says: null };
}

/** Nobody listens there, or another node, or a server that is none of a cluster (server.c, `cluster support disabled`). */
function isOfAnother(answer: string): boolean {
  return answer === '' || /^[0-9a-f]{40}$|^"[0-9a-f]{40}"$|^Could not connect|cluster support disabled/m.test(answer);
}

function authWith(password: string): Record<string, string> {
  return { REDISCLI_AUTH: password, VALKEYCLI_AUTH: password };
}
