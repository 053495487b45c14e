import { afterAll } from 'vitest';
import { makeContainer, type TestContainer } from './docker-container.ts';
import type { ContainerWish } from './docker-create.ts';
import type { Output } from './docker-output.ts';
import { serve, type TestServer } from './docker-server.ts';

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
