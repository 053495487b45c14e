import type { Reply } from '../host.ts';
import type { NodeRow } from './nodes.ts';
import { isList, pairsIn, textIn } from './replies.ts';

/**
 * The ids of the nodes that a node hears, itself among them: the link that it keeps to each of them now has brought an answer. What CLUSTER
 * NODES says proves less. `connected` is a link whose connection has only been begun, too (clusterNodeCronHandleReconnect); `fail?` comes a
 * node timeout after a question without an answer; and a node that starts takes the time of its start for that of the last answer
 * (clusterLoadConfig). So for a while after a start each node says that all is well, though nobody is where it looks for the others.
 *
 * An answer later than the link came over it, since only a PONG over the own link counts as one (clusterProcessPacket). So did one where no
 * question is open on a link that is read: the first question is asked when reading begins (clusterLinkConnectHandler).
 *
 * @param links The reply to CLUSTER LINKS; null where it is none.
 */
export function heardBy(rows: readonly NodeRow[], links: Reply | undefined): ReadonlySet<string> | null {
  if (!isList(links)) return null;
  const own = new Map(
    links.flatMap((one) => {
      const link = pairsIn(one);
      return link !== null && textIn(link.get('direction')) === 'to' ? [[textIn(link.get('node')), link] as const] : [];
    }),
  );
  const heard = rows.filter(({ id, flags, pingSent, pongReceived }) => {
    if (flags.includes('myself')) return true;
    const link = own.get(id);
    if (link === undefined) return false;
    const isRead = textIn(link.get('events'))?.includes('r') === true;
    return isRead && (pingSent === 0 || pongReceived > Number(link.get('create-time')));
  });
  return new Set(heard.map(({ id }) => id));
}
