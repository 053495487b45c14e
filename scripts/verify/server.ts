import type Docker from 'dockerode';
import * as z from 'zod';
import { execIn, lastLines, type Ran } from '../lib/engine.ts';
import { parseModuleList, type ServerModule } from '../lib/module-list.ts';
import { type Containers, type ContainerWish, type Lab, readInside } from './lab.ts';
import { CheckFailed } from './report.ts';

/** A container in which a server answers, to the valkey-cli that is in it: it publishes no port. */
export interface Server {
  readonly container: Docker.Container;
  /** The reply as valkey-cli prints it; CheckFailed for an error of the server's. */
  cli(...command: readonly string[]): Promise<string>;
  /** MODULE LIST without what is built in. */
  modules(): Promise<ServerModule[]>;
  /** The value of one directive; undefined where the server has none of that name. */
  config(name: string): Promise<string | undefined>;
  /** A field of INFO. */
  info(section: string, field: string): Promise<string | undefined>;
  /** Output of a command in the container, as `user`. */
  read(command: readonly string[], user?: string): Promise<string>;
  exec(command: readonly string[]): Promise<Ran>;
}

/** Asks in the container, so that a server costs one exec. Long enough for a machine that does other things, too. */
const waitForPong =
  'end=$(($(date +%s) + 120)); until [ "$(valkey-cli -t 1 ping 2>/dev/null)" = PONG ]; do [ "$(date +%s)" -lt "$end" ] || exit 1; sleep 0.05; done';

/**
 * Starts a container and records under `name` if its server answers on port 6379 and `use` finds nothing wrong. The
 * container is removed at the end.
 */
export async function checkServer(
  { containers, recorder }: Pick<Lab, 'containers' | 'recorder'>,
  name: string,
  wish: ContainerWish,
  use: (server: Server) => Promise<string>,
): Promise<void> {
  await recorder.check(name, async () => {
    const container = await containers.create(wish);
    try {
      return await use(await start(container));
    } finally {
      await containers.remove(container);
    }
  });
}

/** The same for a server that several checks share: `checks` runs only if it answers. */
export async function withServer(
  { containers, recorder }: Pick<Lab, 'containers' | 'recorder'>,
  name: string,
  wish: ContainerWish,
  checks: (server: Server) => Promise<void>,
): Promise<void> {
  const started: Server[] = [];
  try {
    const answers = await recorder.check(name, async () => {
      const container = await containers.create(wish);
      started.push(serverIn(container));
      await start(container);
      return 'the server answers';
    });
    for (const server of answers ? started : []) await checks(server);
  } finally {
    for (const { container } of started) await containers.remove(container);
  }
}

async function start(container: Docker.Container): Promise<Server> {
  await container.start();
  await untilItAnswers(container);
  return serverIn(container);
}

/** Throws CheckFailed with the end of the log where the server has ended, or does not answer in time. */
export async function untilItAnswers(container: Docker.Container): Promise<void> {
  const waited = await execIn(container, ['sh', '-c', waitForPong]).catch(() => undefined);
  if (waited?.exitCode === 0) return;
  // The exec of a container that has just ended fails a moment before the engine says that it has ended.
  await container.wait({ abortSignal: AbortSignal.timeout(10_000) }).catch(() => {});
  const { State } = await container.inspect();
  const what = State.Running ? 'the server does not answer' : `the container ended with exit code ${State.ExitCode}`;
  throw new CheckFailed(`${what}: ${(await lastLines(container, 4)).replaceAll('\n', ' | ')}`);
}

export function serverIn(container: Docker.Container): Server {
  const json = async (command: readonly string[]): Promise<unknown> =>
    JSON.parse(await readInside(container, ['valkey-cli', '-e', '--json', '-2', ...command]));
  return {
    container,
    cli: async (...command) => (await readInside(container, ['valkey-cli', '-e', ...command])).trimEnd(),
    modules: async () => parseModuleList(await json(['MODULE', 'LIST'])).filter(({ path }) => path !== null),
    config: async (name) => z.array(z.string()).parse(await json(['CONFIG', 'GET', name]))[1],
    info: async (section, field) => {
      const text = await readInside(container, ['valkey-cli', 'INFO', section]);
      return new RegExp(`^${field}:(.*?)\\r?$`, 'm').exec(text)?.[1];
    },
    read: (command, user) => readInside(container, command, user),
    exec: (command) => execIn(container, command),
  };
}

/** Waits until a node sees the cluster as ok and knows so many host names: they come with pings after handshakes. */
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
 * Forms a cluster of `size` primaries on a network of its own, and gives its nodes to `use`. As in deploy/, the nodes
 * announce their host names, and those are what clients and modules are told to use.
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
