import { beforeAll, describe, expect, it } from 'vitest';
import { runAsVisitor } from '../support/kube/clients.ts';
import type { Namespace } from '../support/kube/namespace.ts';
import { allReady, jobDone, password, renderCluster, untilGreen, useNamespaces } from '../support/kube/scope.ts';

const open = useNamespaces();

const clients: readonly [string, URL][] = [
  ['iovalkey', new URL('../fixtures/cluster-clients/iovalkey.ts', import.meta.url)],
  ['node-redis', new URL('../fixtures/cluster-clients/node-redis.ts', import.meta.url)],
  ['valkey-glide', new URL('../fixtures/cluster-clients/valkey-glide.ts', import.meta.url)],
];

describe('a cluster client in another namespace, which is given the service’s name', () => {
  let namespace: Namespace;
  beforeAll(async () => {
    namespace = await open(await renderCluster());
    await jobDone(namespace);
    await untilGreen(namespace.pod('valkey-0'));
    await allReady(namespace);
  });

  it.each(clients)('%s works through the names that the nodes announce', async (_name, script) => {
    const printed = await runAsVisitor(namespace, script, ['valkey.valkey.svc.cluster.local', password]);
    const { hosts, kept } = JSON.parse(printed) as { hosts: string[]; kept: number };
    expect(kept).toBe(300);
    const names = [0, 1, 2].map((ordinal) => `valkey-${ordinal}.valkey-headless.valkey.svc.cluster.local`);
    expect(hosts.map((host) => host.replace(/:6379$/, ''))).toEqual(names);
  });
});
