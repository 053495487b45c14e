import type Docker from 'dockerode';
import type { Containers, ContainerWish } from './containers.ts';
import { readInside } from './inside.ts';
import { CheckFailed } from './outcome.ts';
import { type Server, serverIn, untilItAnswers } from './server.ts';

/** Until a node sees the cluster's state as ok and knows as many host names as it is told: they come with the pings after the handshakes. */
const waitForState = `
stands() {
  valkey-cli -t 1 cluster info 2>/dev/null | grep -q "^cluster_state:ok" &&
    [ "$(valkey-cli -t 1 cluster nodes 2>/dev/null | grep -c ",node-")" = "$1" ]
}
end=$(($(date +%s) + 120))
until stands "$1"; do
  [ "$(date +%s)" -lt "$end" ] || exit 1
  sleep 0.1
done`;

/**
 * Forms a cluster of `size` primaries on a network of its own, and gives its nodes to `use`. As in deploy/, the nodes announce their host
 * names, and those are what clients and modules are told to use.
 */
export async function withCluster<T>(
  containers: Containers,
  wish: ContainerWish,
  size: number,
  use: (nodes: readonly Server[]) => Promise<T>,
): Promise<T> {
  const network = await containers.createNetwork();
  const nodes = await Promise.all(
    Array.from({ length: size }, (_, at) => {
      const hostname = `node-${at + 1}`;
      return containers.create({
        ...wish,
        command: [...commandOf(hostname), ...(wish.command ?? [])],
        network,
        hostname,
      });
    }),
  );
  try {
    await Promise.all(
      nodes.map(async (node) => {
        await node.start();
        await untilItAnswers(node);
      }),
    );
    const [first] = nodes;
    if (first === undefined) throw new CheckFailed('a cluster of no nodes');
    const addresses = await Promise.all(nodes.map((node) => addressOf(node, network)));
    await readInside(first, ['valkey-cli', '--cluster', 'create', ...addresses, '--cluster-yes']);
    await Promise.all(nodes.map((node) => readInside(node, ['sh', '-c', waitForState, 'sh', String(size)])));
    return await use(nodes.map(serverIn));
  } finally {
    await Promise.all(nodes.map((node) => containers.remove(node)));
  }
}

function commandOf(hostname: string): string[] {
  const mode = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '5000'];
  return [...mode, '--cluster-announce-hostname', hostname, '--cluster-preferred-endpoint-type', 'hostname'];
}

async function addressOf(node: Docker.Container, network: string): Promise<string> {
  const { NetworkSettings } = await node.inspect();
  const address = NetworkSettings.Networks[network]?.IPAddress ?? '';
  if (address === '') throw new CheckFailed('a node got no address');
  return `${address}:6379`;
}
