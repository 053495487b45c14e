import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { globSync } from 'glob';
import { describe, expect, it } from 'vitest';
import { paths } from '../../../scripts/lib/workspace.ts';
import { until } from '../../support/until.ts';

const module = new URL('../../../scripts/lib/command-line.ts', import.meta.url).href;

/** A verb that tidies up after a signal until its standard input ends. */
const program = `
  import { runVerb } from ${JSON.stringify(module)};
  await runVerb({ name: 'own', usage: '', options: {} }, async ({ aborted, report }) => {
    const ended = new Promise((resolve) => process.stdin.on('end', resolve).resume());
    aborted.addEventListener('abort', () => report('tidies up'));
    report('works');
    await ended;
    report('is tidy');
    aborted.throwIfAborted();
  });
`;

async function start() {
  const child = execa(process.execPath, ['--input-type=module', '--eval', program], {
    stdin: 'pipe',
    reject: false,
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const says = (line: string) => until(`it says "${line}"`, async () => said.includes(line) || undefined);
  await says('works');
  return { child, says };
}

describe('a signal to a verb', () => {
  it('lets it tidy up, also where another one comes at the same moment', async () => {
    const { child, says } = await start();
    child.kill('SIGINT');
    child.kill('SIGTERM');
    await says('tidies up');
    child.stdin.end();
    const { exitCode, stderr } = await child;
    expect(stderr).toMatch(/is tidy\nVP905 npm run own was interrupted\n/);
    expect(exitCode).toBe(130);
  });

  it('ends it at once where it comes again later, and says so', async () => {
    const { child, says } = await start();
    child.kill('SIGINT');
    await says('tidies up');
    await until('it ends', async () => (child.kill('SIGINT') ? undefined : true));
    const { exitCode, stderr } = await child;
    expect(stderr).toMatch(/tidies up\nVP905 npm run own was interrupted\n/);
    expect(exitCode).toBe(130);
  });
});

describe('the usage of every verb', () => {
  const sources = globSync('scripts/*.ts', { cwd: paths.root })
    .map((file) => [file, readFileSync(join(paths.root, file), 'utf8')] as const)
    .filter(([, source]) => source.includes('runVerb('));
  it.each(sources)('has an example of a command line: %s', (_, source) => {
    const [, name = '?'] = /usage(?: =|:) `(npm (?:run )?[\w:-]+)/.exec(source) ?? [];
    expect(source).toMatch(new RegExp(`^Example: ${name}( |\`)`, 'm'));
  });
});
