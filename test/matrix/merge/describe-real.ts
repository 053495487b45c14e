import { beforeAll, describe, expect, it } from 'vitest';
import { BUNDLE_PATH, type Bundle, emptyBundle } from '../../../entrypoint/modules/manifest.ts';
import type { PlanJson } from '../../../entrypoint/tool/plan.ts';
import type { TestContainer } from '../../support/docker-container.ts';
import { serve, type TestServer, useContainers } from '../../support/docker-server.ts';
import { until } from '../../support/until.ts';
import { codesIn } from '../../support/valkey-modules.ts';
import { type Cell, type Circumstance, titleOf } from './cells.ts';
import { coveringSample } from './covering.ts';
import { CONF, directiveOf, layOut } from './lay-out.ts';
import { type Expected, expectedOf } from './oracle.ts';
import { bundleFor, withContainer } from './run-for-real.ts';
import { type Subject, subjects } from './subjects.ts';

type Started = Expected & { readonly kind: 'started' };

/** The covering sample of one kind of user, started for real. */
export function describeReal(circumstance: Circumstance): void {
  const cells = coveringSample().filter((cell) => cell.circumstance === circumstance);
  const containers = useContainers();
  let held: Bundle = emptyBundle;
  beforeAll(async () => {
    held = JSON.parse((await containers.run({ command: ['cat', BUNDLE_PATH] })).stdout) as Bundle;
  });

  describe('a real start does what the rules say', () => {
    it.each(cells.map((cell) => [titleOf(cell), cell] as const))('%s', async (_, cell) => {
      const expected = expectedOf(cell);
      await withContainer(circumstance, layOut(cell), bundleFor(cell, held), async (container) => {
        if (expected.kind === 'refused') await expectRefusal(container, expected.codes);
        else if (expected.serverRuns) await expectServer(cell, expected, container);
        else await expectServerToRefuse(cell, expected, container);
      });
    });
  });
}

async function expectRefusal(container: TestContainer, codes: readonly string[]): Promise<void> {
  await container.start();
  expect(await container.ended()).toBe(78);
  const { stdout, stderr } = await container.output();
  const said = codesIn(stderr);
  expect(said).toHaveLength(1);
  expect(codes).toContain(said[0]);
  expect(stderr).toContain(`error ${said[0]}:`);
  expect(stdout).toBe('');
}

/** The plan passes on what the module or the server ends over: with their own exit code, after our warnings. */
async function expectServerToRefuse(cell: Cell, expected: Started, container: TestContainer): Promise<void> {
  await container.start();
  expect(await container.ended()).toBe(1);
  const { stdout, stderr } = await container.output();
  expect(stdout).not.toContain('Ready to accept connections');
  expectCodes(cell, expected, stderr);
}

async function expectServer(cell: Cell, expected: Started, container: TestContainer): Promise<void> {
  const server = await serve(container);
  try {
    await expectModules(cell, expected, server);
    const { stdout, stderr } = await until('the log has everything', async () => {
      const output = await container.output();
      // The engine writes the two streams down independently; what is said last stands for what was said before.
      const isWhole =
        output.stdout.includes('Ready to accept connections') && output.stderr.includes('valkey-bundle: loading ');
      return isWhole ? output : undefined;
    });
    expect([...stdout.matchAll(/Module '(\w+)' loaded/g)].map(([, name]) => name)).toEqual(
      expected.order.map(loadNameOf),
    );
    expectCodes(cell, expected, stderr);
    expect(confFileOf(await server.call('INFO', 'server'))).toMatch(placeOf(cell, expected));
    await expectPlan(cell, expected, server);
    await expectRewrite(cell, expected, server);
  } finally {
    server.close();
  }
}

async function expectModules(cell: Cell, expected: Started, server: TestServer): Promise<void> {
  const { subject } = cell;
  expect(await server.modules()).toEqual(
    Object.fromEntries(
      expected.order.map((name) => {
        const args = name === subject.module ? expected.args : [];
        return [loadNameOf(name), { path: subjects.find(({ module }) => module === name)?.path, args }];
      }),
    ),
  );
  if (expected.order.includes('search')) expect(await server.call('SEARCH.STANDIN', 'JSONFIRST')).toBe(1);
  if (subject.style === 'plain') {
    expect(await server.call('ECHO_ARGS.STANDIN', 'ARGS')).toEqual(expected.args);
  } else if (subject.style === 'flag') {
    const isOn = expected.args.includes('--use-coordinator') ? 1 : 0;
    expect(await server.call('SEARCH.STANDIN', 'COORDINATOR')).toBe(isOn);
  } else {
    const { name } = directiveOf(subject, 'same');
    const value = valueInServer(cell, expected) ?? (await initialValue(subject, server.container));
    expect(await server.config(name)).toEqual({ [name]: value });
  }
}

/** What the module takes where nobody says anything. */
async function initialValue({ values }: Subject, container: TestContainer): Promise<string> {
  return values.initial === 'processors'
    ? (await container.read('getconf', '_NPROCESSORS_ONLN')).trim()
    : values.initial;
}

/** An argument of search overrides its directive, with bloom it is the other way round; json and ldap hear directives alone. */
function valueInServer({ subject }: Cell, { args, setting }: Started): string | null {
  const index = subject.style === 'config' ? -1 : args.findIndex((word) => word.endsWith(subject.option));
  const argument = index < 0 ? null : (args[index + 1] ?? null);
  return subject.style === 'flags' ? (argument ?? setting) : (setting ?? argument);
}

function expectCodes({ subject }: Cell, { codes }: Started, stderr: string): void {
  // The image opens the port where no password is set.
  expect(codesIn(stderr).sort()).toEqual([...codes, 'VB510'].sort());
  if (subject.secret) expect(stderr).not.toContain('hush');
}

/** The tool says the same in the container: what it would load is what MODULE LIST has, but for secrets, which it does not show. */
async function expectPlan(cell: Cell, expected: Started, { container, modules }: TestServer): Promise<void> {
  const { command, stdin } = layOut(cell);
  const ask = ['valkey-bundle', 'plan', '--json', '--', ...command];
  const feed = ['sh', '-c', 'printf %s "$0" | "$@"', stdin ?? '', ...ask];
  const plan = JSON.parse(await container.read(...(stdin === null ? ask : feed))) as PlanJson;
  expect(plan.modules.find(({ name }) => name === cell.subject.module)?.decision).toBe(expected.decision);
  const loaded = Object.values(await modules());
  const inOrder = expected.order.map((name) => {
    const path = subjects.find(({ module }) => module === name)?.path;
    const args = loaded.find((module) => module.path === path)?.args ?? [];
    return { path, args: args.map((word) => (word.startsWith('hush') ? '(redacted)' : word)) };
  });
  expect(plan.loads).toEqual(inOrder);
}

/** CONFIG REWRITE and a restart: nothing changes, or REWRITE fails and leaves the user's file as it was. */
async function expectRewrite(cell: Cell, expected: Started, server: TestServer): Promise<void> {
  const { files, stdin } = layOut(cell);
  const text = files[CONF];
  const before = { modules: await server.modules(), settings: await server.config(`${cell.subject.prefix}.*`) };
  const rewrite = server.call('CONFIG', 'REWRITE');
  if (expected.effective === 'none' && text !== undefined) expect(await rewrite).toBe('OK');
  else await expect(rewrite).rejects.toThrow();
  if (expected.effective !== 'none' && text !== undefined) {
    expect(await server.container.readAsServer('cat', CONF)).toBe(text);
  }
  if (stdin !== null || text === undefined) return;
  await server.container.docker.restart();
  await server.reconnect();
  const after = { modules: await server.modules(), settings: await server.config(`${cell.subject.prefix}.*`) };
  expect(after).toEqual(before);
}

function loadNameOf(name: string): string | undefined {
  return subjects.find(({ module }) => module === name)?.loadName;
}

function confFileOf(info: unknown): string {
  return /config_file:(\S*)/.exec(String(info))?.[1] ?? '';
}

function placeOf(cell: Cell, { effective }: Started): RegExp {
  if (effective === 'none') return layOut(cell).files[CONF] === undefined ? /^$/ : new RegExp(`^${CONF}$`);
  return cell.circumstance === 'read-only root'
    ? /^\/dev\/shm\/valkey-bundle-/
    : /^\/run\/valkey-bundle\/valkey-bundle-/;
}
