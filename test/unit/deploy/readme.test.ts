import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { paths } from '../../../scripts/lib/image-paths.ts';

const read = (name: string): string => readFileSync(join(paths.root, 'deploy', name), 'utf8');

/** The commands of a page's blocks, without the remarks behind them. */
function commandsOf(page: string): string[] {
  const blocks = [...page.matchAll(/^```\n(.*?)^```$/gms)].map(([, block = '']) => block);
  return blocks
    .flatMap((block) => block.split('\n'))
    .map((line) => line.replace(/(^| )#.*$/, '').trimEnd())
    .filter((line) => line !== '');
}

it('the Russian page has the same commands as the English one', () => {
  const commands = commandsOf(read('README.md'));
  expect(commands.length).toBeGreaterThan(20);
  expect(commandsOf(read('README.ru.md'))).toEqual(commands);
});

it('both pages have the same inline commands in their tables of what does not work', () => {
  const codeOf = (page: string) =>
    [...page.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code).filter((code) => code.includes(' '));
  const english = codeOf(read('README.md'));
  for (const code of codeOf(read('README.ru.md'))) expect(english).toContain(code);
});
