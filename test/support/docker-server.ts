import { Redis as Valkey } from 'iovalkey';
import { afterAll } from 'vitest';
import type { Output } from '../../scripts/lib/engine.ts';
import { type ContainerWish, makeContainer, type TestContainer } from './docker-container.ts';
import { until } from './until.ts';

/** A command that ran to its end. */
interface Ended extends Output {
  readonly exitCode: number;
  /** Both streams. */
  readonly log: string;
}

/** The containers of one test file; they are gone when it ends. */
export interface Containers {
  /** Makes a container, not started yet. */
  make(wish: ContainerWish): Promise<TestContainer>;
  /** Starts a container whose server answers on a published port (6379 unless the wish says otherwise). */
  serve(wish: ContainerWish, password?: string): Promise<TestServer>;
  /** Starts a container without a network and waits until it has ended. */
  run(wish: ContainerWish): Promise<Ended>;
}

/** Call it once at the top of a test file. A container that has ended is removed at once, every other one after all tests. */
export function useContainers(): Containers {
  const open = new Set<TestContainer>();
  const servers: TestServer[] = [];
  const make = async (wish: ContainerWish): Promise<TestContainer> => {
    const container = await makeContainer(wish);
    open.add(container);
    return container;
  };
  afterAll(async () => {
    for (const server of servers) server.close();
    await Promise.all([...open].map((container) => container.remove()));
  });
  return {
    make,
    async serve(wish, password) {
      const server = await serve(await make({ port: 6379, ...wish }), password);
      servers.push(server);
      return server;
    },
    async run(wish) {
      const container = await make(wish);
      await container.start();
      const exitCode = await container.ended();
      const output = await container.output();
      open.delete(container);
      await container.remove();
      return { ...output, exitCode, log: `${output.stderr}${output.stdout}` };
    },
  };
}

/** One module of MODULE LIST. */
export interface LoadedModule {
  readonly path: string;
  readonly args: readonly string[];
}

/** A container in which a server answers, and a client that is connected to it. */
export interface TestServer {
  readonly container: TestContainer;
  client: Valkey;
  /** MODULE LIST by name, without the server's built-in `lua`. */
  modules(): Promise<Record<string, LoadedModule>>;
  /** The values of CONFIG GET. */
  config(pattern: string): Promise<Record<string, string>>;
  call(command: string, ...args: string[]): Promise<unknown>;
  /** Waits until a container that was started again answers, on a new connection. */
  reconnect(): Promise<void>;
  close(): void;
}

/** Starts the container and waits until its server answers. */
export async function serve(container: TestContainer, password?: string): Promise<TestServer> {
  await container.start();
  const server: TestServer = {
    container,
    client: await connect(container, password),
    modules: () => modulesOf(server.client),
    config: (pattern) => configOf(server.client, pattern),
    call: (command, ...args) => server.client.call(command, ...args),
    async reconnect() {
      server.client.disconnect();
      server.client = await connect(container, password);
    },
    close: () => server.client.disconnect(),
  };
  return server;
}

async function connect(container: TestContainer, password: string | undefined): Promise<Valkey> {
  return until('the server answers', async () => {
    const { State } = await container.docker.inspect();
    if (!State.Running) {
      const { stdout, stderr } = await container.output();
      throw new Error(`the container ended with ${State.ExitCode}:\n${stderr}${stdout}`);
    }
    const port = await container.publishedPort();
    if (port === undefined) return undefined;
    const client = new Valkey({
      host: '127.0.0.1',
      port,
      ...(password === undefined ? {} : { password }),
      lazyConnect: true,
      enableReadyCheck: false,
      retryStrategy: () => null,
      maxRetriesPerRequest: 0,
    });
    client.on('error', () => {});
    if (await answers(client)) return client;
    client.disconnect();
    return undefined;
  });
}

/** A server that asks for a password is there; one that still loads its data is not ready. */
async function answers(client: Valkey): Promise<boolean> {
  try {
    await client.connect();
    return (await client.ping()) === 'PONG';
  } catch (error) {
    return error instanceof Error && error.message.startsWith('NOAUTH');
  }
}

async function modulesOf(client: Valkey): Promise<Record<string, LoadedModule>> {
  const rows: unknown = await client.call('MODULE', 'LIST');
  if (!Array.isArray(rows)) throw new Error('MODULE LIST is no list');
  return Object.fromEntries(
    rows
      .map(fieldsOf)
      .map((fields): [string, LoadedModule] => [
        String(fields.get('name')),
        { path: String(fields.get('path')), args: wordsOf(fields.get('args')) },
      ])
      .filter(([name]) => name !== 'lua'),
  );
}

async function configOf(client: Valkey, pattern: string): Promise<Record<string, string>> {
  const fields = fieldsOf(await client.call('CONFIG', 'GET', pattern));
  return Object.fromEntries([...fields].map(([name, value]) => [name, String(value)]));
}

/** RESP2 sends a map as a list of names and values. */
function fieldsOf(row: unknown): Map<string, unknown> {
  const fields = new Map<string, unknown>();
  if (!Array.isArray(row)) return fields;
  for (let index = 0; index + 1 < row.length; index += 2) fields.set(String(row[index]), row[index + 1]);
  return fields;
}

function wordsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
