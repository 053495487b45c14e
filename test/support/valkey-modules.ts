import type { Output } from '../../scripts/lib/engine.ts';
import type { TestContainer } from './docker-container.ts';
import type { LoadedModule } from './docker-server.ts';
import { until } from './until.ts';

/** MODULE LIST of the test image where nothing gives an argument to anybody. */
export const standIns: Readonly<Record<string, LoadedModule>> = {
  search: { path: '/usr/lib/valkey/libsearch.so', args: [] },
  json: { path: '/usr/lib/valkey/libjson.so', args: [] },
  bf: { path: '/usr/lib/valkey/libvalkey_bloom.so', args: [] },
  ldap: { path: '/usr/lib/valkey/libvalkey_ldap.so', args: [] },
};

/** The same, with other arguments for some of them. */
export function standInsWith(args: Readonly<Record<string, readonly string[]>>): Record<string, LoadedModule> {
  return Object.fromEntries(
    Object.entries(standIns).map(([name, { path, args: none }]) => [name, { path, args: args[name] ?? none }]),
  );
}

/** Diagnostic codes in a log, in their order. */
export function codesIn(log: string): string[] {
  return [...log.matchAll(/ (?:error|warning) (VB\d{3}):/g)].map((match) => match[1] ?? '');
}

/** Waits until a container has said something on standard error, and returns all of it: the engine may write it down after a server answers. */
export function untilLogged(container: TestContainer, text: string): Promise<string> {
  return until(`the log has ${text}`, async () => {
    const { stderr } = await container.output();
    return stderr.includes(text) ? stderr : undefined;
  });
}

/** Ends a container, and returns all that it has said: of one that runs the engine may not have written down everything yet. */
export async function wholeLog(container: TestContainer): Promise<Output> {
  await container.docker.kill();
  await container.ended();
  return container.output();
}
