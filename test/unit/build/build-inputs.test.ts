import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, it } from 'vitest';
import { buildInputs } from '../../../scripts/build/build-inputs.ts';
import { paths } from '../../../scripts/lib/image-paths.ts';

/** What builds import and a module is not shaped by. */
const elsewhere: Readonly<Record<string, RegExp>> = {
  'the words of messages': /^scripts\/problems\//,
  'finding and asking the engine': /^scripts\/(bootstrap\/|lib\/engine)/,
  'the bases and the source packages of Debian, which lines that are published do not have':
    /^scripts\/(lib\/(apt|base|debian|image-bundle)|inputs\/(debian-archive|fetch-debian))/,
  'the places of the project': /^scripts\/lib\/image-paths\.ts/,
  'a rule of names, which changes no name': /^entrypoint\/text\/names\.ts/,
  'the columns of a table on the screen': /^entrypoint\/text\/table\.ts/,
  'the list of crates, for the list of components': /^scripts\/sbom\/cargo-lock\.ts/,
};

it('what a build imports counts as one of its inputs, or does not shape a module', () => {
  const imported = importsOf(['scripts/build.ts', 'scripts/fetch.ts']);
  expect(imported.size).toBeGreaterThan(50);
  const isInput = (path: string): boolean => buildInputs.some((one) => path === one || path.startsWith(`${one}/`));
  const isElsewhere = (path: string): boolean => Object.values(elsewhere).some((pattern) => pattern.test(path));
  expect([...imported].filter((path) => !isInput(path) && !isElsewhere(path))).toEqual([]);
});

/** The files of the project that run when these do, themselves included. */
function importsOf(files: readonly string[]): Set<string> {
  const found = new Set<string>();
  const add = (file: string): void => {
    if (found.has(file)) return;
    found.add(file);
    const text = readFileSync(join(paths.root, file), 'utf8');
    for (const [, , path = ''] of text.matchAll(/^(import|export) (?!type )[^;]*?from '(\.[^']+)'/gm))
      add(relative(paths.root, join(paths.root, dirname(file), path)));
  };
  for (const file of files) add(file);
  return found;
}
