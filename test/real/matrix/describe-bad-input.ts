import { describe, expect, it } from 'vitest';
import type { Row } from '../../support/bad-input/row.ts';
import { reportOf, sections } from '../../support/bad-input/rows.ts';
import type { TestContainer } from '../../support/docker-container.ts';
import { type Containers, useContainers } from '../../support/docker-server.ts';
import { until } from '../../support/until.ts';
import { wholeLog } from '../../support/valkey-modules.ts';

/** Rows of some sections, each in a container of its own. */
export function describeBadInput(isMeant: (row: Row) => boolean, ...titles: readonly string[]): void {
  const containers = useContainers();
  const meant = sections.map(({ title, rows }) => ({ title, rows: rows.filter(isMeant) }));
  describe.each(meant.filter(({ title, rows }) => titles.includes(title) && rows.length > 0))('$title', ({ rows }) => {
    const refused = rows.filter(({ code }) => code !== null).map((row) => [row.input, row] as const);
    it.skipIf(refused.length === 0).each(refused)('%s ends the start', (_, row) => expectRefusal(containers, row));

    const working = rows.filter(({ code }) => code === null).map((row) => [row.input, row] as const);
    it.skipIf(working.length === 0).each(working)('%s ends nothing', (_, row) => expectServer(containers, row));
  });
}

/** It ends within the bound of `run`, with one error and its exit code; nothing of a server was printed, and no stack. */
async function expectRefusal(containers: Containers, row: Row): Promise<void> {
  const { exitCode, stdout, stderr } = await containers.run(row.wish);
  const report = reportOf(stderr);
  expect(report.errors).toMatchObject([{ code: row.code, place: row.place, hasFix: true }]);
  expect(exitCode).toBe(row.exitCode);
  expect(stdout).toBe('');
  expect(report.hasStack).toBe(false);
  for (const name of row.names ?? []) expect(report.errors[0]?.text).toContain(name);
  for (const secret of row.never ?? []) expect(stderr).not.toContain(secret);
}

async function expectServer(containers: Containers, row: Row): Promise<void> {
  const container = await containers.make(row.wish);
  await container.start();
  await until('the server answers', async () => {
    const { State } = await container.docker.inspect();
    if (!State.Running)
      throw new Error(`it ended with ${State.ExitCode}: ${(await container.output()).stderr.slice(-500)}`);
    return /^(PONG|NOAUTH .*)$/.test(await shell(container, 'valkey-cli PING')) ? true : undefined;
  });
  for (const [command, answer] of row.asks ?? []) expect(await shell(container, command)).toMatch(answer);
  const { stderr } = await wholeLog(container);
  const { errors, codes } = reportOf(stderr);
  expect(errors).toEqual([]);
  if (row.warns !== undefined) expect([...codes].sort()).toEqual(row.warns);
  for (const secret of row.never ?? []) expect(stderr).not.toContain(secret);
}

async function shell(container: TestContainer, command: string): Promise<string> {
  return (await container.exec('sh', '-c', command)).stdout.trim();
}
