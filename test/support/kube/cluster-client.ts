import { Cluster } from 'iovalkey';
import type { Namespace } from './namespace.ts';

/** A cluster client in this process: it finds nodes by the names that they announce, which the namespace's zone resolves. */
export function clusterClient(namespace: Namespace, password: string): Cluster {
  const service = `valkey-headless.${namespace.name}.svc.cluster.local`;
  const addressOf = (name: string): string | undefined => namespace.zone()[name]?.[0];
  const client = new Cluster(
    namespace.pods().map(({ name }) => ({ host: `${name}.${service}`, port: 6379 })),
    {
      // For the nodes to begin with, also when every connection is lost.
      dnsLookup: (name, callback) => {
        const address = addressOf(name);
        if (address === undefined) callback(new Error(`${name} does not resolve`), '');
        else callback(null, address, 4);
      },
      // For each node that the cluster names, with every look at its slots.
      natMap: (node) => {
        const [name = '', port] = node.split(':');
        const address = addressOf(name);
        return address === undefined ? null : { host: address, port: Number(port) };
      },
      redisOptions: { password, connectTimeout: 1000, commandTimeout: 5000, maxRetriesPerRequest: 1 },
      clusterRetryStrategy: () => 100,
      slotsRefreshTimeout: 2000,
      slotsRefreshInterval: 1000,
      enableOfflineQueue: true,
      lazyConnect: true,
    },
  );
  client.on('error', () => {});
  return client;
}
