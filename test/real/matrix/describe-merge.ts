import { beforeAll, describe, expect, it } from 'vitest';
import { BUNDLE_PATH, type Bundle, emptyBundle } from '../../../entrypoint/modules/manifest.ts';
import type { PlanJson } from '../../../entrypoint/tool/plan.ts';
import type { TestContainer } from '../../support/docker-container.ts';
import { serve, type TestServer, useContainers } from '../../support/docker-server.ts';
import { type Cell, type Circumstance, CONF, directiveOf, layOut, titleOf } from '../../support/merge/cells.ts';
import { coveringSample } from '../../support/merge/covering.ts';
import { endsOver, type Outcome, runOnFakeHost } from '../../support/merge/outcome.ts';
import { precedence } from '../../support/merge/rules.ts';
import { subjects } from '../../support/merge/subjects.ts';
import { until } from '../../support/until.ts';
import { codesIn } from '../../support/valkey-modules.ts';
import { bundleFor, withContainer } from './run-for-real.ts';

/*
 * The covering sample of one kind of user, started for real: everything is as on the recorded host, where test/unit/matrix compares it with
 * the written table, and the module hears what the rules of precedence say.
 */
export function describeReal(circumstance: Circumstance): void {
  const cells = coveringSample().filter((cell) => cell.circumstance === circumstance);
  const containers = useContainers();
  let held: Bundle = emptyBundle;
  beforeAll(async () => {
    held = JSON.parse((await containers.run({ command: ['cat', BUNDLE_PATH] })).stdout) as Bundle;
  });

  describe('a real start does what the recorded one does', () => {
    it.each(cells.map((cell) => [titleOf(cell), cell] as const))('%s', async (_, cell) => {
      const recorded = runOnFakeHost(cell);
      await withContainer(circumstance, layOut(cell), bundleFor(cell, held), async (container) => {
        if (recorded.started.exec === null) await expectRefusal(container, recorded);
        else if (endsOver(cell, recorded)) await expectServerToRefuse(cell, recorded, container);
        else await expectServer(cell, recorded, container);
      });
    });
  });
}

async function expectRefusal(container: TestContainer, { started }: Outcome): Promise<void> {
  await container.start();
  expect(await container.ended()).toBe(started.exitCode);
  const { stdout, stderr } = await container.output();
  expect(codesIn(stderr)).toEqual(started.codes);
  expect(stdout).toBe('');
}

/** The plan passes on what the module or the server ends over: with their own exit code, after our warnings. */
async function expectServerToRefuse(cell: Cell, recorded: Outcome, container: TestContainer): Promise<void> {
  await container.start();
  expect(await container.ended()).toBe(1);
  const { stdout, stderr } = await container.output();
  expect(stdout).not.toContain('Ready to accept connections');
  expectCodes(cell, recorded, stderr);
}

async function expectServer(cell: Cell, recorded: Outcome, container: TestContainer): Promise<void> {
  const server = await serve(container);
  try {
    await expectModules(cell, recorded, server);
    const { stdout, stderr } = await until('the log has everything', async () => {
      const output = await container.output();
      // The engine writes the two streams down independently; what is said last stands for what was said before.
      const isWhole =
        output.stdout.includes('Ready to accept connections') && output.stderr.includes('valkey-bundle: loading ');
      return isWhole ? output : undefined;
    });
    const order = recorded.loads.map((load) => loadNameOf(load.path));
    expect([...stdout.matchAll(/Module '(\w+)' loaded/g)].map(([, name]) => name)).toEqual(order);
    expectCodes(cell, recorded, stderr);
    expect(confFileOf(await server.call('INFO', 'server'))).toMatch(placeOf(cell, recorded));
    await expectPlan(cell, recorded, server);
    await expectRewrite(cell, recorded, server);
  } finally {
    server.close();
  }
}

async function expectModules(cell: Cell, recorded: Outcome, server: TestServer): Promise<void> {
  const { subject } = cell;
  const { heard } = precedence(cell);
  const loads = recorded.loads.map(({ path, args }) => [loadNameOf(path), { path, args }]);
  expect(await server.modules()).toEqual(Object.fromEntries(loads));
  if (subject.style !== 'plain') expect(await server.call('SEARCH.STANDIN', 'JSONFIRST')).toBe(1);
  if (subject.style === 'plain') {
    expect(await server.call('ECHO_ARGS.STANDIN', 'ARGS')).toEqual(heard?.split(' ') ?? []);
  } else if (subject.style === 'flag') {
    expect(await server.call('SEARCH.STANDIN', 'COORDINATOR')).toBe(heard === 'on' ? 1 : 0);
  } else {
    const { name } = directiveOf(subject, 'same');
    expect(await server.config(name)).toEqual({ [name]: heard ?? (await initialValue(cell, server.container)) });
  }
}

/** The value where nobody says anything. */
async function initialValue({ subject: { values } }: Cell, container: TestContainer): Promise<string> {
  return values.initial === 'processors'
    ? (await container.read('getconf', '_NPROCESSORS_ONLN')).trim()
    : values.initial;
}

function expectCodes({ subject }: Cell, { started }: Outcome, stderr: string): void {
  // The image opens the port where no password is set.
  expect(codesIn(stderr).sort()).toEqual([...started.codes, 'VB510'].sort());
  if (subject.secret) expect(stderr).not.toContain('hush');
}

/** The tool says the same in the container: what it would load is what MODULE LIST has, but for secrets, which it does not show. */
async function expectPlan(cell: Cell, recorded: Outcome, { container }: TestServer): Promise<void> {
  const { command, stdin } = layOut(cell);
  const ask = ['valkey-bundle', 'plan', '--json', '--', ...command];
  const feed = ['sh', '-c', 'printf %s "$0" | "$@"', stdin ?? '', ...ask];
  const plan = JSON.parse(await container.read(...(stdin === null ? ask : feed))) as PlanJson;
  const decisionIn = ({ modules }: PlanJson) => modules.find(({ name }) => name === cell.subject.module)?.decision;
  expect(decisionIn(plan)).toBe(decisionIn(recorded.plan));
  expect(plan.loads).toEqual(recorded.plan.loads);
}

/** CONFIG REWRITE and a restart: nothing changes, or REWRITE fails and leaves the user's file as it was. */
async function expectRewrite(cell: Cell, { plan }: Outcome, server: TestServer): Promise<void> {
  const { files, stdin } = layOut(cell);
  const text = files[CONF];
  const before = { modules: await server.modules(), settings: await server.config(`${cell.subject.prefix}.*`) };
  const rewrite = server.call('CONFIG', 'REWRITE');
  if (plan.effectiveConf === null && text !== undefined) expect(await rewrite).toBe('OK');
  else await expect(rewrite).rejects.toThrow();
  if (plan.effectiveConf !== null && text !== undefined)
    expect(await server.container.readAsServer('cat', CONF)).toBe(text);
  if (stdin !== null || text === undefined) return;
  await server.container.docker.restart();
  await server.reconnect();
  const after = { modules: await server.modules(), settings: await server.config(`${cell.subject.prefix}.*`) };
  expect(after).toEqual(before);
}

function loadNameOf(path: string): string {
  return subjects.find((subject) => subject.path === path)?.loadName ?? path;
}

function confFileOf(info: unknown): string {
  return /config_file:(\S*)/.exec(String(info))?.[1] ?? '';
}

function placeOf(cell: Cell, { plan }: Outcome): RegExp {
  if (plan.effectiveConf === null) return layOut(cell).files[CONF] === undefined ? /^$/ : new RegExp(`^${CONF}$`);
  return cell.circumstance === 'read-only root'
    ? /^\/dev\/shm\/valkey-bundle-/
    : /^\/run\/valkey-bundle\/valkey-bundle-/;
}
