import { describe, expect, it } from 'vitest';
import { exitCodes } from '../../../../entrypoint/diagnostics/catalogue.ts';
import type { Waiting } from '../../../../entrypoint/host/host.ts';
import { pages } from '../../../../entrypoint/tool/pages.ts';
import { tool, waitingTool } from '../../../support/fake-start.ts';

const commands = Object.entries(pages);
const asked = commands.flatMap(([name]) => [
  [...name.split(' '), '--help'],
  [...name.split(' '), '-h'],
  ['help', ...name.split(' ')],
]);
/** Its words are read before anybody is asked. */
const waiting = { stopped: new AbortController().signal, now: () => 0 } as Waiting;

describe.each(asked.map((args) => [args.join(' '), args] as const))('valkey-bundle %s', (_, args) => {
  const name = args.filter((word) => !/^(-h|--help|help)$/.test(word)).join(' ');
  const { stdout, stderr, exitCode, events } = tool(args);

  it('prints the page on standard output, does nothing else and ends with 0', () => {
    expect(stdout).toContain(`Usage: valkey-bundle ${pages[name]?.usage}\n`);
    expect(stdout).toContain(`\nExample:\n  valkey-bundle ${pages[name]?.example}\n`);
    expect([exitCode, stderr, events.map(({ kind }) => kind)]).toEqual([0, '', ['print', 'exit']]);
  });
  it('says each option and each exit code', () => {
    for (const [option, meaning] of pages[name]?.options ?? [])
      expect(stdout).toMatch(new RegExp(`^ {2}${literal(option)} +${literal(meaning)}$`, 'm'));
    for (const code of pages[name]?.exitCodes ?? []) expect(stdout).toMatch(new RegExp(`^ {2}${code} +\\S`, 'm'));
  });
});

describe.each(commands)('the page of %s', (name, page) => {
  it('has every option of its usage, and exit codes that the catalogue explains', () => {
    const named = page.options.map(([option]) => option.split(' ')[0]);
    for (const [option] of page.usage.matchAll(/--[a-z-]+/g)) expect(named).toContain(option);
    const explained = exitCodes.map(([number]) => number);
    expect(page.exitCodes.filter((number) => !explained.includes(number))).toEqual([]);
    expect(page.example.startsWith(name)).toBe(true);
  });
});

// The others take any word.
const strict = commands.filter(([name]) => !['plan', 'cluster', 'explain'].includes(name));
it.each(strict)('the page of %s has the usage that a wrong command line is told', async (name, page) => {
  const args = [...name.split(' '), '--nonsense-of-no-command', 'x'];
  const { stderr, exitCode } = await waitingTool(args, {}, { waiting });
  expect(exitCode).toBe(64);
  expect(stderr).toContain(`Usage: valkey-bundle ${page.usage}\n`);
});

describe('help', () => {
  it('of a command line that goes on wins over its other words', () => {
    expect(tool(['cluster', 'ensure', '--nodes', 'a', '--help']).stdout).toContain(
      'Usage: valkey-bundle cluster ensure',
    );
  });
  it('is no name that a node gave itself', async () => {
    const args = ['resolve', '--within', 'x', 'n0', '-h'];
    expect(await waitingTool(args, {}, { waiting })).toMatchObject({ codes: ['VB601'], stdout: '' });
  });
  it('of a command of the cluster that does not exist is refused', async () => {
    const { codes, exitCode } = await waitingTool(['cluster', 'ensrue', '--help'], {}, { waiting });
    expect([codes, exitCode]).toEqual([['VB601'], 64]);
  });
  it.each([
    [['plan', '--json', '--help'], 'Usage: valkey-bundle plan'],
    [['plan', '--', '--help'], 'program'],
    [['plan', 'valkey-server', '--help'], 'program'],
    [['plan', 'valkey-cli', '-h'], 'is executed as it is'],
  ])('is meant for the tool before the command of a plan, and for that behind: %j', (args, text) => {
    const { stdout, exitCode } = tool(args);
    expect(stdout).toContain(text);
    expect(exitCode).toBe(0);
  });
});

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
